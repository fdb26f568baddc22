package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Drafts of diagrams, forms and tables by the API: one works on each, every save is checked and on the trail, files stay as they are. */
class DraftsIT {

    private static final String DRAFTS = "/api/v1/models/drafts";
    private static KasaneServer kasane;
    private final List<String> made = new ArrayList<>();

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        kasane.employ("draft-second", "図描 二子", "manager", "fukushi-seisaku");
    }

    @AfterAll
    static void close() {
        kasane.dismissEmployed();
    }

    /** Later tests find no drafts of this one. */
    @AfterEach
    void discard() {
        made.forEach(id -> {
            kasane.as("manager").delete(DRAFTS + "/" + id + "/lock");
            kasane.as("draft-second").delete(DRAFTS + "/" + id + "/lock");
            kasane.as("manager").delete(DRAFTS + "/" + id);
        });
    }

    private static byte[] shipped(String process) {
        try {
            return Files.readAllBytes(Path.of("processes", process + ".bpmn"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String begin(String process) {
        var answer = kasane.as("manager").post(DRAFTS, "{\"processId\":\"" + process + "\"}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        made.add(answer.at("/id").asText());
        return answer.at("/id").asText();
    }

    private String imported(byte[] file) {
        var answer = kasane.as("manager").upload(DRAFTS + "/import?fileName=a.bpmn", file);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        made.add(answer.at("/id").asText());
        return answer.at("/id").asText();
    }

    private static byte[] without(byte[] file, String part) {
        var text = new String(file, StandardCharsets.UTF_8);
        assertThat(text).contains(part);
        return text.replace(part, "").getBytes(StandardCharsets.UTF_8);
    }

    private static final String FORM = "<zeebe:formDefinition formId=\"plan-draft\" bindingType=\"deployment\" />";

    @Test
    void theDiagramsInForceAreThoseThatAreShipped() throws IOException {
        try (var files = Files.list(Path.of("processes"))) {
            var ids = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".bpmn"))
                    .map(name -> name.replace(".bpmn", ""))
                    .toList();
            assertThat(kasane.as("manager").get("/api/v1/models").body().findValuesAsText("processId"))
                    .containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    @Test
    void aDraftOfTheDiagramInForceIsThatDiagramAndNothingIsWrongWithIt() {
        var id = begin("plan");
        assertThat(kasane.as("manager").get(DRAFTS + "/" + id + "/xml").text())
                .isEqualTo(new String(shipped("plan"), StandardCharsets.UTF_8));
        var draft = kasane.as("auditor").get(DRAFTS + "/" + id);
        assertThat(draft.at("/draft/basedOn").asInt()).isPositive();
        assertThat(draft.at("/findings")).isEmpty();
    }

    @Test
    void aFileComesBackAsItWentIn() {
        var odd = new String(shipped("plan"), StandardCharsets.UTF_8)
                .replace("\n", "\r\n")
                .replace(
                        "<zeebe:userTask />",
                        "<zeebe:userTask /><x:odd xmlns:x='http://example.org/x'  x:a = \"1&#10;2\"><!-- 残る --><x:b><![CDATA[<&>]]></x:b></x:odd>");
        var id = imported(odd.getBytes(StandardCharsets.UTF_8));
        assertThat(kasane.as("manager").get(DRAFTS + "/" + id + "/xml").text()).isEqualTo(odd);
    }

    @Test
    void aSaveIsCheckedAndSaysWhatIsWrongInTheLanguageOfWhoeverAsks() {
        var id = begin("plan");
        var saved = kasane.as("manager").replace(DRAFTS + "/" + id + "/xml?revision=1", without(shipped("plan"), FORM));
        assertThat(saved.status()).isEqualTo(200);
        assertThat(saved.at("/revision").asInt()).isEqualTo(2);
        assertThat(saved.at("/findings")).hasSize(1);
        assertThat(saved.at("/findings/0/elementId").asText()).isEqualTo("Task_DraftPlan");
        assertThat(saved.at("/findings/0/severity").asText()).isEqualTo("error");
        assertThat(saved.at("/findings/0/sentence").asText()).isEqualTo("「支援プラン案の作成」に様式がありません。");
        assertThat(kasane.as("manager")
                        .get(DRAFTS + "/" + id + "?lang=en")
                        .at("/findings/0/sentence")
                        .asText())
                .isEqualTo("“支援プラン案の作成” has no form.");
        assertThat(kasane.as("manager").get(DRAFTS).body().findValuesAsText("errors"))
                .contains("1");
    }

    @Test
    void theSecondOneIsRefusedWithTheNameOfTheFirstUntilHeIsDone() {
        var id = begin("plan");
        var first = kasane.as("manager");
        var second = kasane.as("draft-second");
        assertThat(second.post(DRAFTS + "/" + id + "/lock", "").status()).isEqualTo(200);

        var refused = first.post(DRAFTS + "/" + id + "/lock", "");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("図描 二子さんが編集しています");
        assertThat(first.replace(DRAFTS + "/" + id + "/xml?revision=1", shipped("plan"))
                        .status())
                .isEqualTo(409);
        assertThat(first.delete(DRAFTS + "/" + id).status()).isEqualTo(409);
        // Nobody else ends it for her.
        first.delete(DRAFTS + "/" + id + "/lock");
        assertThat(first.post(DRAFTS + "/" + id + "/lock", "").status()).isEqualTo(409);

        assertThat(second.delete(DRAFTS + "/" + id + "/lock").status()).isEqualTo(204);
        assertThat(first.post(DRAFTS + "/" + id + "/lock", "").status()).isEqualTo(200);
    }

    @Test
    void aDraftThatNobodyRenewsIsFreeAfterTwoMinutes() {
        var id = begin("plan");
        kasane.as("draft-second").post(DRAFTS + "/" + id + "/lock", "");
        kasane.sql()
                .sql("update kasane.model_draft set editing_until = now() - interval '1 second' where id = :id::uuid")
                .param("id", id)
                .update();
        assertThat(kasane.as("manager").post(DRAFTS + "/" + id + "/lock", "").status())
                .isEqualTo(200);
    }

    @Test
    void whatWasSavedElsewhereIsNotOverwritten() {
        var id = begin("plan");
        var manager = kasane.as("manager");
        assertThat(manager.replace(DRAFTS + "/" + id + "/xml?revision=1", shipped("plan"))
                        .status())
                .isEqualTo(200);
        var late = manager.replace(DRAFTS + "/" + id + "/xml?revision=1", without(shipped("plan"), FORM));
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.text()).contains("別の画面で");
        assertThat(manager.get(DRAFTS + "/" + id).at("/draft/errors").asInt()).isZero();
    }

    @Test
    void anotherProcessIsNotSavedInItsPlace() {
        var id = begin("plan");
        var answer = kasane.as("manager").replace(DRAFTS + "/" + id + "/xml?revision=1", shipped("closure"));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text()).contains("プロセスの id は plan のまま");
    }

    @Test
    void whatIsNoDiagramIsRefusedInASentence() {
        var manager = kasane.as("manager");
        var laughs = "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>".getBytes(StandardCharsets.UTF_8);
        for (var file : List.of(laughs, "<a>".getBytes(StandardCharsets.UTF_8), new byte[5 * 1024 * 1024 + 1])) {
            var answer = manager.upload(DRAFTS + "/import?fileName=a.bpmn", file);
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.text()).contains("ファイル");
        }
        assertThat(manager.post(DRAFTS, "{\"processId\":\"nowhere\"}").status()).isEqualTo(404);
        assertThat(manager.post(DRAFTS, "{}").status()).isEqualTo(404);
        assertThat(manager.get(DRAFTS + "/nothing").status()).isEqualTo(404);
    }

    // ── forms and tables ───────────────────────────────────────────────────────────────────────────────────────────

    private String begun(String body) {
        return begun(DRAFTS, body);
    }

    private String begun(String path, String body) {
        var answer = kasane.as("manager").post(path, body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        made.add(answer.at("/id").asText());
        return answer.at("/id").asText();
    }

    private static String file(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void draftsOfAFormAndOfATableAreThoseInForceAndNothingIsWrongWithThem() {
        for (var each : List.of("plan-decision", "contact")) {
            var id = begun("{\"formId\":\"" + each + "\"}");
            var draft = kasane.as("auditor").get(DRAFTS + "/" + id);
            assertThat(draft.at("/draft/kind").asText()).isEqualTo("form");
            assertThat(draft.at("/draft/resourceId").asText()).isEqualTo(each);
            assertThat(draft.at("/findings")).isEmpty();
            assertThat(kasane.as("manager").get(DRAFTS + "/" + id + "/xml").text())
                    .isEqualTo(file("forms/" + each + ".form"));
        }
        var id = begun("{\"decisionId\":\"triage\"}");
        var draft = kasane.as("auditor").get(DRAFTS + "/" + id);
        assertThat(draft.at("/draft/kind").asText()).isEqualTo("decision");
        assertThat(draft.at("/findings")).isEmpty();
        assertThat(kasane.as("manager").get(DRAFTS + "/" + id + "/xml").text())
                .isEqualTo(file("processes/decisions/triage.dmn"));
        assertThat(kasane.as("manager").get("/api/v1/models/forms").body().findValuesAsText("id"))
                .contains("plan-decision", "contact");
        assertThat(kasane.as("manager").get("/api/v1/models/decisions").body().findValuesAsText("id"))
                .contains("triage", "owner");
        assertThat(kasane.as("manager").post(DRAFTS, "{\"formId\":\"nowhere\"}").status())
                .isEqualTo(404);
        assertThat(kasane.as("manager")
                        .post(DRAFTS, "{\"decisionId\":\"nowhere\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aFormWithoutAFieldThatTheWorkNeedsIsSavedAndSaysSo() {
        var id = begun("{\"formId\":\"plan-decision\"}");
        var manager = kasane.as("manager");
        var saved = manager.replace(
                DRAFTS + "/" + id + "/xml?revision=1",
                bytes(file("forms/plan-decision.form").replace("\"key\": \"decidedOn\"", "\"key\": \"otherDay\"")));
        assertThat(saved.status()).isEqualTo(200);
        assertThat(saved.at("/findings/0/code").asText()).isEqualTo("form.needed");
        assertThat(saved.at("/findings/0/sentence").asText()).contains("decidedOn");
        // A code that a gateway of the diagram in force asks for.
        saved = manager.replace(
                DRAFTS + "/" + id + "/xml?revision=2",
                bytes(file("forms/plan-decision.form").replace("\"value\": \"returned\"", "\"value\": \"back\"")));
        assertThat(saved.body().findValuesAsText("code")).contains("form.code");
        // What the server cannot check.
        saved = manager.replace(
                DRAFTS + "/" + id + "/xml?revision=3",
                bytes(file("forms/plan-decision.form").replace("\"type\": \"textfield\"", "\"type\": \"iframe\"")));
        assertThat(saved.body().findValuesAsText("code")).contains("form.type");
    }

    @Test
    void aTableWithTwoAnswersOrNoneIsSavedAndSaysSo() {
        var id = begun("{\"decisionId\":\"meeting-body\"}");
        var saved = kasane.as("manager")
                .replace(
                        DRAFTS + "/" + id + "/xml?revision=1",
                        bytes(file("processes/decisions/meeting-body.dmn")
                                .replaceFirst("<text>\"elderly\"</text>", "<text>\"needy\"</text>")));
        assertThat(saved.status()).isEqualTo(200);
        assertThat(saved.body().findValuesAsText("code")).contains("dmn.gap", "dmn.overlap");
    }

    @Test
    void whatAFileIsIsReadFromWhatIsInIt() {
        assertThat(kasane.as("manager")
                        .get(DRAFTS + "/" + imported(bytes(file("forms/contact.form"))))
                        .at("/draft/kind")
                        .asText())
                .isEqualTo("form");
        assertThat(kasane.as("manager")
                        .get(DRAFTS + "/" + imported(bytes(file("processes/decisions/owner.dmn"))))
                        .at("/draft/kind")
                        .asText())
                .isEqualTo("decision");
        for (var bad : List.of(
                "{",
                "{\"id\":\"a\"}",
                "{\"id\":\"Not_One\",\"components\":[]}",
                "{\"id\":\"a\",\"components\":[],\"x\":\"" + "x".repeat(2 * 1024 * 1024) + "\"}",
                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\">&x;</definitions>",
                "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>")) {
            var answer = kasane.as("manager").upload(DRAFTS + "/import?fileName=a", bytes(bad));
            assertThat(answer.status())
                    .as(bad.substring(0, Math.min(bad.length(), 60)))
                    .isEqualTo(422);
            assertThat(answer.text()).contains("ファイル").doesNotContain("root:");
        }
    }

    @Test
    void aDraftKeepsItsKindAndItsId() {
        var manager = kasane.as("manager");
        var form = begun("{\"formId\":\"contact\"}");
        var other = manager.replace(DRAFTS + "/" + form + "/xml?revision=1", bytes(file("forms/triage.form")));
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.text()).contains("様式の id は contact のまま");
        assertThat(manager.replace(DRAFTS + "/" + form + "/xml?revision=1", shipped("plan"))
                        .status())
                .isEqualTo(422);
        var table = begun("{\"decisionId\":\"owner\"}");
        other = manager.replace(
                DRAFTS + "/" + table + "/xml?revision=1", bytes(file("processes/decisions/triage.dmn")));
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.text()).contains("決定表の id は owner のまま");
        assertThat(manager.get(DRAFTS + "/" + form).at("/draft/revision").asInt())
                .isEqualTo(1);
    }

    @Test
    void aFormIsHeldAndSavedAsADiagramIs() {
        var id = begun("{\"formId\":\"contact\"}");
        var first = kasane.as("manager");
        var second = kasane.as("draft-second");
        assertThat(second.post(DRAFTS + "/" + id + "/lock", "").status()).isEqualTo(200);
        assertThat(first.post(DRAFTS + "/" + id + "/lock", "").text()).contains("図描 二子さんが編集しています");
        assertThat(first.replace(DRAFTS + "/" + id + "/xml?revision=1", bytes(file("forms/contact.form")))
                        .status())
                .isEqualTo(409);
        assertThat(second.replace(DRAFTS + "/" + id + "/xml?revision=1", bytes(file("forms/contact.form")))
                        .status())
                .isEqualTo(200);
        // Her other window.
        assertThat(second.replace(DRAFTS + "/" + id + "/xml?revision=1", bytes(file("forms/contact.form")))
                        .text())
                .contains("別の画面で");
    }

    @Test
    void aNewFormBeginsWithItsTitleAndADiagramMayNameIt() {
        var manager = kasane.as("manager");
        var id = begun(DRAFTS + "/forms", "{\"formId\":\"home-visit\",\"title\":\"自宅の訪問\"}");
        var draft = manager.get(DRAFTS + "/" + id);
        assertThat(draft.at("/draft/name").asText()).isEqualTo("自宅の訪問");
        assertThat(draft.at("/findings/0/code").asText()).isEqualTo("form.empty");

        var diagram = begin("plan");
        var saved = manager.replace(
                DRAFTS + "/" + diagram + "/xml?revision=1",
                bytes(new String(shipped("plan"), StandardCharsets.UTF_8)
                        .replace("formId=\"plan-draft\"", "formId=\"home-visit\"")));
        assertThat(saved.at("/findings/0/code").asText()).isEqualTo("task.formDraft");
        assertThat(saved.at("/findings/0/severity").asText()).isEqualTo("note");
        manager.delete(DRAFTS + "/" + id);
        assertThat(manager.get(DRAFTS + "/" + diagram).body().findValuesAsText("code"))
                .contains("task.formUnknown");
    }

    @Test
    void theIdOfANewFormIsOneThatCanBeAndIsNobodyElses() {
        var manager = kasane.as("manager");
        begun(DRAFTS + "/forms", "{\"formId\":\"taken-form\",\"title\":\"先の様式\"}");
        for (var bad : List.of(
                "", "Visit", "visit_2", "-visit", "visit-", "a".repeat(61), "plan-draft", "contact", "taken-form")) {
            var answer = manager.post(DRAFTS + "/forms", "{\"formId\":\"" + bad + "\",\"title\":\"訪問\"}");
            assertThat(answer.status()).as(bad).isEqualTo(422);
            assertThat(answer.text()).contains("様式の id");
        }
        assertThat(manager.post(DRAFTS + "/forms", "{\"formId\":\"visit\",\"title\":\" \"}")
                        .text())
                .contains("様式の名前");
        assertThat(manager.post(DRAFTS + "/forms", "{}").status()).isEqualTo(422);
        assertThat(kasane.as("auditor")
                        .post(DRAFTS + "/forms", "{\"formId\":\"visit\",\"title\":\"訪問\"}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void onlyManagersDrawAndOnlyTheyAndAuditorsLook() {
        var id = begin("plan");
        var auditor = kasane.as("auditor");
        assertThat(auditor.get(DRAFTS).status()).isEqualTo(200);
        assertThat(auditor.get(DRAFTS + "/" + id + "/xml").status()).isEqualTo(200);
        for (var login : List.of("auditor", "coordinator", "admin")) {
            var other = kasane.as(login);
            assertThat(other.post(DRAFTS, "{\"processId\":\"plan\"}").status()).isEqualTo(403);
            assertThat(other.post(DRAFTS + "/" + id + "/lock", "").status()).isEqualTo(403);
            assertThat(other.replace(DRAFTS + "/" + id + "/xml?revision=1", shipped("plan"))
                            .status())
                    .isEqualTo(403);
            assertThat(other.delete(DRAFTS + "/" + id).status()).isEqualTo(403);
        }
        assertThat(kasane.as("coordinator").get(DRAFTS).status()).isEqualTo(403);
        // The database refuses them, too.
        for (var login : List.of("auditor", "coordinator")) {
            assertThat(kasane.<Integer>inTheNameOf(kasane.user(login), sql -> sql.sql(
                                    "update kasane.model_draft set revision = 9 where id = :id::uuid")
                            .param("id", id)
                            .update()))
                    .isZero();
        }
        assertThat(kasane.<Integer>inTheNameOf(
                        kasane.user("coordinator"), sql -> sql.sql("select count(*)::int from kasane.model_draft")
                                .query(Integer.class)
                                .single()))
                .isZero();
    }

    @Test
    void everySaveIsOnTheTrailWithADigestAndTakingTheDraftIsNot() {
        var id = begin("plan");
        var manager = kasane.as("manager");
        manager.post(DRAFTS + "/" + id + "/lock", "");
        manager.replace(DRAFTS + "/" + id + "/xml?revision=1", without(shipped("plan"), FORM));
        manager.delete(DRAFTS + "/" + id + "/lock");
        manager.delete(DRAFTS + "/" + id);
        assertThat(kasane.sql()
                        .sql(
                                """
                                select what from audit.entry where kind = 'setting' and refs -> 'key' ->> 'id' = :id and content_digest is not null
                                order by at
                                """)
                        .param("id", id)
                        .query(String.class)
                        .list())
                .containsExactly("model_draft.begun", "model_draft.saved", "model_draft.discarded");
        assertThat(manager.get(DRAFTS + "/" + id).status()).isEqualTo(404);
    }
}
