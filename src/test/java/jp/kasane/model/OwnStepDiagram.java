package jp.kasane.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a municipality may draw: steps of its own, with forms of its own. */
public final class OwnStepDiagram {

    public static final String FORM =
            """
            {"schemaVersion":16,"type":"default","id":"call-back","executionPlatform":"Camunda Cloud","executionPlatformVersion":"8.6.0",
             "components":[
              {"type":"radio","key":"outcome","id":"Field_outcome","label":"電話のようす","validate":{"required":true},
               "values":[{"label":"話せた","value":"reached"},{"label":"出なかった","value":"missed"}],"layout":{"row":"Row_1","columns":null}},
              {"type":"textarea","key":"said","id":"Field_said","label":"聞いたこと","validate":{"maxLength":2000},"layout":{"row":"Row_2","columns":null}}]}
            """;

    public static final String BUDGET_FORM =
            """
            {"schemaVersion":16,"type":"default","id":"budget-check","executionPlatform":"Camunda Cloud","executionPlatformVersion":"8.6.0",
             "components":[
              {"type":"textarea","key":"checked","id":"Field_checked","label":"確かめたこと","validate":{"required":true,"maxLength":2000},"layout":{"row":"Row_1","columns":null}}]}
            """;

    private OwnStepDiagram() {}

    public static byte[] bytes() {
        return consultationWithCallBack().getBytes(StandardCharsets.UTF_8);
    }

    /** The plan's draft is looked at by the section for its money before it goes on. */
    public static String plan() {
        return added(
                shipped("plan"),
                "Flow_PersistDraftPlan_to_PlanPath",
                "Activity_PersistDraftPlan",
                "Gateway_PlanPath",
                "Budget",
                "予算の確認",
                "manager",
                "budget-check");
    }

    /** Before a consultation is sorted out, somebody calls back. */
    static String consultationWithCallBack() {
        return added(
                shipped("consultation"),
                "Flow_RecordTriage_to_Triage",
                "Activity_RecordTriage",
                "Task_Triage",
                "CallBack",
                "折り返しの電話",
                "reception",
                "call-back");
    }

    /** A task and what persists it, put on a flow. */
    private static String added(
            String xml,
            String flow,
            String source,
            String target,
            String step,
            String name,
            String group,
            String form) {
        var away = replaced(
                xml,
                "<bpmn:incoming>" + flow + "</bpmn:incoming>",
                "<bpmn:incoming>Flow_Persist" + step + "_to_Next</bpmn:incoming>");
        var drawn = replaced(
                away,
                "    <bpmn:sequenceFlow id=\"%s\" sourceRef=\"%s\" targetRef=\"%s\" />".formatted(flow, source, target),
                """
                    <bpmn:userTask id="Task_%1$s" name="%2$s">
                      <bpmn:documentation>市の決めたこと。</bpmn:documentation>
                      <bpmn:extensionElements>
                        <zeebe:userTask />
                        <zeebe:formDefinition formId="%4$s" bindingType="deployment" />
                        <zeebe:assignmentDefinition candidateGroups="%3$s" />
                      </bpmn:extensionElements>
                      <bpmn:incoming>%5$s</bpmn:incoming>
                      <bpmn:outgoing>Flow_%1$s_to_Persist%1$s</bpmn:outgoing>
                    </bpmn:userTask>
                    <bpmn:serviceTask id="Activity_Persist%1$s" name="記録を保存">
                      <bpmn:extensionElements>
                        <zeebe:taskDefinition type="persist-submission" retries="10" />
                        <zeebe:taskHeaders>
                          <zeebe:header key="step" value="Task_%1$s" />
                        </zeebe:taskHeaders>
                      </bpmn:extensionElements>
                      <bpmn:incoming>Flow_%1$s_to_Persist%1$s</bpmn:incoming>
                      <bpmn:outgoing>Flow_Persist%1$s_to_Next</bpmn:outgoing>
                    </bpmn:serviceTask>
                    <bpmn:sequenceFlow id="%5$s" sourceRef="%6$s" targetRef="Task_%1$s" />
                    <bpmn:sequenceFlow id="Flow_%1$s_to_Persist%1$s" sourceRef="Task_%1$s" targetRef="Activity_Persist%1$s" />
                    <bpmn:sequenceFlow id="Flow_Persist%1$s_to_Next" sourceRef="Activity_Persist%1$s" targetRef="%7$s" />"""
                        .formatted(step, name, group, form, flow, source, target));
        return replaced(
                drawn,
                "      <bpmndi:BPMNEdge id=\"%1$s_di\" bpmnElement=\"%1$s\">".formatted(flow),
                """
                      <bpmndi:BPMNShape id="Task_%1$s_di" bpmnElement="Task_%1$s">
                        <dc:Bounds x="700" y="700" width="116" height="88" />
                      </bpmndi:BPMNShape>
                      <bpmndi:BPMNShape id="Activity_Persist%1$s_di" bpmnElement="Activity_Persist%1$s">
                        <dc:Bounds x="860" y="700" width="116" height="88" />
                      </bpmndi:BPMNShape>
                      <bpmndi:BPMNEdge id="Flow_%1$s_to_Persist%1$s_di" bpmnElement="Flow_%1$s_to_Persist%1$s">
                        <di:waypoint x="816" y="744" />
                        <di:waypoint x="860" y="744" />
                      </bpmndi:BPMNEdge>
                      <bpmndi:BPMNEdge id="Flow_Persist%1$s_to_Next_di" bpmnElement="Flow_Persist%1$s_to_Next">
                        <di:waypoint x="918" y="700" />
                        <di:waypoint x="918" y="344" />
                      </bpmndi:BPMNEdge>
                      <bpmndi:BPMNEdge id="%2$s_di" bpmnElement="%2$s">"""
                        .formatted(step, flow));
    }

    private static String shipped(String process) {
        try {
            return Files.readString(Path.of("processes", process + ".bpmn"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String replaced(String text, String part, String by) {
        if (!text.contains(part)) {
            throw new IllegalStateException("The shipped diagram is not what this was written for: " + part);
        }
        return text.replace(part, by);
    }
}
