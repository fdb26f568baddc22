package jp.kasane.worker;

import java.util.Map;

/** Keeps what a decision table said of a case, or of a consultation that is none yet. */
public interface RecordDecision {

    /**
     * Once per job, however often it runs.
     *
     * @param decision the table's id
     * @param variables all that the job brought; only the table's own inputs and outputs are kept, and of these only codes
     * @throws UnknownReference for a table or a case that does not exist
     */
    void record(JobContext job, String decision, Map<String, Object> variables);
}
