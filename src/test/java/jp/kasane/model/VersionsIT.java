package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which versions of diagrams, tables and forms there are, and their files. */
class VersionsIT {

    private static final String MODELS = "/api/v1/models/";
    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
    }

    private static String file(String path) throws IOException {
        return Files.readString(Path.of(path), StandardCharsets.UTF_8);
    }

    @Test
    void ofADiagramAreAllThatWereDeployedWithHowMuchRunsUnderEach() throws IOException {
        var sweep = kasane.as("manager").get(MODELS + "deadline-sweep/versions");
        assertThat(sweep.status()).as(sweep.toString()).isEqualTo(200);
        assertThat(sweep.at("/shipped").asBoolean()).isTrue();
        assertThat(sweep.at("/versions/0/inForce").asBoolean()).isTrue();
        assertThat(sweep.at("/versions/0/deployedAt").asText()).isNotBlank();
        var running = 0;
        for (var version : sweep.at("/versions")) {
            running += version.at("/running").asInt();
        }
        assertThat(running).as("the one that never ends").isEqualTo(1);

        var newest = sweep.at("/versions/0/version").asInt();
        assertThat(kasane.as("auditor")
                        .get(MODELS + "deadline-sweep/versions/" + newest)
                        .text())
                .isEqualTo(file("processes/deadline-sweep.bpmn"));
        assertThat(kasane.as("auditor")
                        .get(MODELS + "deadline-sweep/versions/shipped")
                        .text())
                .isEqualTo(file("processes/deadline-sweep.bpmn"));
    }

    @Test
    void ofATableAndOfAFormAsWell() throws IOException {
        var table = kasane.as("manager").get(MODELS + "decisions/triage/versions");
        assertThat(table.at("/versions/0/inForce").asBoolean()).isTrue();
        assertThat(table.at("/versions/0/running").isNull()).isTrue();
        assertThat(kasane.as("manager")
                        .get(MODELS + "decisions/triage/versions/"
                                + table.at("/versions/0/version").asInt())
                        .text())
                .isEqualTo(file("processes/decisions/triage.dmn"));

        var form = kasane.as("manager").get(MODELS + "forms/plan-draft/versions");
        assertThat(form.at("/shipped").asBoolean()).isTrue();
        var deployed = kasane.as("manager")
                .get(MODELS + "forms/plan-draft/versions/"
                        + form.at("/versions/0/version").asInt());
        assertThat(deployed.body())
                .isEqualTo(kasane.as("manager")
                        .get(MODELS + "forms/plan-draft/versions/shipped")
                        .body());
        // It belongs to no task, and is not deployed.
        var contact = kasane.as("manager").get(MODELS + "forms/contact/versions");
        assertThat(contact.at("/versions")).isEmpty();
        assertThat(contact.at("/shipped").asBoolean()).isTrue();
    }

    @Test
    void whatThereIsNotIsNotFound() {
        for (var path : new String[] {
            "none/versions",
            "none/versions/shipped",
            "plan/versions/99999",
            "plan/versions/99999999999",
            "plan/versions/-1",
            "plan/versions/..%2fplan",
            "..%5c..%5cplan/versions/shipped",
            "decisions/none/versions",
            "decisions/triage/versions/99999",
            "forms/none/versions",
            "forms/plan-draft/versions/99999",
            "forms/plan-draft/versions/latest"
        }) {
            assertThat(kasane.as("manager").get(MODELS + path).status())
                    .as(path)
                    .isIn(404, 400);
        }
    }

    @Test
    void onlyManagersAndAuditorsLook() {
        for (var path : new String[] {
            "plan/versions", "plan/versions/shipped", "decisions/triage/versions", "forms/plan-draft/versions/shipped"
        }) {
            var refused = kasane.as("coordinator").get(MODELS + path);
            assertThat(refused.status()).as(path).isEqualTo(403);
            assertThat(refused.text()).contains("所管課と監査の担当者だけ");
        }
        // Neither does the database tell.
        assertThat(kasane.<Integer>inTheNameOf(kasane.user("coordinator"), jdbc -> jdbc.sql(
                                "select count(*) from engine.versions_of_decisions()")
                        .query(Integer.class)
                        .single()))
                .isZero();
        assertThat(kasane.<Integer>inTheNameOf(kasane.user("coordinator"), jdbc -> jdbc.sql(
                                "select count(*) from engine.versions_of_process('plan')")
                        .query(Integer.class)
                        .single()))
                .isZero();
    }
}
