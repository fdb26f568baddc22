package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The build fails when a diagram breaks a rule of the house or names a variable the engine may not know (DESIGN §7). */
class ProcessVariablesTest {

    private static final Set<String> VARIABLES = variables();

    static Stream<Diagram> diagrams() {
        return Diagram.all();
    }

    @ParameterizedTest
    @MethodSource("diagrams")
    void everyDiagramKeepsTheRules(Diagram diagram) {
        assertThat(DiagramRules.findings(diagram, VARIABLES)).isEmpty();
    }

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

    @Test
    void aMappingToAnUnlistedVariableIsFound() {
        assertThat(findings("support-case", "target=\"caseId\"", "target=\"householdName\""))
                .anyMatch(finding ->
                        finding.matches("\\w+ uses the variable householdName, which is not in variables.yaml"));
    }

    @Test
    void anUnlistedVariableInAConditionIsFound() {
        assertThat(findings("consultation", "=route = \"own\"", "=story = \"own\""))
                .anyMatch(finding ->
                        finding.matches("Flow_\\w+ uses the variable story, which is not in variables.yaml"));
    }

    @Test
    void anUnlistedVariableInACorrelationKeyIsFound() {
        assertThat(findings("plan", "correlationKey=\"=instanceKey\"", "correlationKey=\"=personName\""))
                .anyMatch(finding ->
                        finding.matches("Message_\\w+ uses the variable personName, which is not in variables.yaml"));
    }

    @Test
    void aTaskWithoutFormIsFound() {
        assertThat(findings("monitoring", "formId=\"review\"", "formId=\"nowhere\""))
                .contains("Task_Review has no form");
    }

    @Test
    void aTaskForAnUnknownGroupIsFound() {
        assertThat(findings("monitoring", "candidateGroups=\"coordinator\"", "candidateGroups=\"everybody\""))
                .contains("Task_Review has an unknown candidate group [everybody]");
    }

    @Test
    void aTaskWhoseSubmissionIsNotPersistedUnderItsOwnNameIsFound() {
        assertThat(findings("monitoring", "value=\"Task_Review\"", "value=\"Task_Other\""))
                .contains("Task_Review is not followed by persist-submission with its step");
    }

    @Test
    void anUnknownJobTypeIsFound() {
        assertThat(findings("deadline-sweep", "sweep-deadlines", "sweep-the-floor"))
                .contains("Activity_SweepDeadlines has the unknown job type 'sweep-the-floor'");
    }

    @Test
    void anUnknownDecisionTableIsFound() {
        assertThat(findings("plan", "decisionId=\"meeting-type\"", "decisionId=\"by-chance\""))
                .contains("Decision_MeetingType asks an unknown decision table");
    }

    @Test
    void aDecisionThatIsNotRecordedIsFound() {
        assertThat(findings("plan", "key=\"decision\" value=\"meeting-type\"", "key=\"decision\" value=\"owner\""))
                .contains("Decision_MeetingType is not followed by record-decision with its table");
    }

    @Test
    void aDecisionThatIsNotTheLatestIsFound() {
        assertThat(findings(
                        "plan",
                        "resultVariable=\"meetingType\" bindingType=\"latest\"",
                        "resultVariable=\"meetingType\" bindingType=\"deployment\""))
                .contains("Decision_MeetingType must bind the latest version");
    }

    @Test
    void anAnswerThatTheEngineMayNotKnowIsFound() {
        assertThat(findings("plan", "resultVariable=\"meetingType\"", "resultVariable=\"anything\""))
                .contains("Decision_MeetingType uses the variable anything, which is not in variables.yaml");
    }

    @Test
    void aCallThatPassesEverythingIsFound() {
        assertThat(findings("plan", "propagateAllParentVariables=\"false\"", "propagateAllParentVariables=\"true\""))
                .contains("CallActivity_CoordinationMeeting propagates all variables");
    }

    @Test
    void anIdOfTheModelerIsFound() {
        assertThat(findings("monitoring", "\"Activity_PersistReview\"", "\"Activity_0abc123\""))
                .contains("Activity_0abc123 needs a meaningful id");
    }

    @Test
    void anElementThatIsNotDrawnIsFound() {
        assertThat(findings("closure", "bpmnElement=\"End_Closed\"", "bpmnElement=\"End_Elsewhere\""))
                .contains("End_Closed is not drawn");
    }

    private static List<String> findings(String diagram, String found, String replacement) {
        return DiagramRules.findings(Diagram.named(diagram).with(found, replacement), VARIABLES);
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
