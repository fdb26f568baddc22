package jp.kasane.worker;

/** Starts an instance of {@code invitation} for every member of the case's meeting that was not asked yet. */
public interface InviteMembers {

    /**
     * Asks each invited agency once, however often the job runs.
     *
     * @throws UnknownReference for a case that does not exist
     */
    void invite(JobContext job);
}
