package jp.kasane.task;

import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import org.springframework.stereotype.Component;

/** What is to be done on a case now, and by whom: also for those who wait for somebody else. */
@Component
class OpenTasks implements CaseSection {

    private final Tasks tasks;

    OpenTasks(Tasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public String key() {
        return "openTasks";
    }

    @Override
    public int order() {
        return 0;
    }

    @Override
    public Object of(UUID caseId) {
        return tasks.ofStream(caseId, null, 50);
    }
}
