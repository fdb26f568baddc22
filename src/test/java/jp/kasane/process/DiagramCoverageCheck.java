package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/**
 * Fails the build when a flow node or a sequence flow of a shipped diagram is taken by no process test. Runs after all
 * integration tests, and only when all were asked for (profile {@code diagram-coverage} of the module's pom). The same
 * report to look at: {@code target/process-test/coverage/report.html}.
 */
class DiagramCoverageCheck {

    @Test
    void everyFlowNodeAndSequenceFlowOfEveryShippedDiagramIsTaken() throws IOException {
        var file = LocalCamunda.COVERAGE.resolve("report.json");
        assertThat(file).as("the process tests wrote their coverage").exists();
        var report = new ObjectMapper().readTree(Files.readString(file));
        assertThat(Diagram.IDS).as("diagrams shipped").isNotEmpty();
        assertThat(new DiagramCoverage(report).missingOf(Diagram.all())).isEmpty();
    }
}
