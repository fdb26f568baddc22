package jp.kasane.casefile.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.foundation.Ids;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.ReadCaseFacts;
import jp.kasane.worker.ReadCaseFactsWorker;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

@Component
class CaseFacts implements ReadCaseFacts {

    private final Cases cases;
    private final List<ProcessFacts> processes;
    private final SystemActor system;

    CaseFacts(Cases cases, List<ProcessFacts> processes, SystemActor system) {
        this.cases = cases;
        this.processes = processes;
        this.system = system;
    }

    @Override
    public Map<String, Object> facts(JobContext job) {
        return system.inTransaction(() -> {
            var file = Ids.parse(job.caseId())
                    .flatMap(cases::find)
                    .orElseThrow(() -> new UnknownReference("このケースはデータベースにありません。"));
            var facts = new HashMap<String, Object>();
            facts.put("phase", file.phase());
            facts.put("step", file.step());
            processes.stream()
                    .filter(process -> process.processId().equals(job.processId()))
                    .forEach(process -> facts.putAll(process.facts(file.id(), job.instanceKey())));
            return facts;
        });
    }

    @Configuration
    static class Workers {
        @Bean
        ReadCaseFactsWorker readCaseFacts(ReadCaseFacts port) {
            return new ReadCaseFactsWorker(port);
        }
    }
}
