package jp.kasane.deadline;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What of a case is due when: its open tasks, and what watches over it without one. */
@Component
@Transactional(readOnly = true)
class CaseDeadlines implements CaseSection {

    private final JdbcClient jdbc;

    CaseDeadlines(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param taskId null for a watch: nobody has a task for it yet
     * @param rung 0 nobody was told yet, 1 who does it, 2 the lead too, 3 the section
     * @param plannedOn the date people agreed on, where it goes before the policy's days
     */
    public record Due(String step, UUID taskId, Instant dueAt, Instant escalateAt, int rung, LocalDate plannedOn) {}

    @Override
    public List<Due> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select step, task_id, due_at, escalate_at, rung, planned_on from kasane.deadline
                        where case_id = :id and settled_at is null order by due_at, id
                        """)
                .param("id", caseId)
                .query(Due.class)
                .list();
    }

    @Override
    public String key() {
        return "deadlines";
    }

    @Override
    public int order() {
        return 70;
    }
}
