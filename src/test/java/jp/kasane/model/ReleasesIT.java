package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;

/**
 * 図の公開 on a server of its own, for what is released here is in force for everybody: one asks, another one reviews, the engine gets it, and
 * what the municipality released stays in force when the server starts again.
 */
class ReleasesIT {

    private static final String DRAFTS = "/api/v1/models/drafts";
    private static final String RELEASES = "/api/v1/models/releases";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    static Path data;

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        start();
        kasane.employ("release-second", "審査 二子", "manager", "fukushi-seisaku");
    }

    private static void start() {
        kasane = KasaneServer.startIn(data, "hachioji");
    }

    @AfterAll
    static void close() {
        kasane.close();
    }

    private static KasaneServer.User manager() {
        return kasane.as("manager");
    }

    private static KasaneServer.User second() {
        return kasane.as("release-second");
    }

    private static String shipped(String process) {
        try {
            return Files.readString(Path.of("processes", process + ".bpmn"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A draft of a shipped diagram in which one label differs. */
    private static String draft(String process, String label, String other) {
        var xml = shipped(process);
        assertThat(xml).contains(label);
        return imported(xml.replace(label, other).getBytes(StandardCharsets.UTF_8), process + ".bpmn");
    }

    private static String imported(byte[] file, String name) {
        var answer = manager().upload(DRAFTS + "/import?fileName=" + name, file);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/id").asText();
    }

    private static KasaneServer.Answer ask(String draft, String tag, String more) {
        return manager()
                .post(
                        DRAFTS + "/" + draft + "/release",
                        "{\"versionTag\":\"%s\",\"note\":\"言い方を改める\"%s}".formatted(tag, more));
    }

    private static String asked(String draft, String tag, String more) {
        var answer = ask(draft, tag, more);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/id").asText();
    }

    private static String task(String release) {
        return second().task("Task_ReviewRelease", "matterId=" + release);
    }

    private static void approve(String release) {
        var answer = second().submit(task(release), "{\"outcome\":\"approved\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    private static String status(String release) {
        return manager().get(RELEASES + "/" + release).at("/release/status").asText();
    }

    private static void awaitStatus(String release, String status) {
        await(status).atMost(SOON).until(() -> status(release).equals(status));
    }

    private static int inForce(String process) {
        for (var one : manager().get("/api/v1/models").body()) {
            if (one.get("processId").asText().equals(process)) {
                return one.get("version").asInt();
            }
        }
        return 0;
    }

    private static String diagram(String process) {
        return manager()
                .get("/api/v1/processes/" + process + "/versions/latest/diagram")
                .text();
    }

    private static int told(String login, String kind, String release) {
        return kasane.sql()
                .sql(
                        "select count(*)::int from kasane.notification where user_id = :user and kind = :kind and matter_id = :release")
                .param("user", kasane.user(login))
                .param("kind", kind)
                .param("release", UUID.fromString(release))
                .query(Integer.class)
                .single();
    }

    @Test
    void whatAnotherManagerApprovesIsInForceAndStaysWhenTheServerStartsAgain() {
        int before = inForce("monitoring");
        var release = asked(draft("monitoring", "name=\"支援・モニタリング\"", "name=\"支援と見直し\""), "2026-12.1", "");
        assertThat(status(release)).isEqualTo("in-review");
        assertThat(inForce("monitoring")).isEqualTo(before);

        var own = manager().submit(task(release), "{\"outcome\":\"approved\"}");
        assertThat(own.status()).as(own.text()).isEqualTo(403);
        assertThat(own.at("/detail").asText()).contains("自分では審査できません");

        approve(release);
        awaitStatus(release, "deployed");
        await("the projection").atMost(SOON).until(() -> inForce("monitoring") == before + 1);
        assertThat(diagram("monitoring")).contains("支援と見直し").contains("versionTag value=\"2026-12.1\"");
        assertThat(kasane.sql()
                        .sql(
                                "select version_tag from engine.process_definition where process_id = 'monitoring' and version = :version")
                        .param("version", before + 1)
                        .query(String.class)
                        .single())
                .isEqualTo("2026-12.1");
        await("telling").atMost(SOON).until(() -> told("manager", "release-deployed", release) == 1);
        assertThat(told("release-second", "release-deployed", release)).isEqualTo(1);

        kasane.close();
        start();
        assertThat(inForce("monitoring")).isEqualTo(before + 1);
        assertThat(diagram("monitoring")).contains("支援と見直し");

        // The standard it came from is kept; one that has moved on since is shown beside what the municipality changed.
        assertThat(manager().get("/models").text()).contains("市町村の版 2026-12.1").doesNotContain("標準が新しくなっています");
        assertThat(manager()
                        .get(RELEASES + "/" + release + "/files/standard/monitoring")
                        .text())
                .isEqualTo(shipped("monitoring"));
        kasane.sql()
                .sql(
                        """
                        update kasane.model_release_file set content = convert_to(replace(convert_from(content, 'UTF8'), '支援・モニタリング', '支援'), 'UTF8')
                        where release_id = :id and kind = 'standard'
                        """)
                .param("id", UUID.fromString(release))
                .update();
        assertThat(manager().get("/models").text()).contains("標準が新しくなっています", "市町村が変えたところ", "標準が変えたところ");
        var both = manager().get("/models/compare?kind=process&id=monitoring&from=standard:" + release + "&to=shipped");
        assertThat(both.status()).isEqualTo(200);
        assertThat(both.text()).contains("市町村の版のもとになった標準");
        assertThat(manager()
                        .get("/models/compare?kind=process&id=monitoring&from=standard:" + release + "&to=release:"
                                + release)
                        .status())
                .isEqualTo(200);

        var back = manager()
                .post(
                        RELEASES + "/standard",
                        "{\"kind\":\"process\",\"resourceId\":\"monitoring\",\"versionTag\":\"standard-1\",\"note\":\"標準に戻す\"}");
        assertThat(back.status()).as(back.text()).isEqualTo(201);
        approve(back.at("/id").asText());
        awaitStatus(back.at("/id").asText(), "deployed");
        await("the projection").atMost(SOON).until(() -> diagram("monitoring").equals(shipped("monitoring")));
        assertThat(manager()
                        .post(
                                RELEASES + "/standard",
                                "{\"kind\":\"process\",\"resourceId\":\"monitoring\",\"versionTag\":\"standard-2\",\"note\":\"もう一度\"}")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void aStepWithAFormOfTheMunicipalitysOwnIsDoneLikeAnyOther() {
        var draft = imported(OwnStepDiagram.bytes(), "consultation.bpmn");
        var missing = ask(draft, "call-1", "");
        assertThat(missing.status()).as(missing.text()).isEqualTo(422);
        assertThat(manager().get(DRAFTS + "/" + draft).at("/findings").findValuesAsText("code"))
                .contains("task.deadline", "task.formUnknown");

        var form = imported(OwnStepDiagram.FORM.getBytes(StandardCharsets.UTF_8), "call-back.form");
        assertThat(manager()
                        .post(DRAFTS + "/" + draft + "/deadlines", "{\"step\":\"Task_CallBack\",\"dueDays\":\"いつか\"}")
                        .status())
                .isEqualTo(422);
        assertThat(manager()
                        .post(DRAFTS + "/" + draft + "/deadlines", "{\"step\":\"Task_CallBack\",\"dueDays\":\"３\"}")
                        .status())
                .isEqualTo(204);
        var release = asked(draft, "call-1", ",\"forms\":[\"" + form + "\"]");
        approve(release);
        awaitStatus(release, "deployed");

        var consultation = kasane.as("reception")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,
                         "subjectName":"折返 一","concerns":["work"],"mainConcern":"work","story":"架空"}""");
        var task = kasane.as("reception").task("Task_CallBack", "consultationId=" + consultation);
        var page = kasane.as("reception").get("/tasks/" + task);
        assertThat(page.text()).contains("折り返しの電話").contains("話せた");
        assertThat(kasane.as("reception").get("/tasks?view=group").text()).contains("折り返しの電話");
        await("its deadline").atMost(SOON).untilAsserted(() -> assertThat(kasane.sql()
                        .sql("select due_at > now() + interval '1 day' from kasane.deadline where task_id = :task")
                        .param("task", UUID.fromString(task))
                        .query(Boolean.class)
                        .single())
                .isTrue());

        var wrong = kasane.as("reception").submit(task, "{\"outcome\":\"whatever\"}");
        assertThat(wrong.status()).as(wrong.text()).isEqualTo(422);
        var right = kasane.as("reception").submit(task, "{\"outcome\":\"reached\",\"said\":\"夜は家にいる\"}");
        assertThat(right.status()).as(right.text()).isEqualTo(201);
        kasane.as("reception").task("Task_Triage", "consultationId=" + consultation);
        assertThat(kasane.as("reception").get("/consultations/" + consultation).text())
                .contains("折り返しの電話");
        assertThat(kasane.sql()
                        .sql(
                                "select facts ->> 'outcome' from kasane.submission where consultation_id = :id and step = 'Task_CallBack'")
                        .param("id", UUID.fromString(consultation))
                        .query(String.class)
                        .single())
                .isEqualTo("reached");
    }

    @Test
    void whatIsReturnedSaysWhyAndMayBeAskedForAgain() {
        var draft = draft("closure", "name=\"終結・見守り\"", "name=\"終結\"");
        var release = asked(draft, "r-1", "");
        assertThat(ask(draft, "r-2", "").status()).isEqualTo(409);
        var without = second().submit(task(release), "{\"outcome\":\"returned\"}");
        assertThat(without.status()).isEqualTo(422);
        assertThat(second().submit(task(release), "{\"outcome\":\"returned\",\"reason\":\"名前は変えない\"}")
                        .status())
                .isEqualTo(201);
        awaitStatus(release, "returned");
        await("telling").atMost(SOON).until(() -> told("manager", "release-returned", release) == 1);
        assertThat(manager().get("/model-releases/" + release).text())
                .contains("名前は変えない")
                .contains("戻された");

        var again = asked(draft, "r-1", "");
        manager().post(RELEASES + "/" + again + "/withdraw", "");
        assertThat(status(again)).isEqualTo("withdrawn");
        await("the review is gone")
                .atMost(SOON)
                .until(() -> second().openTask("Task_ReviewRelease", "matterId=" + again) == null);
        assertThat(manager().post(RELEASES + "/" + again + "/withdraw", "").status())
                .isEqualTo(409);
    }

    @Test
    void aReleaseWaitsForItsTime() {
        var at = LocalDateTime.ofInstant(Instant.now(), JapaneseTime.ZONE)
                .plusSeconds(20)
                .truncatedTo(ChronoUnit.SECONDS);
        int before = inForce("role");
        var release = asked(draft("role", "name=\"役割の実施\"", "name=\"役割\""), "later", ",\"releaseAt\":\"" + at + "\"");
        approve(release);
        awaitStatus(release, "approved");
        assertThat(inForce("role")).isEqualTo(before);
        awaitStatus(release, "deployed");
        assertThat(Instant.now()).isAfterOrEqualTo(at.atZone(JapaneseTime.ZONE).toInstant());
    }

    @Test
    void whatTheEngineDoesNotTakeChangesNothingAndIsTold() {
        int before = inForce("outreach");
        var release = asked(draft("outreach", "name=\"アウトリーチ\"", "name=\"訪問\""), "bad", "");
        // What our checks find is never asked for: so a file that only the engine dislikes is put in its place.
        kasane.sql()
                .sql(
                        "update kasane.model_release_file set content = convert_to(replace(convert_from(content, 'UTF8'), 'retries=\"10\"', 'retries=\"=(\"'), 'UTF8') where release_id = :id and kind = 'process'")
                .param("id", UUID.fromString(release))
                .update();
        approve(release);
        awaitStatus(release, "refused");
        await("telling").atMost(SOON).until(() -> told("manager", "release-refused", release) == 1);
        assertThat(manager()
                        .get(RELEASES + "/" + release)
                        .at("/release/refusal")
                        .asText())
                .isNotBlank();
        assertThat(inForce("outreach")).isEqualTo(before);
    }

    @Test
    void whatCannotBeAskedForIsRefusedAtItsField() {
        var draft = draft("invitation", "name=\"会議への招集\"", "name=\"招集\"");
        var wrong = manager()
                .post(
                        DRAFTS + "/" + draft + "/release",
                        "{\"versionTag\":\"版 一\",\"note\":\"  \",\"releaseAt\":\"2020-01-01T09:00\"}");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.at("/fields").findValuesAsText("field"))
                .containsExactlyInAnyOrder("versionTag", "note", "releaseAt");
        assertThat(kasane.as("coordinator")
                        .post(DRAFTS + "/" + draft + "/release", "{\"versionTag\":\"a\",\"note\":\"b\"}")
                        .status())
                .isEqualTo(403);
        assertThat(kasane.as("coordinator").get(RELEASES).status()).isEqualTo(403);
        assertThat(kasane.as("auditor").get(RELEASES).status()).isEqualTo(200);
        assertThat(manager().get(RELEASES + "/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(manager()
                        .post(DRAFTS + "/" + UUID.randomUUID() + "/release", "{}")
                        .status())
                .isEqualTo(404);
    }

    /** Begun from what was in force then; somebody else's release came between. */
    @Test
    void aNewerVersionIsNotReplacedUnseen() {
        var begun =
                manager().post(DRAFTS, "{\"processId\":\"referral\"}").at("/id").asText();
        var release = asked(draft("referral", "name=\"つなぎ\"", "name=\"つなぎの手続き\""), "between", "");
        approve(release);
        awaitStatus(release, "deployed");
        await("the projection").atMost(SOON).until(() -> diagram("referral").contains("つなぎの手続き"));

        var unseen = ask(begun, "after", "");
        assertThat(unseen.status()).isEqualTo(409);
        assertThat(unseen.at("/detail").asText()).contains("版が使われています");
        var seen = asked(begun, "after", ",\"overNewer\":true");
        manager().post(RELEASES + "/" + seen + "/withdraw", "");
    }

    private static KasaneServer.Answer say(KasaneServer.User user, String release, String said) {
        return user.post(RELEASES + "/" + release + "/comments", "{\"said\":\"" + said + "\"}");
    }

    @Test
    void anOlderVersionComesBackAsANewRelease() {
        var changed = asked(draft("outreach", "アウトリーチプランの作成", "訪問プランの作成"), "visit-1", "");
        approve(changed);
        awaitStatus(changed, "deployed");
        await("the projection").atMost(SOON).until(() -> diagram("outreach").contains("訪問プランの作成"));

        var answer = manager().post(DRAFTS, "{\"processId\":\"outreach\",\"version\":\"1\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        var back = answer.at("/id").asText();
        assertThat(manager().get(DRAFTS + "/" + back + "/xml").text()).isEqualTo(shipped("outreach"));
        var unseen = ask(back, "back-1", "");
        assertThat(unseen.status()).isEqualTo(409);
        assertThat(unseen.text()).contains("第 1 版から始めました");
        var release = asked(back, "back-1", ",\"overNewer\":true");
        approve(release);
        awaitStatus(release, "deployed");
        await("the projection").atMost(SOON).until(() -> diagram("outreach").contains("versionTag value=\"back-1\""));
        assertThat(diagram("outreach")).contains("アウトリーチプランの作成");
        assertThat(manager()
                        .post(DRAFTS, "{\"processId\":\"outreach\",\"version\":\"99\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aTableBeginsFromTheMunicipalitysOwnOnceThatIsInForce() throws IOException {
        var table = Files.readString(Path.of("processes", "decisions", "owner.dmn"));
        assertThat(table).contains("name=\"");
        var own = table.replaceFirst("name=\"[^\"]*\"", "name=\"市の受け持ち\"");
        var release = asked(imported(own.getBytes(StandardCharsets.UTF_8), "owner.dmn"), "owner-1", "");
        approve(release);
        awaitStatus(release, "deployed");
        await("the projection").atMost(SOON).until(() -> {
            var draft = manager()
                    .post(DRAFTS, "{\"decisionId\":\"owner\"}")
                    .at("/id")
                    .asText();
            return manager().get(DRAFTS + "/" + draft + "/xml").text().equals(own);
        });
        var shipped = manager()
                .post(DRAFTS, "{\"decisionId\":\"owner\",\"version\":\"shipped\"}")
                .at("/id")
                .asText();
        assertThat(manager().get(DRAFTS + "/" + shipped + "/xml").text()).isEqualTo(table);
    }

    @Test
    void whatIsSaidBeforeItIsInForceIsReadByTheSectionAndToldToThoseWhoTakePart() {
        kasane.employ("release-third", "書込 三子", "manager", "fukushi-seisaku");
        var third = kasane.as("release-third");
        var release = asked(draft("participation", "name=\"参加支援\"", "name=\"参加の支援\""), "talk-1", "");
        var review = task(release);

        var first = say(second(), release, "なぜ名前を変えるのですか。\\r\\n理由を教えてください。");
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        assertThat(told("manager", "release-commented", release)).isEqualTo(1);
        assertThat(told("release-second", "release-commented", release)).isZero();
        assertThat(say(manager(), release, "条例の言い方に合わせます。").status()).isEqualTo(201);
        assertThat(told("release-second", "release-commented", release)).isEqualTo(1);
        assertThat(told("manager", "release-commented", release)).isEqualTo(1);
        assertThat(say(third, release, "よいと思います。").status()).isEqualTo(201);
        assertThat(told("manager", "release-commented", release)).isEqualTo(2);
        assertThat(told("release-second", "release-commented", release)).isEqualTo(2);
        assertThat(told("release-third", "release-commented", release)).isZero();

        var comments = kasane.as("auditor").get(RELEASES + "/" + release).at("/comments");
        assertThat(comments.findValuesAsText("said"))
                .containsExactly("なぜ名前を変えるのですか。\n理由を教えてください。", "条例の言い方に合わせます。", "よいと思います。");
        assertThat(comments.findValuesAsText("saidBy")).element(0).isEqualTo("審査 二子");
        assertThat(second().get("/api/v1/tasks/" + review).at("/remarks").findValuesAsText("said"))
                .hasSize(3);
        assertThat(second().get("/tasks/" + review).text()).contains("条例の言い方に合わせます。");
        assertThat(manager().get("/model-releases/" + release).text()).contains("よいと思います。", "書きこむ");
        assertThat(kasane.as("auditor").get("/model-releases/" + release).text())
                .contains("よいと思います。")
                .doesNotContain("<textarea");

        assertThat(say(kasane.as("auditor"), release, "監査").status()).isEqualTo(403);
        assertThat(say(kasane.as("coordinator"), release, "相談").status()).isEqualTo(403);
        assertThat(say(manager(), UUID.randomUUID().toString(), "どこに").status()).isEqualTo(404);
        for (var wrong : List.of("", " 　", "あ".repeat(2001))) {
            var refused = say(manager(), release, wrong);
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.at("/fields/0/message").asText() + refused.text())
                    .contains("1～2000 字で入力してください");
        }
        assertThat(say(manager(), release, "あ".repeat(2000)).status()).isEqualTo(201);

        // Approved and waiting for its time it is not over yet; in force it is.
        approve(release);
        awaitStatus(release, "deployed");
        var late = say(manager(), release, "もう一つ");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.at("/detail").asText()).contains("もう終わっています");
        // Past the application the database refuses as well, and what was said is not changed.
        for (var write : List.of(
                "insert into kasane.model_release_comment select gen_random_uuid(), '%s', kasane.my_municipality(), 'x', kasane.acting_user(), now()"
                        .formatted(release),
                "update kasane.model_release_comment set said = 'x' where release_id = '%s'".formatted(release),
                "delete from kasane.model_release_comment where release_id = '%s'".formatted(release))) {
            assertThatThrownBy(() -> kasane.inTheNameOf(
                            kasane.user("manager"), jdbc -> jdbc.sql(write).update()))
                    .as(write)
                    .isInstanceOf(DataAccessException.class);
        }
        // The trail says that something was said and by whom, not what.
        assertThat(kasane.sql()
                        .sql(
                                """
                                select count(*) from audit.entry e join kasane.model_release_comment c on c.id::text = e.refs -> 'key' ->> 'id'
                                where c.release_id = :id and e.what = 'model_release_comment.insert' and e.actor_id = c.said_by and e.refs::text not like '%条例%'
                                """)
                        .param("id", UUID.fromString(release))
                        .query(Long.class)
                        .single())
                .isEqualTo(4);
        assertThat(kasane.as("auditor").get("/model-releases/" + release).text())
                .contains("図の公開について書きこみました");
    }

    private static int versionsOf(String tag) {
        return kasane.sql()
                .sql("select count(*)::int from engine.process_definition where version_tag = :tag")
                .param("tag", tag)
                .query(Integer.class)
                .single();
    }

    private static void awaitTheSentence(String release) {
        await("the sentence")
                .atMost(SOON)
                .until(() -> manager().get("/model-releases/" + release).text().contains("応答を待っています"));
        assertThat(manager().get(RELEASES + "/" + release).at("/waitsForEngine").asBoolean())
                .isTrue();
    }

    @Test
    void whatIsAskedForAndApprovedWhileTheEngineIsAwayWaitsAndIsDeployedOnce() {
        int before = inForce("network-meeting");
        var release = asked(draft("network-meeting", "name=\"定例会議\"", "name=\"定例の会議\""), "away-1", "");
        var review = task(release);
        var other = draft("roster-outreach", "name=\"名簿訪問\"", "name=\"名簿の訪問\"");
        var later = new String[1];
        kasane.whileTheEngineSleeps(() -> {
            assertThat(second().submit(review, "{\"outcome\":\"approved\"}").status())
                    .isEqualTo(201);
            later[0] = asked(other, "away-2", "");
            assertThat(status(release)).isEqualTo("approved");
            assertThat(second().submit(review, "{\"outcome\":\"approved\"}").status())
                    .isEqualTo(409);
            awaitTheSentence(release);
            awaitTheSentence(later[0]);
            assertThat(say(second(), release, "待っています。").status()).isEqualTo(201);
            assertThat(inForce("network-meeting")).isEqualTo(before);
        });
        awaitStatus(release, "deployed");
        await("the projection").atMost(SOON).until(() -> inForce("network-meeting") == before + 1);
        assertThat(manager().get("/model-releases/" + release).text()).doesNotContain("応答を待っています");
        approve(later[0]);
        awaitStatus(later[0], "deployed");
        await("the projection").atMost(SOON).until(() -> versionsOf("away-2") == 1);
        assertThat(versionsOf("away-1")).isEqualTo(1);
        assertThat(inForce("network-meeting")).isEqualTo(before + 1);
        await("telling").atMost(SOON).until(() -> told("manager", "release-deployed", later[0]) == 1);
        assertThat(told("manager", "release-deployed", release)).isEqualTo(1);
    }

    @Test
    void whoseTimeComesWhileTheEngineIsAwayIsDeployedOnceAfterwards() {
        var at = LocalDateTime.ofInstant(Instant.now(), JapaneseTime.ZONE)
                .plusSeconds(12)
                .truncatedTo(ChronoUnit.SECONDS);
        var release = asked(
                draft("support-meeting", "name=\"会議\"", "name=\"支援の会議\""), "away-3", ",\"releaseAt\":\"" + at + "\"");
        approve(release);
        // The engine has heard of it and waits for the time itself.
        await("the order")
                .atMost(SOON)
                .until(() -> kasane.sql()
                                .sql("select count(*) from kasane.outbox where stream_id = :id and done_at is null")
                                .param("id", UUID.fromString(release))
                                .query(Long.class)
                                .single()
                        == 0);
        kasane.whileTheEngineSleeps(() -> {
            awaitTheSentence(release);
            assertThat(status(release)).isEqualTo("approved");
        });
        awaitStatus(release, "deployed");
        await("the projection").atMost(SOON).until(() -> versionsOf("away-3") == 1);
        await("telling").atMost(SOON).until(() -> told("manager", "release-deployed", release) == 1);
    }

    @Test
    void whatWaitsForItsTimeIsStillSpokenOf() {
        var at = LocalDateTime.ofInstant(Instant.now(), JapaneseTime.ZONE)
                .plusDays(2)
                .truncatedTo(ChronoUnit.SECONDS);
        var release = asked(
                draft("community-issue", "name=\"地域課題\"", "name=\"地域の課題\""), "talk-2", ",\"releaseAt\":\"" + at + "\"");
        approve(release);
        awaitStatus(release, "approved");
        assertThat(say(manager(), release, "研修の後にします。").status()).isEqualTo(201);
        // Who reviewed it has taken part.
        assertThat(told("release-second", "release-commented", release)).isEqualTo(1);
        manager().post(RELEASES + "/" + release + "/withdraw", "");
        assertThat(say(manager(), release, "やめました。").status()).isEqualTo(409);
    }

    @Test
    void allOfItIsOnTheTrail() {
        var release = asked(draft("assessment", "name=\"アセスメント\"", "name=\"見立て\""), "t-1", "");
        approve(release);
        awaitStatus(release, "deployed");
        assertThat(kasane.sql()
                        .sql("select kind from kasane.case_event where stream_id = :id order by seq")
                        .param("id", UUID.fromString(release))
                        .query(String.class)
                        .list())
                .containsSubsequence(List.of("release.asked", "release.approved", "release.deployed"));
        assertThat(kasane.sql()
                        .sql(
                                "select count(*) from audit.entry where what like 'model_release.%' and refs -> 'key' ->> 'id' = :id")
                        .param("id", release)
                        .query(Long.class)
                        .single())
                .isEqualTo(3);
    }
}
