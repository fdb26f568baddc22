package jp.kasane.consent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.access.SystemActor;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A consent that was given for a time allows nothing afterwards, and nobody has to find that out by chance. */
class ConsentUntilIT {

    private static KasaneServer kasane;
    private static UUID caseId;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        caseId = UUID.fromString(kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 期限 花子, concerns: [housing], story: 家のこと }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: 期限家
                            members: [ { name: 期限 花子, relation: head, subject: true, addressConcealed: false } ]
                            agencies: [ { agency: anshin, relation: current } ]
                            gathered: 聞いたこと
                        """)
                .caseId());
    }

    private static KasaneServer.Answer change(String state, LocalDate until) {
        var member = kasane.sql()
                .sql("select id from kasane.household_member where case_id = :id")
                .param("id", caseId)
                .query(UUID.class)
                .single();
        return kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/consent-change",
                        """
                        {"data":{"state":"%s","occurredOn":"%s","memberIds":["%s"],"scope":["sharing","plan"],"agencies":["anshin"],"evidence":"oral"%s}}"""
                                .formatted(
                                        state,
                                        JapaneseTime.dayOf(Instant.now()),
                                        member,
                                        until == null ? "" : ",\"until\":\"" + until + "\""));
    }

    @Test
    void aConsentForATimeAllowsNothingAfterItsLastDay() {
        var today = JapaneseTime.dayOf(Instant.now());
        var refused = change("given", today.minusDays(1));
        assertThat(refused.status()).as(refused.text()).isEqualTo(422);
        assertThat(refused.at("/detail").asText()).contains("「同意の期限」は同意した日より後の日にしてください。");

        var given = change("given", today.plusDays(3));
        assertThat(given.status()).as(given.text()).isEqualTo(201);
        assertThat(sufficient()).isTrue();
        var page = kasane.as("coordinator").get("/cases/" + caseId).text();
        assertThat(page).contains("同意の期限").doesNotContain("期限切れ");

        // It ends within two weeks: those who hold the case are told, once.
        var ends = kasane.bean(ConsentEnds.class);
        assertThat(ends.tell(Instant.now())).isPositive();
        ends.tell(Instant.now());
        assertThat(told("soon")).isEqualTo(1);
        ends.tell(Instant.now().plus(10, ChronoUnit.DAYS));
        assertThat(told("over")).isEqualTo(1);

        kasane.sql()
                .sql("update kasane.consent set until = :yesterday where case_id = :id and until is not null")
                .param("yesterday", today.minusDays(1))
                .param("id", caseId)
                .update();
        assertThat(sufficient()).isFalse();
        assertThat(kasane.as("coordinator").get("/cases/" + caseId).text()).contains("期限切れ");

        kasane.sql()
                .sql("update kasane.case_file set phase = 'plan' where id = :id")
                .param("id", caseId)
                .update();
        assertThat(kasane.as("auditor").get("/trail/oversight").text()).contains("使われている同意の期限が過ぎている");
        assertThat(change("given", null).status()).isEqualTo(201);
        assertThat(sufficient()).isTrue();
        assertThat(kasane.as("auditor").get("/trail/oversight").text()).doesNotContain("使われている同意の期限が過ぎている");
    }

    private static boolean sufficient() {
        return kasane.bean(SystemActor.class)
                .inTransaction(() -> kasane.bean(Consents.class).sufficient(caseId));
    }

    private static int told(String which) {
        return kasane.sql()
                .sql(
                        """
                        select count(*) from kasane.notification n join kasane.app_user u on u.id = n.user_id
                        where n.case_id = :id and n.kind = 'consent-ending' and n.cause like '%:' || :which and u.login = 'coordinator'""")
                .param("id", caseId)
                .param("which", which)
                .query(Integer.class)
                .single();
    }
}
