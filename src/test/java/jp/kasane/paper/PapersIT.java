package jp.kasane.paper;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(refused.text()).contains("文書番号を取るのは、伴走の担当と所管課だけができます。");
    }
}
