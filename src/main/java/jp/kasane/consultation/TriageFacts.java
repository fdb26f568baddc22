package jp.kasane.consultation;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.ProcessFacts;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What the table {@code triage} is asked with, derived from what the window wrote down anyway: it answers no
 * question twice (002, L2131-2133; L5070-5074). Where the documents give no measure, it is ours and says so.
 */
@Component
public class TriageFacts implements ProcessFacts {

    /** 主訴が多岐: from so many concerns on. Ours: no document counts. */
    private static final int MANY = 4;

    static final Set<String> THE_HOUSEHOLD = Set.of("self", "family");
    private static final Set<String> PEOPLE_OF_THE_AREA = Set.of("neighbour", "commissioner", "other");

    private final JdbcClient jdbc;

    TriageFacts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param main ◎, or null
     * @param mainField the field that answers to it, or null
     * @param fields those that answer to the marked concerns, as far as the municipality has an agency of that field
     * @param returned agencies that it was sent to and that sent it back
     */
    record Heard(
            String broughtBy,
            boolean subjectKnown,
            List<String> concerns,
            String main,
            String mainField,
            List<String> fields,
            int returned) {

        /** clear, many or unclear. */
        String complaint() {
            if (concerns.size() >= MANY) {
                return "many";
            }
            return main != null || concerns.size() == 1 ? "clear" : "unclear";
        }

        /** How many fields answer; none where nobody answers to what troubles most. */
        String sections() {
            if (fields.isEmpty() || main != null && mainField == null) {
                return "none";
            }
            return new HashSet<>(fields).size() == 1 ? "one" : "several";
        }

        boolean thirdParty() {
            return !THE_HOUSEHOLD.contains(broughtBy);
        }

        /** 墨田's three (002, L5070-5074): nobody came with it yet, one agency sent it back, several did. */
        String standstill() {
            if (!subjectKnown && PEOPLE_OF_THE_AREA.contains(broughtBy)) {
                return "unheard";
            }
            return switch (returned) {
                case 0 -> "none";
                case 1 -> "stuck";
                default -> "unconnected";
            };
        }
    }

    @Override
    public String processId() {
        return "consultation";
    }

    @Override
    public Map<String, Object> facts(UUID consultationId, String instanceKey) {
        return of(consultationId);
    }

    /** As it stands now: what came back with a proposal stands otherwise than before it was sent. */
    public Map<String, Object> of(UUID consultationId) {
        var heard = heard(consultationId);
        return Map.of(
                "complaint", heard.complaint(),
                "sections", heard.sections(),
                "thirdParty", heard.thirdParty(),
                "standstill", heard.standstill());
    }

    private Heard heard(UUID consultationId) {
        return jdbc.sql(
                        """
                        select c.brought_by, c.subject_known,
                               coalesce(array_agg(k.concern) filter (where k.concern is not null), '{}') as concerns,
                               max(k.concern) filter (where k.main) as main,
                               max(a.field) filter (where k.main) as main_field,
                               coalesce(array_agg(a.field) filter (where a.field is not null), '{}') as fields,
                               (select count(distinct r.to_agency_id) from kasane.referral r
                                where r.consultation_id = c.id and r.status = 'returned') as returned
                        from kasane.consultation c
                        left join kasane.consultation_concern k on k.consultation_id = c.id
                        left join kasane.concern_field f on f.municipality_id = c.municipality_id and f.concern = k.concern
                        left join lateral (select g.field from kasane.agency g
                                           where g.municipality_id = c.municipality_id and g.active
                                             -- 市 is the municipality itself, whatever it is.
                                             and (g.field = f.field or f.field = '市' and g.field in ('区', '町', '村')) limit 1) a on true
                        where c.id = :id
                        group by c.id
                        """)
                .param("id", consultationId)
                .query((row, n) -> new Heard(
                        row.getString("brought_by"),
                        row.getBoolean("subject_known"),
                        list(row.getArray("concerns").getArray()),
                        row.getString("main"),
                        row.getString("main_field"),
                        list(row.getArray("fields").getArray()),
                        row.getInt("returned")))
                .single();
    }

    private static List<String> list(Object array) {
        return Arrays.stream((Object[]) array)
                .filter(Objects::nonNull)
                .map(Object::toString)
                .toList();
    }
}
