package jp.kasane.worker;

import java.util.Map;

/** Puts the case's meeting to the next sitting whose cut-off is still to come. */
public interface AssignSitting {

    /**
     * However often the job runs, the meeting is put to one sitting.
     *
     * @return {@code route} waiting with {@code sittingCheckAt}, when to look again; or convened: nothing is left to do
     * @throws UnknownReference for a case that does not exist
     */
    Map<String, Object> assign(JobContext job);
}
