package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DiagramCoverageTest {

    private static final String ALL_OF_SWEEP =
            """
            {"coverages": [
              {"processDefinitionId": "deadline-sweep",
               "completedElements": ["Start_Sweep", "Event_OneMinute", "Activity_SweepDeadlines"],
               "takenSequenceFlows": ["Flow_Sweep_to_OneMinute", "Flow_OneMinute_to_SweepDeadlines", "Flow_SweepDeadlines_to_OneMinute"]}]}
            """;

    @Test
    void nothingIsMissingWhereEverythingWasTaken() throws JsonProcessingException {
        assertThat(missing(ALL_OF_SWEEP)).isEmpty();
    }

    @Test
    void anElementAndAFlowNobodyTookAreNamed() throws JsonProcessingException {
        assertThat(missing(ALL_OF_SWEEP
                        .replace("\"Activity_SweepDeadlines\"", "\"Activity_Other\"")
                        .replace("\"Flow_SweepDeadlines_to_OneMinute\"", "\"Flow_Other\"")))
                .anySatisfy(sentence -> assertThat(sentence)
                        .startsWith("deadline-sweep.bpmn: no process test takes Activity_SweepDeadlines「"))
                .contains("deadline-sweep.bpmn: no process test takes Flow_SweepDeadlines_to_OneMinute「繰り返す」")
                .hasSize(2);
    }

    @Test
    void aDiagramWithoutAnyTestMissesAllOfItself() throws JsonProcessingException {
        assertThat(missing("{\"coverages\": []}")).hasSize(6);
    }

    private static List<String> missing(String report) throws JsonProcessingException {
        return new DiagramCoverage(new ObjectMapper().readTree(report))
                .missingOf(Stream.of(Diagram.named("deadline-sweep")));
    }
}
