package jp.kasane.household;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.form.Forms;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional(readOnly = true)
public class Households implements CaseSection {

    private final JdbcClient jdbc;

    Households(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public Optional<Household> ofCase(UUID caseId) {
        record Head(String name, String gathered) {}
        return jdbc.sql("select name, gathered from kasane.household where case_id = :id")
                .param("id", caseId)
                .query(Head.class)
                .optional()
                .map(head -> new Household(head.name(), head.gathered(), members(caseId), agencies(caseId)));
    }

    public List<Household.Member> members(UUID caseId) {
        return jdbc.sql(
                        """
                        select m.id, coalesce(m.name, m.label) as called, m.name, m.kana, m.label, m.relation, m.birth_date, m.subject,
                               a.address, m.address_concealed,
                               (select array_agg(c.concern order by c.main desc, c.concern) from kasane.member_concern c where c.member_id = m.id) as concerns,
                               (select c.concern from kasane.member_concern c where c.member_id = m.id and c.main) as main_concern
                        from kasane.household_member m left join kasane.member_address a on a.member_id = m.id
                        where m.case_id = :id and m.left_at is null order by m.position
                        """)
                .param("id", caseId)
                .query((row, n) -> new Household.Member(
                        row.getObject("id", UUID.class),
                        row.getString("called"),
                        row.getString("name"),
                        row.getString("kana"),
                        row.getString("label"),
                        row.getString("relation"),
                        row.getObject("birth_date", java.time.LocalDate.class),
                        row.getBoolean("subject"),
                        row.getString("address"),
                        row.getBoolean("address_concealed"),
                        row.getArray("concerns") == null
                                ? List.of()
                                : List.of((String[]) row.getArray("concerns").getArray()),
                        row.getString("main_concern")))
                .list();
    }

    /** The members, as a form offers them. */
    public List<Forms.Option> options(UUID caseId) {
        return members(caseId).stream()
                .map(member -> new Forms.Option(member.id().toString(), member.called()))
                .toList();
    }

    private List<Household.Involved> agencies(UUID caseId) {
        return jdbc.sql(
                        """
                        select a.code as agency_code, a.name as agency, i.relation, i.note
                        from kasane.involved_agency i join kasane.agency a on a.id = i.agency_id
                        where i.case_id = :id order by a.position
                        """)
                .param("id", caseId)
                .query(Household.Involved.class)
                .list();
    }

    @Override
    public String key() {
        return "household";
    }

    @Override
    public int order() {
        return 10;
    }

    @Override
    public Object of(UUID caseId) {
        return ofCase(caseId).orElse(null);
    }
}
