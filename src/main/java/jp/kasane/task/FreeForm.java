package jp.kasane.task;

import java.util.Set;
import jp.kasane.casefile.CaseFile;

/** A form that is filled in when something happens, without a task that asks for it. */
public interface FreeForm extends StepHandler {

    /** Roles that may record it. */
    default Set<String> roles() {
        return Set.of("coordinator", "manager");
    }

    /** Whether it makes sense where the case stands. */
    default boolean fits(CaseFile file) {
        return !file.closed();
    }
}
