package jp.kasane.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The lists of the pages as files: in the page's words, with its rows and filters, harmless in a spreadsheet, and on the trail. */
class ListFilesIT {

    private static final String OPENED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: "=一覧 花", concerns: [food], story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: "=HYPERLINK(1)"
                members: [ { name: 一覧 花, relation: head, subject: true, concerns: [food] } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            """;

    private static KasaneServer kasane;
    private static UUID caseId;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        caseId = UUID.fromString(kasane.playSteps(OPENED).caseId());
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
    }

    private static List<String> lines(String login, String path) {
        var answer = kasane.as(login).get(path);
        assertThat(answer.status()).as(path + " " + answer.text()).isEqualTo(200);
        assertThat(answer.contentType()).startsWith("text/csv");
        assertThat(answer.text()).startsWith("\uFEFF");
        assertThat(kasane.sql()
                        .sql("select kind from audit.entry where request_id = :request and class = 'look'")
                        .param("request", answer.request())
                        .query(String.class)
                        .list())
                .as(path)
                .containsOnly("export");
        return answer.text().substring(1).lines().toList();
    }

    @Test
    void everyListIsAFileAndOnTheTrailAsAnExport() {
        for (var list : List.of(
                "cases",
                "tasks",
                "community-issues",
                "resources",
                "network-meetings",
                "sittings",
                "matches",
                "handovers",
                "notices",
                "rosters",
                "erasures",
                "emergency-accesses",
                "people")) {
            var lines = lines("manager", "/lists/" + list + ".csv");
            assertThat(lines.getFirst()).as(list).contains(",").doesNotContain(".");
        }
    }

    @Test
    void casesAreInItInThePagesWordsAndHarmless() {
        var lines = lines("coordinator", "/lists/cases.csv");
        assertThat(lines.getFirst()).startsWith("番号,世帯,段階,急ぎ,主担当,次の見直し,開始");
        assertThat(lines).anyMatch(line -> line.contains(",'=HYPERLINK(1),アセスメント,通常,"));
    }

    @Test
    void tasksKeepTheFiltersOfThePage() {
        var all = lines("manager", "/lists/tasks.csv?view=all");
        assertThat(all.getFirst()).startsWith("期限,すること,対象,ケース,段階");
        assertThat(all).anyMatch(line -> line.contains("アセスメント"));
        assertThat(lines("manager", "/lists/tasks.csv?view=all&phase=closure").size())
                .isLessThan(all.size());
    }

    @Test
    void aHistoryIsAsThePageShowsIt() {
        var path = "/lists/cases/" + caseId + "/history.csv";
        assertThat(lines("auditor", path)).anyMatch(line -> line.contains("閲覧")).anyMatch(line -> line.contains("世帯"));
        assertThat(lines("manager", path)).noneMatch(line -> line.contains(",閲覧,"));
        assertThat(lines("auditor", path + "?from=2000-01-01&to=2000-01-02")).hasSize(1);
        assertThat(kasane.as("manager")
                        .get("/lists/cases/" + UUID.randomUUID() + "/history.csv")
                        .status())
                .isEqualTo(404);
        assertThat(kasane.as("auditor").get(path + "?from=tomorrow").status()).isEqualTo(400);
    }

    @Test
    void whoMayNotSeeTheListGetsNoFile() {
        assertThat(kasane.as("reception").get("/lists/matches.csv").status()).isEqualTo(403);
        assertThat(kasane.as("coordinator")
                        .get("/lists/samples/" + UUID.randomUUID() + "/cases.csv")
                        .status())
                .isEqualTo(403);
        assertThat(lines("member", "/lists/cases.csv")).noneMatch(line -> line.contains("HYPERLINK(2)"));
    }
}
