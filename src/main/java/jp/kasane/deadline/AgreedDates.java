package jp.kasane.deadline;

import java.time.LocalDate;
import java.util.UUID;

/** Another due date for one task, which somebody has agreed on; the ladder moves with it. */
public interface AgreedDates {

    /**
     * In the open transaction, under the stream's lock.
     *
     * @param on null: the setting counts again
     * @return false: the task has no deadline (its step has none, or it is not noted yet)
     */
    boolean agree(UUID taskId, LocalDate on);
}
