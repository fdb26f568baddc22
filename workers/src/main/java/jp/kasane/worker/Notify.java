package jp.kasane.worker;

/** Tells people that something has happened. One visible message per event, however often the job runs. */
public interface Notify {

    /**
     * @param message which notice, e.g. {@code meeting-invitation}
     * @throws BusinessError {@code NOBODY_REACHED} if an agency is meant of which nobody works with Kasane
     * @throws UnknownReference for a message or a case that does not exist
     */
    void send(JobContext job, String message);
}
