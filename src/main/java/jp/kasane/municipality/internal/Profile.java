package jp.kasane.municipality.internal;

import java.util.List;

/** {@code profiles/<municipality>.yaml}. An unknown key is a mistake, not a comment. */
record Profile(
        String code,
        String name,
        String coordinatingAgency,
        String responsibleAgency,
        List<AgencyEntry> agencies,
        List<DeadlineEntry> deadlines,
        List<UserEntry> localUsers) {

    record AgencyEntry(String code, String name, String field, String source) {}

    /** Days are calendar days. No document gives a deadline (002 §0), so every value is a default of ours. */
    record DeadlineEntry(String step, int dueDays, int remindDays, int escalateDays) {}

    /** A login of the local default; its password is its name. */
    record UserEntry(String login, String name, String role, String agency) {}
}
