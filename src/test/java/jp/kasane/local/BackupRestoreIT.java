package jp.kasane.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL alone is kept: backed up while Kasane runs, restored into a place whose engine then knows nothing, and every case
 * goes on from where the backup had it.
 */
class BackupRestoreIT {

    private static Path directory;

    @BeforeAll
    static void directory() throws IOException {
        directory = Files.createTempDirectory("kasane-backup-");
    }

    @AfterAll
    static void clean() {
        KasaneServer.delete(directory);
    }

    @Test
    void aRestoredCaseStandsWhereTheBackupHadItAndGoesOn() throws IOException, SQLException {
        var data = directory.resolve("data");
        var backup = directory.resolve("backup.zip");
        String caseId;
        String task;
        String waiting;
        String later;

        try (var kasane = KasaneServer.on(data)) {
            var played = kasane.playSteps(
                    """
                    - as: reception
                      register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 控え 一郎,
                                  concerns: [work], mainConcern: work, story: 仕事のこと }
                    - as: reception
                      task: Task_Triage
                      data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                    - as: coordinator
                      task: Task_GatherInformation
                      data:
                        householdName: 控え家
                        members: [ { name: 控え 一郎, relation: head, subject: true } ]
                        agencies: [ { agency: jiritsu, relation: needed } ]
                        gathered: 控えの前に集めたこと
                    - as: coordinator
                      expect: { task: Task_WriteAssessment }
                    """);
            caseId = played.caseId();
            task = kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
            waiting = kasane.as("reception")
                    .register(
                            """
                            {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                             "subjectLabel":"駅前の人","concerns":["housing"],"story":"まだ誰も見ていない相談"}""");
            kasane.as("reception").task("Task_Triage", "consultationId=" + waiting);

            // As a document of a case lies there (jp.kasane.document).
            Files.createDirectories(data.resolve("documents/0a"));
            Files.writeString(data.resolve("documents/0a/kept"), "before");
            LocalCommands.backup(data, backup);
            Files.writeString(data.resolve("documents/0a/kept"), "after");

            assertThat(kasane.as("coordinator")
                            .submit(task, sheet("控えのあとに書いたこと"))
                            .status())
                    .isEqualTo(201);
            kasane.as("coordinator").task("Task_ProposeMembers", "caseId=" + caseId);
            later = kasane.as("reception")
                    .register(
                            """
                            {"channel":"phone","broughtBy":"self","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                             "subjectLabel":"控えのあとの人","concerns":["food"],"story":"控えのあと"}""");
            assertThat(kasane.as("auditor")
                            .post("/api/v1/trail/chain/anchor", "")
                            .status())
                    .isEqualTo(201);
        }

        LocalCommands.restore(data, backup);
        assertThat(data.resolve("documents/0a/kept")).hasContent("before");
        assertThat(data.resolve("postgres/documents")).doesNotExist();

        try (var kasane = KasaneServer.on(data)) {
            var coordinator = kasane.as("coordinator");
            var here = "caseId=" + caseId;
            var file = coordinator.get("/api/v1/cases/" + caseId);
            assertThat(file.at("/case/phase").asText()).isEqualTo("assessment");
            assertThat(file.at("/household/gathered").asText()).isEqualTo("控えの前に集めたこと");
            assertThat(file.text()).doesNotContain("控えのあとに書いたこと");
            assertThat(kasane.as("reception")
                            .get("/api/v1/consultations/" + later)
                            .status())
                    .isEqualTo(404);

            // The task of the engine that is gone cannot be done any more; the same step is open in the new one.
            var again = coordinator.task("Task_WriteAssessment", here);
            assertThat(again).isNotEqualTo(task);
            assertThat(coordinator.submit(task, sheet("古い作業")).status()).isEqualTo(409);
            assertThat(coordinator.submit(again, sheet("復元のあとに書いたこと")).status()).isEqualTo(201);
            coordinator.task("Task_ProposeMembers", here);
            assertThat(coordinator.get("/api/v1/cases/" + caseId).text()).contains("復元のあとに書いたこと");

            // The trail ends earlier than it was anchored: it says so itself, and is whole from there on.
            assertThat(kasane.as("auditor").get("/api/v1/trail?kind=trail").at("/entries"))
                    .anySatisfy(entry -> assertThat(entry.get("what").asText()).isEqualTo("restored"));
            kasane.as("auditor").post("/api/v1/trail/chain/verify", "");
            var verified = org.awaitility.Awaitility.await()
                    .until(
                            () -> kasane.as("auditor").get("/api/v1/trail/chain"),
                            state -> state.at("/running").isNull()
                                    && state.at("/last").isObject());
            assertThat(verified.at("/last/result/findings")).isEmpty();
            // As on the command line.
            LocalCommands.verifyTrail(data);

            // A consultation nobody had looked at is not lost either.
            var reception = kasane.as("reception");
            var triage = reception.task("Task_Triage", "consultationId=" + waiting);
            assertThat(reception
                            .submit(
                                    triage,
                                    """
                                    {"caseClass":"class1","reason":"単独","urgency":"normal","route":"own","answer":"説明した"}""")
                            .status())
                    .isEqualTo(201);
            assertThat(kasane.sql()
                            .sql("select count(*) from engine.process_instance where case_id = '" + caseId
                                    + "' and process_id = 'support-case' and state = 'ACTIVE'")
                            .query(Long.class)
                            .single())
                    .isEqualTo(1);
        }
        // What was there before the restore was set aside, not deleted.
        try (var children = Files.list(data)) {
            assertThat(children.map(child -> child.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("before-restore-"));
        }
    }

    private static String sheet(String issue) {
        return """
                {"householdIssue":"%s","strengths":"強み","needs":"必要","consentState":"none","route":"meeting","routeReason":"同意がない"}"""
                .formatted(issue);
    }
}
