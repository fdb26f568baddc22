package jp.kasane.worker;

import java.util.Map;

/** The gate behind every user task (DESIGN §8.4): what was submitted is applied, and the next gateway gets its facts. */
public interface PersistSubmission {

    /**
     * @param step the user task's element id
     * @param submissionId what the completion of the task brought, or null
     * @return facts from the database
     * @throws UnknownReference if this is no submission of that step: the task was completed elsewhere; the port sees to it
     *     that the step opens again
     */
    Map<String, Object> persist(JobContext job, String step, String submissionId);
}
