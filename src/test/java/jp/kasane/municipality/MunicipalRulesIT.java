package jp.kasane.municipality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import jp.kasane.access.SystemActor;
import org.junit.jupiter.api.Test;

/** What a municipality's profile decides, in installations of their own. */
class MunicipalRulesIT {

    /** 杉並's cases come through agencies only (001, L15886-15896); its list of closure reasons is changed here, for the table is the truth. */
    @Test
    void whereCasesComeThroughAgenciesACitizensConsultationBecomesNone() {
        try (var kasane = KasaneServer.startWith("suginami")) {
            var refused = triage(kasane, "family", "例示 一");
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.text()).contains("相談機関へつなぎ、その機関からの相談として受け付けてください");
            assertThat(refused.at("/fields/0/field").asText()).isEqualTo("route");
            assertThat(triage(kasane, "commissioner", "例示 二").status()).isEqualTo(422);
            assertThat(kasane.sql()
                            .sql("select count(*) from kasane.case_file")
                            .query(Long.class)
                            .single())
                    .isZero();

            assertThat(triage(kasane, "agency", "例示 三").status()).isEqualTo(201);

            aMunicipalitysOwnReasonsAreOffered(kasane);
            theProfileIsShownWithItsSources(kasane);
            rulesAreAskedInTheMunicipalitysName(kasane);
        }
    }

    private static KasaneServer.Answer triage(KasaneServer kasane, String broughtBy, String name) {
        var reception = kasane.as("reception");
        var consultation = reception.register(
                """
                {"channel":"phone","broughtBy":"%s","receivedAt":"2026-11-01T09:00+09:00","subjectKnown":true,"subjectName":"%s",
                 "concerns":["housing"],"mainConcern":"housing","story":"家のこと","consentState":"unasked"}"""
                        .formatted(broughtBy, name));
        var task = reception.task("Task_Triage", "consultationId=" + consultation);
        return reception.submit(
                task,
                "{\"caseClass\":\"class3\",\"reason\":\"複合\",\"urgency\":\"normal\",\"route\":\"case\",\"begin\":\"assessment\"}");
    }

    private static void aMunicipalitysOwnReasonsAreOffered(KasaneServer kasane) {
        kasane.sql()
                .sql(
                        """
                        update kasane.closure_code set active = false where code = 'ended';
                        insert into kasane.closure_code (municipality_id, code, name, position, source)
                        select id, 'income', '給与収入の確保', 0, '001, L4637-4641' from kasane.municipality;
                        """)
                .update();
        var id = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: sheet, broughtBy: agency, receivedAt: now-3d, subjectKnown: true, subjectName: 例示 五, concerns: [housing], story: 家のこと }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: assessment }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: 例示家
                            members: [ { name: 例示 五, relation: head, subject: true, addressConcealed: false } ]
                            agencies: [ { agency: korei, relation: current } ]
                            gathered: 聞いたこと
                        - as: coordinator
                          task: Task_WriteAssessment
                          data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: none, route: normal, routeReason: 通常の支援で足りる }
                        """)
                .caseId();
        var task = kasane.as("coordinator").task("Task_EvaluateClosure", "caseId=" + id);
        var sheet = kasane.as("coordinator").get("/api/v1/tasks/" + task).body();
        assertThat(values(sheet.at("/data/closureOptions")))
                .contains("income", "moved")
                .doesNotContain("ended");
        assertThat(sheet.at("/data/reasons/0").asText()).isEqualTo("normal");
        var evaluation = "{\"reasons\":[\"%s\"],\"evaluation\":\"落ち着いた\",\"decision\":\"none\",\"watch\":\"none\"}";
        assertThat(kasane.as("coordinator")
                        .submit(task, evaluation.formatted("ended"))
                        .status())
                .isEqualTo(422);
        assertThat(kasane.as("coordinator")
                        .submit(task, evaluation.formatted("income"))
                        .status())
                .isEqualTo(201);
        assertThat(kasane.as("manager")
                        .get("/api/v1/cases/" + id)
                        .at("/closures/0/reasonNames/income")
                        .asText())
                .isEqualTo("給与収入の確保");
        assertThat(kasane.as("manager").get("/cases/" + id).text()).contains("給与収入の確保");
    }

    private static void theProfileIsShownWithItsSources(KasaneServer kasane) {
        var page = kasane.as("admin").get("/settings/profile");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text())
                .contains("在宅医療・生活支援センター 包括的支援担当係")
                .contains("001, L15886-15896")
                .contains("区民・住民の相談をそのままケースにできる")
                .contains("支援計画");
        assertThat(kasane.as("manager").get("/settings/profile").status()).isEqualTo(200);
        assertThat(kasane.as("reception").get("/settings/profile").status()).isEqualTo(403);
    }

    private static void rulesAreAskedInTheMunicipalitysName(KasaneServer kasane) {
        var rules = kasane.bean(MunicipalRules.class);
        kasane.bean(SystemActor.class).inTransaction(() -> {
            assertThat(rules.mayCitizenOpenCase()).isFalse();
            assertThat(rules.nameOf("supportPlan")).contains("支援計画");
            assertThat(rules.nameOf("referralSheet")).as("ours").contains("つなぐシート");
            assertThat(rules.titleOf("outreach")).isEmpty();
            assertThat(rules.referralSheet()).isEmpty();
            assertThat(rules.planDrafter()).contains("center");
            assertThat(rules.meetingDecidesPlans()).isFalse();
            assertThat(rules.handoverCountsAsClosure()).isFalse();
        });
    }

    /** 墨田: a 誓約書 at every sitting (002, L5079-81). Its areas: none by design. */
    @Test
    void whereEverySittingAsksForAPledgeNobodyAttendsWithoutOne() {
        try (var kasane = KasaneServer.startWith("sumida")) {
            var caseId = kasane.playSteps(
                            """
                            - as: reception
                              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 例示 四, concerns: [housing], story: 家のこと }
                            - as: reception
                              task: Task_Triage
                              data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: meeting }
                            - as: coordinator
                              task: Task_ProposeMembers
                              data: { purpose: 目的, agenda: 議題, agencies: [kosei, csw, kakuka] }
                            - { as: coordinator, expect: { phase: meeting } }
                            """)
                    .caseId();
            var manager = kasane.as("manager");
            var convening = manager.task("Task_ConveneMeeting", "caseId=" + caseId);
            var sheet = manager.get("/api/v1/tasks/" + convening);
            assertThat(sheet.at("/data/sittingOptions/0/label").asText()).startsWith("支援会議");
            assertThat(manager.submit(
                                    convening,
                                    "{\"sitting\":\""
                                            + sheet.at("/data/sitting").asText()
                                            + "\",\"agencies\":[\"kosei\",\"csw\",\"kakuka\"]}")
                            .status())
                    .isEqualTo(201);

            var head = kasane.as("kakuka");
            var invitation = invitation(head, caseId);
            assertThat(head.get("/api/v1/tasks/" + invitation)
                            .at("/data/pledgeNeeded")
                            .asBoolean())
                    .isTrue();
            var refused = head.submit(invitation, "{\"outcome\":\"attend\",\"pledge\":false}");
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.text()).contains("守秘義務に係る誓約書", "この会議に出席するために必要です");
            assertThat(answer(kasane, "kakuka")).isEmpty();
            assertThat(head.submit(invitation, "{\"outcome\":\"attend\",\"pledge\":true}")
                            .status())
                    .isEqualTo(201);
            assertThat(answer(kasane, "kakuka")).containsExactly("attend pledged");

            // Whoever does not come tells what they know without one.
            var csw = kasane.as("coordinator");
            var other = invitation(csw, caseId);
            assertThat(csw.submit(other, "{\"outcome\":\"absent\",\"information\":\"訪問の様子\"}")
                            .status())
                    .isEqualTo(201);

            kasane.bean(SystemActor.class).inTransaction(() -> {
                assertThat(kasane.bean(MunicipalRules.class).participationCountsWithoutPlan())
                        .isTrue();
                assertThat(kasane.bean(Areas.class).all()).isEmpty();
            });
            anAddressIsInOneAreaOfEachScheme(kasane);
        }
    }

    private static void anAddressIsInOneAreaOfEachScheme(KasaneServer kasane) {
        kasane.sql()
                .sql(
                        """
                        insert into kasane.area_scheme (id, municipality_id, code, name, source)
                        select gen_random_uuid(), m.id, s, s, 'ours' from kasane.municipality m, unnest(array ['ward', 'school']) s;
                        insert into kasane.area (id, municipality_id, scheme_id, code, name, source)
                        select gen_random_uuid(), s.municipality_id, s.id, a, a, 'ours' from kasane.area_scheme s, unnest(array ['east', 'west']) a;
                        insert into kasane.area_district (scheme_id, district, area_id, municipality_id)
                        select scheme_id, case code when 'east' then '東例示町' else '例示町' end, id, municipality_id from kasane.area
                        """)
                .update();
        kasane.bean(SystemActor.class).inTransaction(() -> {
            var areas = kasane.bean(Areas.class);
            assertThat(areas.all()).hasSize(4);
            assertThat(areas.covering("東例示町一丁目")).extracting(Areas.Area::code).containsExactly("east", "east");
            assertThat(areas.covering("例示町二丁目")).extracting(Areas.Area::code).containsExactly("west", "west");
            assertThat(areas.covering("架空町")).isEmpty();
        });
    }

    /** Of one's own agency, as soon as it is there. */
    private static String invitation(KasaneServer.User user, String caseId) {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> user.get("/api/v1/tasks?view=group&step=Task_AnswerInvitation&caseId=" + caseId)
                                .at("/0/id")
                                .asText(),
                        id -> !id.isEmpty());
    }

    private static List<String> answer(KasaneServer kasane, String agency) {
        return kasane.sql()
                .sql(
                        """
                        select a.answer || case when a.pledged_at is null then '' else ' pledged' end from kasane.meeting_attendee a
                        join kasane.agency g on g.id = a.agency_id where g.code = :agency and a.answer is not null
                        """)
                .param("agency", agency)
                .query(String.class)
                .list();
    }

    private static List<String> values(JsonNode options) {
        return StreamSupport.stream(options.spliterator(), false)
                .map(option -> option.get("value").asText())
                .toList();
    }
}
