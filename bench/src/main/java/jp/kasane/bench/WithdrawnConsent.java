package jp.kasane.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.sql.PreparedStatement;

/**
 * How long what needs consent goes on after it was withdrawn: a case waits for its 重層的支援会議, everybody in its household
 * withdraws, and the time runs from the request until the meeting is called off, until the engine's projection shows no task of
 * it any more, and until the outreach that follows is open.
 *
 * <p>Arguments: base address, data directory of the local default, cases.
 */
public final class WithdrawnConsent {

    private WithdrawnConsent() {}

    public static void main(String[] args) throws Exception {
        var kasane = new Kasane(args.length > 0 ? args[0] : "http://localhost:8080");
        var data = Path.of(args.length > 1 ? args[1] : "../data");
        int cases = args.length > 2 ? Integer.parseInt(args[2]) : 20;
        var steps = Kasane.steps(Path.of("../scenarios/hachioji-c1.yaml"));
        var recorded = new Figures("withdrawal recorded (POST until 201)");
        var cancelled = new Figures("meeting called off (after the POST began)");
        var gone = new Figures("its tasks gone from the engine (after the POST began)");
        var followed = new Figures("the way without consent open (after the POST began)");
        try (var database = Kasane.database(data);
                var meetings = database.prepareStatement(
                        "select count(*) from kasane.meeting where case_id = ?::uuid and meeting_type = 'coordination' and status <> 'cancelled'");
                var needy = database.prepareStatement(
                        """
                        select count(*) from engine.user_task
                        where case_id = ?::uuid and state = 'CREATED' and element_id in ('Task_HoldMeeting', 'Task_AnswerInvitation')
                        """);
                var outreach = database.prepareStatement(
                        "select count(*) from engine.user_task where case_id = ?::uuid and state = 'CREATED' and element_id = 'Task_RecordContact'")) {
            for (int i = 0; i <= cases; i++) {
                // Convened for the second time: the first meeting was the 支援会議, which needs no consent.
                var caseId = kasane.play(steps, "Task_ConveneMeeting", 2, Kasane.UNWATCHED);
                until(() -> count(needy, caseId) > 1);
                var body = JsonNodeFactory.instance.objectNode();
                body.put("state", "withdrawn").put("occurredOn", "today").put("evidence", "oral");
                var members = body.putArray("memberIds");
                kasane.get("coordinator", "/cases/" + caseId)
                        .at("/household/members")
                        .forEach(member -> members.add(member.get("id")));
                var withdrawal = Kasane.wrap(kasane.fresh(body, caseId));
                long from = System.nanoTime();
                kasane.post("coordinator", "/cases/" + caseId + "/records/consent-change", withdrawal);
                long answered = System.nanoTime() - from;
                until(() -> count(meetings, caseId) == 0);
                long calledOff = System.nanoTime() - from;
                until(() -> count(needy, caseId) == 0);
                long stopped = System.nanoTime() - from;
                until(() -> count(outreach, caseId) > 0);
                long open = System.nanoTime() - from;
                // The first case warms up.
                if (i > 0) {
                    recorded.add(answered);
                    cancelled.add(calledOff);
                    gone.add(stopped);
                    followed.add(open);
                }
            }
        }
        recorded.report();
        cancelled.report();
        gone.report();
        followed.report();
    }

    private interface Question {
        boolean answered() throws Exception;
    }

    private static void until(Question question) throws Exception {
        long from = System.nanoTime();
        while (!question.answered()) {
            if (System.nanoTime() - from > Kasane.PATIENCE.toNanos()) {
                throw new IllegalStateException("not within " + Kasane.PATIENCE);
            }
            Thread.sleep(5);
        }
    }

    private static long count(PreparedStatement statement, String caseId) throws Exception {
        statement.setString(1, caseId);
        try (var row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
