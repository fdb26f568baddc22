package jp.kasane.meeting;

import java.util.Map;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.worker.AssignSitting;
import jp.kasane.worker.AssignSittingWorker;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

/** The cut-off of a case's sitting has come while nobody has convened its meeting. */
@Component
class CutoffReached implements AssignSitting {

    private final Sittings sittings;
    private final Meetings meetings;
    private final Cases cases;
    private final Streams streams;
    private final SystemActor system;

    CutoffReached(Sittings sittings, Meetings meetings, Cases cases, Streams streams, SystemActor system) {
        this.sittings = sittings;
        this.meetings = meetings;
        this.cases = cases;
        this.streams = streams;
        this.system = system;
    }

    @Override
    public Map<String, Object> assign(JobContext job) {
        var caseId = Ids.parse(job.caseId()).orElseThrow(() -> new UnknownReference("会議のケースがありません。"));
        return system.inTransaction(() -> {
            cases.find(caseId).orElseThrow(() -> new UnknownReference("このケースはデータベースにありません。"));
            streams.lock(caseId);
            return sittings.assign(caseId, meetings.typeFor(caseId))
                    .map(again -> Map.<String, Object>of("route", "waiting", "sittingCheckAt", again.toString()))
                    .orElse(Map.of("route", "convened"));
        });
    }

    @Configuration
    static class Workers {
        @Bean
        AssignSittingWorker assignSitting(AssignSitting port) {
            return new AssignSittingWorker(port);
        }
    }
}
