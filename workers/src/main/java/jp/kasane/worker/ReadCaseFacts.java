package jp.kasane.worker;

import java.util.Map;

/** Tells a process where its case stands: phase, step, and the codes its gateways ask for. */
public interface ReadCaseFacts {

    /** @throws UnknownReference if there is no such case */
    Map<String, Object> facts(JobContext job);
}
