package jp.kasane.household;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

public record Household(String name, String gathered, List<Member> members, List<Involved> agencies) {

    /**
     * @param called the name, or the label by which the workers know a person whose name nobody knows yet
     * @param address null where there is none, or where it is concealed from the acting user (DV)
     * @param addressConcealed whether it is concealed from all but the lead, the accompanying agency and the section
     */
    public record Member(
            UUID id,
            String called,
            String name,
            String kana,
            String label,
            String relation,
            LocalDate birthDate,
            boolean subject,
            String address,
            boolean addressConcealed,
            List<String> concerns,
            String mainConcern) {}

    /** @param relation past, current or needed (002, L286) */
    public record Involved(String agencyCode, String agency, String relation, String note) {}
}
