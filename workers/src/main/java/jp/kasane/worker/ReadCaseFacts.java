package jp.kasane.worker;

import java.util.Map;

/** Tells a process where its case, or its consultation that is none yet, stands: phase, step, and the codes its gateways ask for. */
public interface ReadCaseFacts {

    /** @throws UnknownReference if there is no such case or consultation */
    Map<String, Object> facts(JobContext job);
}
