package jp.kasane.task;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.notification.Notices;
import jp.kasane.outbox.OrderSuperseded;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.PersistSubmission;
import jp.kasane.worker.PersistSubmissionWorker;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The gate behind every user task (DESIGN §8.4). A task completed elsewhere brings no submission of its own: nothing was
 * recorded, so the case is seated again and the same step opens once more.
 */
@Component
class SubmissionGate implements PersistSubmission {

    private final Submissions submissions;
    private final Cases cases;
    private final Streams streams;
    private final EngineOrders engine;
    private final Notices notices;
    private final SystemActor system;
    private final JdbcClient jdbc;
    private final Clock clock;

    SubmissionGate(
            Submissions submissions,
            Cases cases,
            Streams streams,
            EngineOrders engine,
            Notices notices,
            SystemActor system,
            JdbcClient jdbc,
            Clock clock) {
        this.submissions = submissions;
        this.cases = cases;
        this.streams = streams;
        this.engine = engine;
        this.notices = notices;
        this.system = system;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Override
    public Map<String, Object> persist(JobContext job, String step, String submissionId) {
        Optional<Map<String, Object>> facts = system.inTransaction(() -> {
            var epoch = jdbc.sql("select epoch from engine.epoch where current")
                    .query(UUID.class)
                    .single();
            var gate = Ids.parse(submissionId)
                    .flatMap(submissions::find)
                    .filter(found -> belongsHere(found, job, step, epoch));
            if (gate.isEmpty()) {
                reopen(job, step);
                return Optional.empty();
            }
            var result = new HashMap<>(submissions.pass(gate.get(), epoch, job.elementInstanceKey()));
            Ids.parse(job.caseId()).flatMap(cases::find).ifPresent(file -> {
                result.put("phase", file.phase());
                result.put("step", file.step());
            });
            return Optional.of(result);
        });
        return facts.orElseThrow(() -> new UnknownReference("「" + step + "」が Kasane の外で完了されました。同じ作業をもう一度開きます。"));
    }

    /** A loop comes by the same step again: each submission passes exactly one gate, however often that gate's job runs. */
    private static boolean belongsHere(Submissions.Gate gate, JobContext job, String step, UUID epoch) {
        return gate.submission().step().equals(step)
                && Long.valueOf(job.processInstanceKey()).equals(gate.processInstanceKey())
                && (gate.gateKey() == null
                        || gate.gateKey() == job.elementInstanceKey() && epoch.equals(gate.gateEpoch()));
    }

    private void reopen(JobContext job, String step) {
        var stream = Ids.parse(job.streamId()).orElseThrow(() -> new UnknownReference("この作業のケースが分かりません。"));
        streams.lock(stream);
        boolean seen = jdbc.sql(
                                """
                        select count(*) from kasane.case_event
                        where stream_id = :stream and kind = 'step.completed-elsewhere' and refs ->> 'job' = :job
                        """)
                        .param("stream", stream)
                        .param("job", Long.toString(job.elementInstanceKey()))
                        .query(Long.class)
                        .single()
                > 0;
        if (!seen) {
            streams.appendOfUnknown(
                    stream,
                    CaseEvent.now(
                            "step.completed-elsewhere",
                            clock.instant(),
                            Map.of("step", step, "job", Long.toString(job.elementInstanceKey()))));
            engine.reseat(stream);
        }
    }

    /** The engine had moved on before a submission reached it: what was recorded stays, and the submitter is told. */
    @EventListener
    void on(OrderSuperseded event) {
        if (!event.order().kind().equals("complete-task")) {
            return;
        }
        Ids.parse(event.order().payload().get("submissionId").asText())
                .flatMap(submissions::find)
                .ifPresent(gate -> {
                    var submission = gate.submission();
                    streams.lock(submission.streamId());
                    streams.append(
                            submission.streamId(),
                            new CaseEvent(
                                    "submission.superseded",
                                    clock.instant(),
                                    null,
                                    submission.taskId(),
                                    submission.id(),
                                    Map.of()));
                    notices.tell(
                            java.util.List.of(submission.submittedBy()),
                            "submission-superseded",
                            "superseded:" + submission.id(),
                            new Notices.About(
                                    submission.caseId(),
                                    submission.consultationId(),
                                    null,
                                    submission.taskId(),
                                    submission.matterId()));
                });
    }

    @Configuration
    static class Workers {
        @Bean
        PersistSubmissionWorker persistSubmission(PersistSubmission port) {
            return new PersistSubmissionWorker(port);
        }
    }
}
