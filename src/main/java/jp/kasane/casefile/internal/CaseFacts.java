package jp.kasane.casefile.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
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
    private final Streams streams;
    private final List<ProcessFacts> processes;
    private final SystemActor system;

    CaseFacts(Cases cases, Streams streams, List<ProcessFacts> processes, SystemActor system) {
        this.cases = cases;
        this.streams = streams;
        this.processes = processes;
        this.system = system;
    }

    @Override
    public Map<String, Object> facts(JobContext job) {
        return system.inTransaction(() -> {
            var facts = new HashMap<String, Object>();
            var stream = job.caseId() == null ? stream(job) : theCase(job, facts);
            processes.stream()
                    .filter(process -> process.processId().equals(job.processId()))
                    .forEach(process -> facts.putAll(process.facts(stream, job.instanceKey())));
            return facts;
        });
    }

    private UUID theCase(JobContext job, Map<String, Object> facts) {
        var file = Ids.parse(job.caseId())
                .flatMap(cases::find)
                .orElseThrow(() -> new UnknownReference("このケースはデータベースにありません。"));
        facts.put("phase", file.phase());
        facts.put("step", file.step());
        return file.id();
    }

    private UUID stream(JobContext job) {
        return Ids.parse(job.streamId())
                .filter(streams::exists)
                .orElseThrow(() -> new UnknownReference("この相談や案件はデータベースにありません。"));
    }

    @Configuration
    static class Workers {
        @Bean
        ReadCaseFactsWorker readCaseFacts(ReadCaseFacts port) {
            return new ReadCaseFactsWorker(port);
        }
    }
}
