package jp.kasane.casefile;

import java.util.Map;
import java.util.UUID;

/** Facts a process asks for beyond the case's phase and step, from the module that knows them. */
public interface ProcessFacts {

    /** The process whose instances ask, e.g. {@code support-meeting}. */
    String processId();

    Map<String, Object> facts(UUID caseId, String instanceKey);
}
