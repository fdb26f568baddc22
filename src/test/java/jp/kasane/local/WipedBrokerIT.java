package jp.kasane.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker's data are lost: PostgreSQL knows where every case stands, and nobody is asked or told twice. */
class WipedBrokerIT {

    @TempDir
    Path directory;

    private static String opened(String name, String route, String more) {
        return """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: %1$s, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: %1$s家
                members: [ { name: %1$s, relation: head, subject: true, addressConcealed: false } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 聞いたこと
            - as: coordinator
              record: consent-change
              data: { state: given, occurredOn: today, memberIds: ["member:%1$s"], scope: [plan, support], agencies: [shakyo, anshin, jiritsu], evidence: paper }
            - as: coordinator
              task: Task_WriteAssessment
              data: { householdIssue: 世帯課題, strengths: 強み, needs: 必要, consentState: given, route: %2$s, routeReason: 理由 }
            """
                        .formatted(name, route)
                + more;
    }

    @Test
    void allCasesGoOnAtANewBroker() {
        List<String> before;
        List<String> told;
        try (var kasane = KasaneServer.on(directory)) {
            kasane.playSteps(
                    opened(
                            "消えた 一",
                            "plan",
                            """
                    - as: coordinator
                      task: Task_DraftPlan
                      data: { personWish: 意向, longGoal: 長期, shortGoal: 当面, leadAgency: anshin, roles: [ { agency: anshin, role: 通院 }, { agency: jiritsu, role: 就労 } ], reviewOn: today+5, path: skip, pathReason: 一致 }
                    - as: manager
                      task: Task_DecidePlan
                      data: { decision: decided, decidedOn: today }
                    - as: member
                      task: Task_AcceptRole
                      data: { outcome: accepted, contactPerson: 連携 恵, reportOn: today+60 }
                    - { as: coordinator, expect: { phase: monitoring, task: Task_Review } }
                    """));
            kasane.playSteps(
                    opened(
                            "消えた 二",
                            "meeting",
                            """
                    - as: coordinator
                      task: Task_ProposeMembers
                      data: { purpose: 目的, agenda: 議題, agencies: [anshin, hokenjo] }
                    - as: manager
                      task: Task_ConveneMeeting
                      data: { scheduledAt: now, place: 会議室, agencies: [anshin, hokenjo] }
                    - { as: member, expect: { task: Task_AnswerInvitation } }
                    - { as: manager, expect: { task: Task_HoldMeeting } }
                    """));
            kasane.playSteps(
                    opened(
                            "消えた 三",
                            "normal",
                            """
                    - as: coordinator
                      task: Task_EvaluateClosure
                      data: { reasons: [normal], evaluation: 落ち着いた, decision: none, watch: "yes", watchOn: today+90 }
                    - as: manager
                      task: Task_DecideClosure
                      data: { decision: closed, decidedOn: today }
                    - { as: coordinator, expect: { phase: watch } }
                    """));
            before = settled(kasane, List.of());
            told = told(kasane);
            assertThat(before).hasSize(7);
        }
        KasaneServer.delete(directory.resolve("camunda"));

        try (var kasane = KasaneServer.on(directory)) {
            assertThat(settled(kasane, before)).isEqualTo(before);
            assertThat(told(kasane)).isEqualTo(told);
            assertThat(kasane.sql()
                            .sql("select count(*) from engine.incident where state = 'OPEN'")
                            .query(Long.class)
                            .single())
                    .isZero();
            bothLivesAreFollowedThrough(kasane);
        }
    }

    /** Each on the diagrams of its own broker: versions and keys begin anew with it. */
    private static void bothLivesAreFollowedThrough(KasaneServer kasane) {
        var id = kasane.sql()
                .sql("select id::text from kasane.case_file order by number limit 1")
                .query(String.class)
                .single();
        var replay = kasane.as("manager").get("/api/v1/cases/" + id + "/replay");
        var lives = StreamSupport.stream(replay.at("/courses").spliterator(), false)
                .filter(course -> course.get("processId").asText().equals("support-case"))
                .toList();
        assertThat(lives.stream().map(life -> life.get("state").asText())).containsExactly("LOST", "ACTIVE");
        var diagrams = lives.stream()
                .map(life -> life.at("/versions/0/definition").asText())
                .toList();
        assertThat(diagrams).doesNotHaveDuplicates().allSatisfy(diagram -> assertThat(kasane.as("manager")
                        .get("/api/v1/processes/definitions/" + diagram + "/diagram")
                        .text())
                .contains("CallActivity_Assessment"));
        assertThat(kasane.as("manager").get("/cases/" + id + "/replay").text()).contains("エンジンとともに失われた");
    }

    /** What is open and what is waited for, once nothing is on its way any more. */
    private static List<String> settled(KasaneServer kasane, List<String> wanted) {
        await("everything to stand still")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    assertThat(kasane.sql()
                                    .sql(
                                            "select kind || ' ' || coalesce(last_error, '') from kasane.outbox where done_at is null")
                                    .query(String.class)
                                    .list())
                            .isEmpty();
                    if (wanted.isEmpty()) {
                        assertThat(open(kasane)).hasSize(7);
                    } else {
                        assertThat(open(kasane)).isEqualTo(wanted);
                    }
                });
        return open(kasane);
    }

    private static List<String> open(KasaneServer kasane) {
        return kasane.sql()
                .sql(
                        """
                        select h.name || ' ' || e.element_id from engine.element_instance e join kasane.household h on h.case_id = e.case_id
                        where e.state = 'ACTIVE' and (e.element_type = 'USER_TASK' or e.element_id in ('Event_ReportDue', 'Event_WatchDue', 'Gateway_ReviewDueOrAsked'))
                        order by 1
                        """)
                .query(String.class)
                .list();
    }

    private static List<String> told(KasaneServer kasane) {
        return kasane.sql()
                .sql("select user_id || ' ' || kind || ' ' || cause from kasane.notification order by 1")
                .query(String.class)
                .list();
    }
}
