package jp.kasane.casefile;

import java.util.Map;
import java.util.UUID;

/** Facts a process asks for beyond a case's phase and step, from the module that knows them. */
public interface ProcessFacts {

    /** The process whose instances ask, e.g. {@code support-meeting}. */
    String processId();

    /** @param streamId the case, or the consultation that is none yet */
    Map<String, Object> facts(UUID streamId, String instanceKey);
}
