package jp.kasane.worker;

/** Starts an instance of {@code role} for every role of the case's plan in force that was not asked yet. */
public interface AllocateRoles {

    /**
     * Asks each agency once for each role, however often the job runs.
     *
     * @throws UnknownReference for a case that does not exist
     */
    void allocate(JobContext job);
}
