package jp.kasane.paper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 文書番号: one row for a municipality's fiscal year, never the same twice. */
class PapersIT {

    private static KasaneServer kasane;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    private static String opened(String name) {
        var caseId = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: %1$s, concerns: [food], story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: %1$s家
                            members: [ { name: %1$s, relation: head, subject: true, concerns: [food] }, { name: 子, relation: child, subject: false, concerns: [work] } ]
                            agencies: [ { agency: anshin, relation: current } ]
                            gathered: 集めたこと
                        """
                                .formatted(name))
                .caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        return caseId;
    }

    @Test
    void everyPaperHasItsOwnNumberHoweverManyAreIssuedAtOnce() throws Exception {
        var papers = new ArrayList<String>();
        for (var name : new String[] {"発行 一", "発行 二"}) {
            var caseId = opened(name);
            kasane.as("coordinator")
                    .get("/api/v1/cases/" + caseId + "/papers")
                    .body()
                    .forEach(one -> papers.add("/api/v1/cases/" + caseId + "/papers/"
                            + one.get("kind").asText() + "/"
                            + one.get("subjectId").asText()));
        }
        // 申込票 and a 同意書 for each of two people, twice.
        assertThat(papers).hasSize(6);
        var numbers = new HashSet<String>();
        try (var people = Executors.newFixedThreadPool(6)) {
            var work = papers.stream()
                    .map(path -> (Callable<KasaneServer.Answer>)
                            () -> kasane.as("coordinator").post(path, "{}"))
                    .toList();
            for (var done : people.invokeAll(work)) {
                assertThat(done.get().status()).as(done.get().text()).isEqualTo(201);
                numbers.add(done.get().at("/fiscalYear").asText() + "-"
                        + done.get().at("/number").asText());
            }
        }
        assertThat(numbers).hasSize(6);

        // Issued once: the same paper keeps its number.
        var again = kasane.as("manager").post(papers.getFirst(), "{}");
        assertThat(numbers)
                .contains(again.at("/fiscalYear").asText() + "-"
                        + again.at("/number").asText());
        assertThat(kasane.sql()
                        .sql("select count(*) = count(distinct (fiscal_year, number)) from kasane.issued_paper")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void whoMayNotIssueIsToldAndWhatIsNotThereIsNotFound() {
        var caseId = opened("発行 三");
        var path = "/api/v1/cases/" + caseId + "/papers/application/";
        assertThat(kasane.as("coordinator").post(path + UUID.randomUUID(), "{}").text())
                .contains("印刷するものが見つかりません。");
        assertThat(kasane.as("coordinator").post(path + "x", "{}").status()).isEqualTo(404);
        assertThat(kasane.as("member")
                        .get("/api/v1/cases/" + caseId + "/papers")
                        .status())
                .isEqualTo(404);
        var application = kasane.as("coordinator")
                .get("/api/v1/cases/" + caseId + "/papers")
                .at("/0/subjectId")
                .asText();
        var refused = kasane.as("auditor").post(path + application, "{}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("監査担当者のログインでは、見ることだけができます。");
    }

    private static final String ADDRESS = "元の町一丁目一番";

    private static void correctConsultation(String caseId, java.util.function.Consumer<ObjectNode> change) {
        var submission = kasane.sql()
                .sql(
                        """
                        select s.id::text from kasane.submission s
                        where s.consultation_id in (select id from kasane.consultation where case_id = :case::uuid) and s.form_id = 'consultation'
                          and not exists (select from kasane.submission n where n.corrects = s.id)
                        """)
                .param("case", caseId)
                .query(String.class)
                .single();
        var versions =
                kasane.as("manager").get("/api/v1/submissions/" + submission).at("/versions");
        ObjectNode data = null;
        for (var version : versions) {
            if (version.get("id").asText().equals(submission)) {
                data = (ObjectNode) version.get("data");
            }
        }
        change.accept(data);
        var corrected = kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        "{\"data\":" + data + ",\"reason\":\"書き間違い\",\"changePath\":false}");
        assertThat(corrected.status()).as(corrected.text()).isLessThan(300);
    }

    @Test
    void anIssuedPaperSaysForEverWhatItSaidWhenItWasIssued() {
        var caseId = opened("発行 四");
        var coordinator = kasane.as("coordinator");
        var here = "/api/v1/cases/" + caseId + "/papers/";
        var subject = coordinator
                .get("/api/v1/cases/" + caseId + "/papers")
                .at("/0/subjectId")
                .asText();
        var first = coordinator.post(here + "application/" + subject, "{}");
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        var issued = here + "issued/" + first.at("/id").asText();

        // Nothing has changed yet: a new number for the same words is refused.
        assertThat(coordinator.get(issued).at("/changed").asBoolean()).isFalse();
        var refused = coordinator.post(issued + "/again", "{}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("発行したときから内容が変わっていないため");

        correctConsultation(caseId, data -> data.put("story", "訂正した内容"));

        assertThat(coordinator.get(issued).text()).contains("相談の内容").doesNotContain("訂正した内容");
        assertThat(coordinator.get(issued).at("/changed").asBoolean()).isTrue();

        var second = coordinator.post(issued + "/again", "{}");
        assertThat(second.status()).as(second.text()).isEqualTo(201);
        assertThat(second.at("/number").asInt())
                .isGreaterThan(first.at("/number").asInt());
        assertThat(second.at("/replaces").asText()).isEqualTo(first.at("/id").asText());
        // Pressed twice it is one paper.
        assertThat(coordinator.post(issued + "/again", "{}").at("/id").asText())
                .isEqualTo(second.at("/id").asText());
        var again = coordinator.get(here + "issued/" + second.at("/id").asText());
        assertThat(again.text()).contains("訂正した内容");
        assertThat(again.at("/changed").asBoolean()).isFalse();
        assertThat(coordinator
                        .get("/api/v1/cases/" + caseId + "/papers")
                        .at("/0/issued/id")
                        .asText())
                .isEqualTo(second.at("/id").asText());
        // The old one stays as it was, is listed, and says that it was replaced.
        assertThat(coordinator.get(issued).text()).contains("相談の内容").doesNotContain("訂正した内容");
        assertThat(coordinator.get(here + "issued").body().findValuesAsText("id"))
                .contains(first.at("/id").asText(), second.at("/id").asText());
        assertThat(coordinator.get(issued).at("/issued/replacedBy").asText())
                .isEqualTo(second.at("/id").asText());
        assertThat(kasane.as("auditor").post(issued + "/again", "{}").status()).isEqualTo(403);
        assertThat(kasane.as("member").get(issued).status()).isEqualTo(404);
        assertThat(coordinator.get(here + "issued/" + UUID.randomUUID()).text()).contains("発行したものが見つかりません。");
    }

    @Test
    void anAddressThatIsConcealedAfterwardsIsConcealedOnThePaperToo() {
        var caseId = opened("発行 五");
        correctConsultation(caseId, data -> data.put("subjectAddress", ADDRESS));
        var coordinator = kasane.as("coordinator");
        var subject = coordinator
                .get("/api/v1/cases/" + caseId + "/papers")
                .at("/0/subjectId")
                .asText();
        var issued = coordinator.post("/api/v1/cases/" + caseId + "/papers/application/" + subject, "{}");
        kasane.sql()
                .sql(
                        """
                        insert into kasane.case_seat (municipality_id, case_id, agency_id, reason, since)
                        select f.municipality_id, f.id, r.agency_id, 'meeting', now() from kasane.case_file f, kasane.role_assignment r
                        where f.id = :case::uuid and r.user_id = :member
                        """)
                .param("case", caseId)
                .param("member", kasane.user("member"))
                .update();
        var page =
                "/api/v1/cases/" + caseId + "/papers/issued/" + issued.at("/id").asText();
        assertThat(kasane.as("member").get(page).text()).contains(ADDRESS);

        correctConsultation(caseId, data -> data.put("addressConcealed", true));

        assertThat(coordinator.get(page).text()).contains(ADDRESS);
        assertThat(kasane.as("member").get(page).text()).contains("相談の内容").doesNotContain(ADDRESS);
        assertThat(kasane.sql()
                        .sql("select content::text from kasane.issued_paper where case_id = :case::uuid")
                        .param("case", caseId)
                        .query(String.class)
                        .single())
                .doesNotContain(ADDRESS);
    }
}
