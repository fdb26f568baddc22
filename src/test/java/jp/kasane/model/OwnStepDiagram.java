package jp.kasane.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a municipality may draw: before a consultation is sorted out, somebody calls back. */
public final class OwnStepDiagram {

    public static final String FORM =
            """
            {"schemaVersion":16,"type":"default","id":"call-back","executionPlatform":"Camunda Cloud","executionPlatformVersion":"8.6.0",
             "components":[
              {"type":"radio","key":"outcome","id":"Field_outcome","label":"電話のようす","validate":{"required":true},
               "values":[{"label":"話せた","value":"reached"},{"label":"出なかった","value":"missed"}],"layout":{"row":"Row_1","columns":null}},
              {"type":"textarea","key":"said","id":"Field_said","label":"聞いたこと","validate":{"maxLength":2000},"layout":{"row":"Row_2","columns":null}}]}
            """;

    private OwnStepDiagram() {}

    public static String consultation() {
        try {
            return withCallBack(Files.readString(Path.of("processes", "consultation.bpmn")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static byte[] bytes() {
        return consultation().getBytes(StandardCharsets.UTF_8);
    }

    /** {@code Task_CallBack} and what persists it, between the record of the table and the sorting. */
    static String withCallBack(String xml) {
        return replaced(
                replaced(
                        replaced(
                                replaced(
                                        xml,
                                        "<bpmn:incoming>Flow_RecordTriage_to_Triage</bpmn:incoming>",
                                        "<bpmn:incoming>Flow_PersistCallBack_to_Triage</bpmn:incoming>"),
                                "    <bpmn:sequenceFlow id=\"Flow_RecordTriage_to_Triage\" sourceRef=\"Activity_RecordTriage\" targetRef=\"Task_Triage\" />",
                                """
                                    <bpmn:userTask id="Task_CallBack" name="折り返しの電話">
                                      <bpmn:documentation>窓口で聞ききれなかったことを、その日のうちに電話で聞く。市の決めたこと。</bpmn:documentation>
                                      <bpmn:extensionElements>
                                        <zeebe:userTask />
                                        <zeebe:formDefinition formId="call-back" bindingType="deployment" />
                                        <zeebe:assignmentDefinition candidateGroups="reception" />
                                      </bpmn:extensionElements>
                                      <bpmn:incoming>Flow_RecordTriage_to_Triage</bpmn:incoming>
                                      <bpmn:outgoing>Flow_CallBack_to_PersistCallBack</bpmn:outgoing>
                                    </bpmn:userTask>
                                    <bpmn:serviceTask id="Activity_PersistCallBack" name="記録を保存">
                                      <bpmn:extensionElements>
                                        <zeebe:taskDefinition type="persist-submission" retries="10" />
                                        <zeebe:taskHeaders>
                                          <zeebe:header key="step" value="Task_CallBack" />
                                        </zeebe:taskHeaders>
                                      </bpmn:extensionElements>
                                      <bpmn:incoming>Flow_CallBack_to_PersistCallBack</bpmn:incoming>
                                      <bpmn:outgoing>Flow_PersistCallBack_to_Triage</bpmn:outgoing>
                                    </bpmn:serviceTask>
                                    <bpmn:sequenceFlow id="Flow_RecordTriage_to_Triage" sourceRef="Activity_RecordTriage" targetRef="Task_CallBack" />
                                    <bpmn:sequenceFlow id="Flow_CallBack_to_PersistCallBack" sourceRef="Task_CallBack" targetRef="Activity_PersistCallBack" />
                                    <bpmn:sequenceFlow id="Flow_PersistCallBack_to_Triage" sourceRef="Activity_PersistCallBack" targetRef="Task_Triage" />
                                """),
                        "      <bpmndi:BPMNShape id=\"Task_Triage_di\" bpmnElement=\"Task_Triage\">",
                        """
                              <bpmndi:BPMNShape id="Task_CallBack_di" bpmnElement="Task_CallBack">
                                <dc:Bounds x="622" y="600" width="116" height="88" />
                              </bpmndi:BPMNShape>
                              <bpmndi:BPMNShape id="Activity_PersistCallBack_di" bpmnElement="Activity_PersistCallBack">
                                <dc:Bounds x="774" y="600" width="116" height="88" />
                              </bpmndi:BPMNShape>
                              <bpmndi:BPMNShape id="Task_Triage_di" bpmnElement="Task_Triage">"""),
                "      <bpmndi:BPMNEdge id=\"Flow_RecordTriage_to_Triage_di\" bpmnElement=\"Flow_RecordTriage_to_Triage\">",
                """
                      <bpmndi:BPMNEdge id="Flow_CallBack_to_PersistCallBack_di" bpmnElement="Flow_CallBack_to_PersistCallBack">
                        <di:waypoint x="738" y="644" />
                        <di:waypoint x="774" y="644" />
                      </bpmndi:BPMNEdge>
                      <bpmndi:BPMNEdge id="Flow_PersistCallBack_to_Triage_di" bpmnElement="Flow_PersistCallBack_to_Triage">
                        <di:waypoint x="832" y="600" />
                        <di:waypoint x="832" y="344" />
                      </bpmndi:BPMNEdge>
                      <bpmndi:BPMNEdge id="Flow_RecordTriage_to_Triage_di" bpmnElement="Flow_RecordTriage_to_Triage">""");
    }

    private static String replaced(String text, String part, String by) {
        if (!text.contains(part)) {
            throw new IllegalStateException("processes/consultation.bpmn is not what this was written for: " + part);
        }
        return text.replace(part, by);
    }
}
