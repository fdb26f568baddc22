package jp.kasane.meeting;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Submissions;
import jp.kasane.task.Tasks;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One answer for all cases of a sitting: whoever comes, comes to the sitting. Each case's invitation is answered on its own, the way
 * it would be one by one; what an agency has to say about a case is written there.
 */
@Component
public class SittingAnswers {

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Tasks tasks;
    private final ObjectMapper json;

    SittingAnswers(JdbcClient jdbc, TransactionTemplate transaction, Tasks tasks, ObjectMapper json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.tasks = tasks;
        this.json = json;
    }

    /** The invitations of one's own agencies to this sitting that nobody has answered yet; whom one calls for others is not asked here. */
    public List<Tasks.Row> open(Sitting sitting) {
        var mine = Set.copyOf(transaction.execute(tx -> jdbc.sql(
                        """
                        select t.id from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id
                        join engine.process_instance i on i.process_id = 'invitation' and i.instance_key = a.id::text
                        join engine.user_task t on t.epoch = i.epoch and t.process_instance_key = i.key and t.state = 'CREATED'
                        where m.sitting_id = :id and m.status = 'convened' and a.answer is null
                          and a.agency_id = any ((select kasane.my_agencies())::uuid[])
                        """)
                .param("id", sitting.id())
                .query(UUID.class)
                .list()));
        return sitting.items().stream()
                .filter(item -> item.status().equals("convened"))
                .map(Sitting.Item::caseId)
                .distinct()
                .flatMap(caseId -> tasks.ofStream(caseId, "Task_AnswerInvitation", 50).stream())
                .filter(task -> task.workable() && mine.contains(task.id()))
                .toList();
    }

    /**
     * @param given of the cases, how many were answered
     * @param refused why others were not, once each
     */
    public record Answered(int given, Set<String> refused) {}

    /**
     * Answers all that are open. What somebody was faster with is left as they left it.
     *
     * @param outcome attend or absent
     * @param pledge 誓約書 for each of the meetings (002, L5079-81)
     */
    public Answered answer(Sitting sitting, String outcome, boolean pledge) {
        var refused = new java.util.ArrayList<String>();
        int given = 0;
        for (var task : open(sitting)) {
            try {
                ObjectNode data =
                        json.valueToTree(known(tasks.sheet(task.id().toString()).data()));
                data.put("outcome", outcome);
                if (pledge) {
                    data.put("pledge", true);
                }
                tasks.submit(task.id().toString(), data, Submissions.Circumstances.HERE_AND_NOW);
                given++;
            } catch (Refusal refusal) {
                refused.add(refusal.getMessage());
            }
        }
        return new Answered(given, refused.stream().collect(Collectors.toSet()));
    }

    /** What stands in the form already: a draft's information, a pledge that was given. */
    private static Map<String, Object> known(Map<String, Object> data) {
        return data.entrySet().stream()
                .filter(entry -> Set.of("information", "pledge").contains(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
