package jp.kasane.meeting;

import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.consent.Consents;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What the tables {@code meeting-type}, {@code members} and {@code meeting-body} are asked with. */
final class TableFacts {

    private TableFacts() {}

    /** Where a meeting is called: whether consent lets it be a 重層的支援会議 (002, L1180-1211). */
    private abstract static class OfConsent implements ProcessFacts {

        private final Consents consents;

        OfConsent(Consents consents) {
            this.consents = consents;
        }

        @Override
        public Map<String, Object> facts(UUID caseId, String instanceKey) {
            return Map.of("consentSufficient", consents.sufficient(caseId));
        }
    }

    @Component
    static class OfTheCase extends OfConsent {
        OfTheCase(Consents consents) {
            super(consents);
        }

        @Override
        public String processId() {
            return "support-case";
        }
    }

    @Component
    static class OfThePlan extends OfConsent {
        OfThePlan(Consents consents) {
            super(consents);
        }

        @Override
        public String processId() {
            return "plan";
        }
    }

    @Component
    static class OfTheMeeting implements ProcessFacts {

        private final JdbcClient jdbc;

        OfTheMeeting(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public String processId() {
            return "support-meeting";
        }

        @Override
        public Map<String, Object> facts(UUID caseId, String instanceKey) {
            return Map.of("householdKnown", householdKnown(caseId), "targetGroup", targetGroup(caseId));
        }

        /** There are members, and everybody has a name by now. Ours: 狛江 says 「得られない場合」 and no measure (002, L6812-6818). */
        private boolean householdKnown(UUID caseId) {
            return jdbc.sql(
                            """
                            select count(*) > 0 and bool_and(m.name is not null)
                            from kasane.household_member m where m.case_id = :case and m.left_at is null
                            """)
                    .param("case", caseId)
                    .query(Boolean.class)
                    .single();
        }

        /** By the gravest concern (◎) of whom the case is about, else of the first consultation that says one. */
        private String targetGroup(UUID caseId) {
            return jdbc.sql(
                            """
                            select f.target_group from (
                                select c.municipality_id, c.concern, 0 as turn, m.position as place, 'epoch'::timestamptz as at
                                from kasane.member_concern c join kasane.household_member m on m.id = c.member_id
                                where m.case_id = :case and m.subject and m.left_at is null and c.main
                                union all
                                select k.municipality_id, k.concern, 1, 0, c.occurred_at
                                from kasane.consultation_concern k join kasane.consultation c on c.id = k.consultation_id
                                where c.case_id = :case and k.main
                            ) gravest join kasane.concern_field f on f.municipality_id = gravest.municipality_id and f.concern = gravest.concern
                            order by turn, place, at limit 1
                            """)
                    .param("case", caseId)
                    .query(String.class)
                    .optional()
                    .orElse("other");
        }
    }
}
