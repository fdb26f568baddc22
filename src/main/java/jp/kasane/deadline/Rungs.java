package jp.kasane.deadline;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import jp.kasane.calendar.BusinessCalendar;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.foundation.JapaneseTime;

/** When the rungs of a deadline's ladder are reached: never before there was anything to do, and each not before the last. */
record Rungs(Instant remindAt, Instant dueAt, Instant leadAt, Instant escalateAt) {

    /**
     * @param from when the task appeared, or the watch began; this day does not count
     * @param planned the date people agreed on, or null; one that is over already is none
     */
    static Rungs of(Instant from, LocalDate planned, DeadlinePolicy policy, BusinessCalendar calendar) {
        var start = JapaneseTime.dayOf(from);
        var days = new Days(policy.business(), calendar);
        // People may well agree on a Saturday: a planned date is kept as it is.
        var due = planned != null && !planned.isBefore(start) ? planned : days.after(start, policy.dueDays());
        if (!at(due).isAfter(from)) {
            // Begun after the office day, due on the same day: that would be over before it began.
            due = days.after(start, 1);
        }
        // Nothing before or after it is the due date itself, which may be a planned one on a closed day.
        var remind = policy.remindDays() == 0 ? due : days.before(due, policy.remindDays());
        return new Rungs(
                // A reminder that would be due before the task was there waits until its due day ends.
                at(remind.isAfter(start) ? remind : due),
                at(due),
                at(policy.leadDays() == 0 ? due : days.after(due, policy.leadDays())),
                at(policy.escalateDays() == 0 ? due : days.after(due, policy.escalateDays())));
    }

    private static Instant at(LocalDate date) {
        return OfficeDay.closes(date).toInstant();
    }

    Timestamp remind() {
        return Timestamp.from(remindAt);
    }

    Timestamp due() {
        return Timestamp.from(dueAt);
    }

    Timestamp lead() {
        return Timestamp.from(leadAt);
    }

    Timestamp escalate() {
        return Timestamp.from(escalateAt);
    }

    /** Calendar days count every day and may end on a closed one; business days count and end on open ones. */
    private record Days(boolean business, BusinessCalendar calendar) {

        LocalDate after(LocalDate date, int days) {
            return business ? calendar.plus(date, days) : date.plusDays(days);
        }

        LocalDate before(LocalDate date, int days) {
            return business ? calendar.minus(date, days) : date.minusDays(days);
        }
    }
}
