package jp.kasane.worker;

import java.util.Map;

/** The cut-off of a regular meeting's agenda: what was handed in is put to the sitting, and whether it is held at all is decided. */
public interface CloseAgenda {

    /**
     * However often the job runs, a sitting's agenda is closed once.
     *
     * @return {@code outcome} held, skipped (nothing to speak of, and the body does not meet without), or wait: no cut-off has come yet
     * @throws UnknownReference for a body that does not exist
     */
    Map<String, Object> close(JobContext job);
}
