package jp.kasane.meeting;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Submissions;
import jp.kasane.task.Tasks;
import org.springframework.stereotype.Component;

/**
 * One answer for all cases of a sitting: whoever comes, comes to the sitting. Each case's invitation is answered on its own, the way
 * it would be one by one; what an agency has to say about a case is written there.
 */
@Component
public class SittingAnswers {

    private final Tasks tasks;
    private final ObjectMapper json;

    SittingAnswers(Tasks tasks, ObjectMapper json) {
        this.tasks = tasks;
        this.json = json;
    }

    /** The invitations to this sitting that the acting user has not answered yet. */
    public List<Tasks.Row> open(Sitting sitting) {
        return sitting.items().stream()
                .filter(item -> item.status().equals("convened"))
                .map(Sitting.Item::caseId)
                .distinct()
                .flatMap(caseId -> tasks.list(Tasks.View.ALL, caseId, null, "Task_AnswerInvitation", 50).stream())
                .filter(Tasks.Row::workable)
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
