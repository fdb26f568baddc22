package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static io.camunda.process.test.api.assertions.ProcessInstanceSelectors.byProcessId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.camunda.client.api.command.ClientException;
import io.camunda.process.test.api.assertions.ProcessInstanceSelector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 相談受付: any window receives, nobody is refused (002, L2069-2084, L613). */
class ConsultationIT extends ProcessScenario {

    private static final ProcessInstanceSelector CONSULTATION = byProcessId("consultation");

    private final String consultationId = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("consultation", "referral");
        factsOf("consultation", Map.of("step", "triage"));
    }

    @ParameterizedTest
    @CsvSource({
        "information, End_InformationOnly",
        "own, End_OwnAgency",
        "case, End_CaseOpened",
    })
    void aConsultationGoesWhereTriageSends(String route, String end) {
        submissionsOf("Task_Triage", Map.of("route", route, "caseClass", "class3", "urgency", "normal"));

        receive();
        task("Task_Triage").isCreated().hasCandidateGroups(List.of("reception")).hasName("相談内容の確認・振り分け");
        submit("Task_Triage");

        assertThat(CONSULTATION)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Start_ConsultationReceived", "Task_Triage", "Activity_PersistTriage", "Gateway_Route", end);
    }

    /** 八王子's ①–④ (002, L2168-2236) and 墨田's three (002, L5070-5074), before anybody opens the task. */
    @ParameterizedTest
    @CsvSource({
        "clear,   one,     false, none,   class1, needless",
        "many,    several, false, none,   class3, needed",
        "unclear, none,    true,  unheard, class4, needed",
    })
    void theTableAdvisesWhoeverTriages(
            String complaint, String sections, boolean thirdParty, String standstill, String caseClass, String advice) {
        factsOf(
                "consultation",
                Map.of(
                        "step", "triage",
                        "complaint", complaint,
                        "sections", sections,
                        "thirdParty", thirdParty,
                        "standstill", standstill));

        receive();

        task("Task_Triage").isCreated();
        assertThat(CONSULTATION)
                .hasCompletedElementsInOrder("Decision_Triage", "Activity_RecordTriage")
                .hasVariable("caseClass", caseClass)
                .hasVariable("advice", advice)
                .hasNoActiveIncidents();
        assertThat(decided).containsExactly("triage {advice=" + advice + ", caseClass=" + caseClass + "}");
    }

    @Test
    void whatCannotWaitIsToldToTheSectionAtOnce() {
        submissionsOf("Task_Triage", Map.of("route", "case", "caseClass", "class4", "urgency", "urgent"));

        receive();
        submit("Task_Triage");

        assertThat(CONSULTATION)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Gateway_Urgency", "Activity_NotifyUrgent", "Gateway_Route", "End_CaseOpened");
        assertThat(notified).containsExactly("urgent-consultation");
    }

    @ParameterizedTest
    @CsvSource({
        "handed-over, End_Referred",
        "own, End_OwnAgency",
        "information, End_InformationOnly",
        "case, End_CaseOpened",
    })
    void aConsultationThatIsReferredStaysUntilItHasAPlace(String route, String end) {
        submissionsOf("Task_Triage", Map.of("route", "referral", "caseClass", "class1", "urgency", "normal"));
        factsOf("consultation", Map.of("step", "triage"), Map.of("step", "settled", "route", route));
        factsOf("referral", Map.of("step", "answer", "passedAround", false));
        submissionsOf("Task_AnswerReferral", Map.of("outcome", "accepted"));

        receive();
        submit("Task_Triage");
        assertThat(CONSULTATION).isActive().hasActiveElements("CallActivity_Referral");
        submit("Task_AnswerReferral");

        assertThat(CONSULTATION)
                .isCompleted()
                .hasCompletedElementsInOrder("CallActivity_Referral", "Activity_ReadFacts", "Gateway_Route", end);
    }

    @Test
    void aConsultationOnItsWayIsSeatedAgainWhereItIs() {
        factsOf("consultation", Map.of("step", "referral", "route", "referral"));
        factsOf("referral", Map.of("step", "answer", "passedAround", false));

        receive();

        task("Task_AnswerReferral").isCreated().hasCandidateGroups(List.of("member"));
        assertThat(CONSULTATION).isActive().hasActiveElements("CallActivity_Referral");
    }

    @Test
    void theSameConsultationIsNotStartedTwice() {
        receive();

        assertThatThrownBy(this::receive).isInstanceOf(ClientException.class).hasMessageContaining("ALREADY_EXISTS");
        assertThat(CONSULTATION).isActive().hasActiveElement("Task_Triage", 1);
    }

    @Test
    void aDeadlineIsEscalatedWhileTriageStaysOpen() {
        receive();
        task("Task_Triage").isCreated();

        deadlineReached(consultationId);

        assertThat(CONSULTATION)
                .isActive()
                .hasCompletedElements("SubProcess_Deadline", "Activity_EscalateDeadline", "End_DeadlineEscalated")
                .hasActiveElements("Task_Triage");
    }

    @Test
    void everyReachedDeadlineIsEscalated() {
        receive();
        task("Task_Triage").isCreated();

        deadlineReached(consultationId);
        assertThat(CONSULTATION).hasCompletedElement("Activity_EscalateDeadline", 1);
        deadlineReached(consultationId);

        assertThat(CONSULTATION).isActive().hasCompletedElement("Activity_EscalateDeadline", 2);
    }

    private void receive() {
        client.newPublishMessageCommand()
                .messageName("consultation-received")
                .correlationKey(consultationId)
                .messageId(consultationId)
                .timeToLive(Duration.ofHours(1))
                .variables(Map.of("consultationId", consultationId, "instanceKey", consultationId))
                .send()
                .join();
    }
}
