package jp.kasane.worker;

import java.util.Map;

/** A diagram, or a decision table, that was approved is put into force. */
public interface DeployModel {

    /**
     * However often the job runs, the engine keeps the version of what has not changed.
     *
     * @return {@code outcome} deployed, or refused: the engine does not take it, and what was in force stays so
     * @throws UnknownReference for a release that does not exist
     */
    Map<String, Object> deploy(JobContext job);
}
