package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the engine may know (DESIGN §7). That no diagram names anything else is checked by jp.kasane.model (ChecksTest). */
class ProcessVariablesTest {

    private static final Set<String> VARIABLES = variables();

    @Test
    void onlyIdsCodesAndTimesAreAllowed() {
        assertThat(VARIABLES)
                .containsExactlyInAnyOrder(
                        "caseId",
                        "consultationId",
                        "matterId",
                        "meetingId",
                        "planId",
                        "submissionId",
                        "instanceKey",
                        "phase",
                        "step",
                        "route",
                        "caseClass",
                        "urgency",
                        "meetingType",
                        "decision",
                        "outcome",
                        "consentSufficient",
                        "passedAround",
                        "followAt",
                        "agendaAt",
                        "releaseAt",
                        "sweepAt",
                        "reviewAt",
                        "reportAt",
                        "sittingCheckAt",
                        "watchAt",
                        "complaint",
                        "sections",
                        "thirdParty",
                        "standstill",
                        "triage",
                        "advice",
                        "targetGroup",
                        "bodySlot",
                        "abuse",
                        "intervention",
                        "owner",
                        "householdKnown",
                        "memberGroups");
    }

    static Set<String> variables() {
        try {
            var listed = new YAMLMapper()
                    .readValue(
                            Diagram.resource("processes/variables.yaml"),
                            new TypeReference<List<Map<String, Object>>>() {});
            return listed.stream()
                    .map(variable -> (String) variable.get("name"))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
