package jp.kasane.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/**
 * How long a correction takes: texts of an assessment again and again, and its way to and fro, until the task that belongs there
 * is on the list.
 *
 * <p>Arguments: base address, corrections.
 */
public final class CorrectedSteps {

    private CorrectedSteps() {}

    public static void main(String[] args) throws Exception {
        var kasane = new Kasane(args.length > 0 ? args[0] : "http://localhost:8080");
        int corrections = args.length > 1 ? Integer.parseInt(args[1]) : 100;
        var steps = Kasane.steps(Path.of("../scenarios/hachioji-c1.yaml"));
        var caseId = kasane.play(steps, "Task_WriteAssessment", 1, Kasane.UNWATCHED);
        String id = null;
        for (var event : kasane.get("auditor", "/cases/" + caseId + "/events")) {
            if (event.path("step").asText().equals("Task_WriteAssessment")) {
                id = event.get("submissionId").asText();
            }
        }
        var data = (ObjectNode) kasane.get("coordinator", "/submissions/" + id).at("/versions/0/data");

        var texts = new Figures("a text corrected (POST until 201)");
        for (int i = -5; i < corrections; i++) {
            data.put("needs", "訂正 " + i);
            long from = System.nanoTime();
            id = correct(kasane, id, data, false);
            // The first ones warm up.
            if (i >= 0) {
                texts.add(System.nanoTime() - from);
            }
        }
        texts.report();

        var ways = new Figures("another way (POST until 201)");
        var opened = new Figures("its task on the list (after the POST began)");
        for (int i = 0; i < corrections; i++) {
            boolean visits = i % 2 == 0;
            data.put("route", visits ? "outreach" : "meeting");
            long from = System.nanoTime();
            id = correct(kasane, id, data, true);
            ways.add(System.nanoTime() - from);
            var expected = visits ? "Task_DraftOutreachPlan" : "Task_ProposeMembers";
            while (kasane.get("coordinator", "/tasks?view=all&step=" + expected + "&caseId=" + caseId).isEmpty()) {
                if (System.nanoTime() - from > Kasane.PATIENCE.toNanos()) {
                    throw new IllegalStateException("no " + expected + " within " + Kasane.PATIENCE);
                }
                Thread.sleep(10);
            }
            opened.add(System.nanoTime() - from);
        }
        ways.report();
        opened.report();
    }

    private static String correct(Kasane kasane, String id, ObjectNode data, boolean changePath) throws Exception {
        var body = Kasane.wrap(data);
        body.put("reason", "測るため").put("changePath", changePath);
        return kasane.post("coordinator", "/submissions/" + id + "/correction", body)
                .get("submissionId")
                .asText();
    }
}
