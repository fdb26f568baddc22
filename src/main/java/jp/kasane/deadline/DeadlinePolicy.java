package jp.kasane.deadline;

/**
 * How long a step may take in a municipality, and who hears of it when: reminded {@code remindDays} before the due date (whoever
 * has the task), {@code leadDays} after it the accompanying agency's coordinators, {@code escalateDays} after it the section.
 *
 * @param active off: nobody is told anything; open deadlines stay and show their date
 * @param unit of all four numbers: calendar or business
 * @param origin ours (a first value of Kasane's, never law) or municipality
 */
public record DeadlinePolicy(
        String step,
        boolean active,
        int dueDays,
        String unit,
        int remindDays,
        int leadDays,
        int escalateDays,
        String origin) {

    public boolean business() {
        return unit.equals("business");
    }

    /** Watches over a case without a task of its own. */
    public boolean standing() {
        return step.startsWith("Watch_");
    }
}
