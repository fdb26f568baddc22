package jp.kasane.regroup;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.consultation.ConsultationSection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Other cases that a case's people came from or went to. That there is one is no secret of the case; which one, the database says. */
@Component
@Transactional(readOnly = true)
public class Lineage implements CaseSection {

    private final JdbcClient jdbc;
    private final Cases cases;

    Lineage(JdbcClient jdbc, Cases cases) {
        this.jdbc = jdbc;
        this.cases = cases;
    }

    /** @param number null, like the household's name, where the acting user does not see it */
    public record Other(UUID id, String number, String household) {}

    /**
     * Somebody who left the household.
     *
     * @param leftOn the day; null for who was taken off the list when the household was gathered again
     * @param elsewhere whether they are in another case's household
     * @param to that case; null where they are in none, or the acting user does not see it
     */
    record Gone(String called, LocalDate leftOn, Instant recordedAt, boolean elsewhere, Other to) {}

    /**
     * @param splitFrom null where the case did not begin with a split; its number is null where it is not seen
     * @param joined cases that were merged into this one, as far as they are seen
     */
    record Of(Other splitFrom, Other mergedInto, List<Other> joined, List<Gone> gone) {}

    @Override
    public String key() {
        return "lineage";
    }

    @Override
    public int order() {
        return 11;
    }

    @Override
    public Of of(UUID caseId) {
        var file = cases.required(caseId);
        var gone = jdbc.sql(
                        """
                        select coalesce(m.name, m.label) as called, m.left_on, m.left_at, m.went_to is not null as elsewhere, f.id as to_id, f.number,
                               h.name as household
                        from kasane.household_member m
                        left join kasane.household_member t on t.id = m.went_to
                        left join kasane.case_file f on f.id = t.case_id left join kasane.household h on h.case_id = f.id
                        where m.case_id = :id and m.left_at is not null order by m.left_at desc, m.position
                        """)
                .param("id", caseId)
                .query((row, n) -> new Gone(
                        row.getString("called"),
                        row.getObject("left_on", LocalDate.class),
                        row.getTimestamp("left_at").toInstant(),
                        row.getBoolean("elsewhere"),
                        row.getString("number") == null
                                ? null
                                : new Other(
                                        row.getObject("to_id", UUID.class),
                                        row.getString("number"),
                                        row.getString("household"))))
                .list();
        var joined = jdbc.sql(
                        """
                        select f.id, f.number, h.name as household from kasane.case_file f left join kasane.household h on h.case_id = f.id
                        where f.merged_into = :id order by f.closed_at, f.number
                        """)
                .param("id", caseId)
                .query(Other.class)
                .list();
        var lineage = new Of(other(cases, file.splitFrom()), other(cases, file.mergedInto()), joined, gone);
        return lineage.splitFrom() == null && lineage.mergedInto() == null && joined.isEmpty() && gone.isEmpty()
                ? null
                : lineage;
    }

    private static Other other(Cases cases, UUID id) {
        return id == null
                ? null
                : cases.find(id)
                        .map(file -> new Other(id, file.number(), file.householdName()))
                        .orElse(new Other(null, null, null));
    }

    /** On the page of a consultation: its case is another one now. */
    @Component
    static class OfConsultation implements ConsultationSection {

        private final JdbcClient jdbc;
        private final Cases cases;

        OfConsultation(JdbcClient jdbc, Cases cases) {
            this.jdbc = jdbc;
            this.cases = cases;
        }

        @Override
        public String key() {
            return "mergedInto";
        }

        @Override
        public Other of(UUID consultationId) {
            return jdbc.sql("select case_id from kasane.consultation where id = :id and case_id is not null")
                    .param("id", consultationId)
                    .query(UUID.class)
                    .optional()
                    .flatMap(cases::find)
                    .map(file -> other(cases, file.mergedInto()))
                    .orElse(null);
        }
    }
}
