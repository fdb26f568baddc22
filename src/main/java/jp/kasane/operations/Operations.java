package jp.kasane.operations;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.engine.Incidents;
import jp.kasane.engine.Projections;
import jp.kasane.engine.RefusedModels;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.MailAddresses;
import jp.kasane.notification.Webhooks;
import jp.kasane.outbox.Outbox;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** What stands still, and the few things an administrator does about it. Each of those is noted with who did it. */
@Component
public class Operations {

    static final int MOST = 50;

    /** Given up orders are shown for two weeks. */
    private static final Duration GIVEN_UP = Duration.ofDays(14);

    private static final Pattern EXCEPTION = Pattern.compile("\\b[A-Z][\\w$]*(?:Exception|Error)\\b");
    /** A stack trace, or something a database said. */
    private static final Pattern MAY_QUOTE =
            Pattern.compile("(?m)^\\s*at [\\w.$/]+\\(|SQL|Jdbc|Data\\w*Exception|(?i:failing row|detail:)");

    private final JdbcClient jdbc;
    private final Clock clock;
    private final TransactionTemplate transaction;
    private final SystemActor system;
    private final Incidents incidents;
    private final Outbox outbox;
    private final MailAddresses mails;
    private final Webhooks webhooks;
    private final Cases cases;
    private final Streams streams;
    private final EngineOrders engine;
    private final Projections projections;
    private final RefusedModels refusedModels;
    private final ObjectProvider<HealthEndpoint> health;
    private final OperationsSettings settings;

    Operations(
            JdbcClient jdbc,
            Clock clock,
            TransactionTemplate transaction,
            SystemActor system,
            Incidents incidents,
            Outbox outbox,
            MailAddresses mails,
            Webhooks webhooks,
            Cases cases,
            Streams streams,
            EngineOrders engine,
            Projections projections,
            RefusedModels refusedModels,
            ObjectProvider<HealthEndpoint> health,
            OperationsSettings settings) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.transaction = transaction;
        this.system = system;
        this.incidents = incidents;
        this.outbox = outbox;
        this.mails = mails;
        this.webhooks = webhooks;
        this.cases = cases;
        this.streams = streams;
        this.engine = engine;
        this.projections = projections;
        this.refusedModels = refusedModels;
        this.health = health;
        this.settings = settings;
    }

    /** @throws Refusal.Forbidden to everybody but administrators and auditors */
    public Standstill now() {
        var actor = Acting.required();
        if (!actor.has("admin") && !actor.has("auditor")) {
            throw new Refusal.Forbidden("運用のページは、管理者と監査の人だけが見られます。");
        }
        var engineNow = engine();
        return transaction.execute(status -> look(clock.instant(), engineNow));
    }

    private Standstill look(Instant now, Standstill.Engine engineNow) {
        var stopped = incidents.open(MOST).stream()
                .map(each -> new Standstill.StoppedAt(
                        each.key(),
                        each.errorType(),
                        harmless(each.errorMessage()),
                        each.processId(),
                        each.elementId(),
                        each.elementName(),
                        each.caseId() != null ? each.caseId() : each.consultationId(),
                        each.caseId(),
                        number(each.caseId()),
                        each.createdAt(),
                        each.retryAsked()))
                .toList();
        var jobs = incidents.stuckJobs(now.minus(settings.jobAfter()), MOST).stream()
                .map(each -> new Standstill.StuckJob(
                        each.processId(),
                        each.elementId(),
                        each.elementName(),
                        each.heard(),
                        each.caseId() != null ? each.caseId() : each.consultationId(),
                        each.caseId(),
                        number(each.caseId()),
                        each.since()))
                .toList();
        var orders = new ArrayList<Standstill.StuckOrder>();
        outbox.stuck(settings.stuckAttempts(), now.minus(settings.stuckAfter()), MOST)
                .forEach(order -> orders.add(order(order)));
        var givenUp = outbox.givenUp(now.minus(GIVEN_UP), 10 * MOST).stream()
                .collect(Collectors.groupingBy(Outbox.Waiting::kind));
        // An incident that could not be tried again still stands above; a mail stands with its reader.
        givenUp.forEach((kind, each) -> {
            if (!List.of("mail", "webhook", "retry-incident").contains(kind)) {
                each.forEach(order -> orders.add(order(order)));
            }
        });
        int calls = givenUp.getOrDefault("webhook", List.of()).size();
        var rejected = rejected();
        var failing = failing();
        var models = notTaken();
        var exporter = exporter(now);
        int count = stopped.size()
                + jobs.size()
                + orders.size()
                + rejected.size()
                + failing.size()
                + models.size()
                + (calls > 0 ? 1 : 0)
                + (exporter.lagging() ? 1 : 0)
                + (engineNow.ready() ? 0 : 1);
        return new Standstill(
                now, count, stopped, orders, jobs, rejected, failing, models, calls, exporter, engineNow, lately());
    }

    private Standstill.StuckOrder order(Outbox.Waiting order) {
        var number = number(order.streamId());
        return new Standstill.StuckOrder(
                order.id(),
                order.kind(),
                order.streamId(),
                number == null ? null : order.streamId(),
                number,
                order.createdAt(),
                order.attempts(),
                order.nextAttemptAt(),
                order.givenUpAt() != null,
                harmless(order.error()));
    }

    private String number(UUID caseId) {
        return caseId == null
                ? null
                : jdbc.sql("select kasane.case_number(:case)")
                        .param("case", caseId)
                        .query((row, n) -> Optional.ofNullable(row.getString(1)))
                        .single()
                        .orElse(null);
    }

    /**
     * A message of the database may quote a row, and a stack trace such a message: of those only the names of the exceptions stay.
     * What the engine says by itself names ids, variables and types.
     */
    static String harmless(String message) {
        if (message == null || message.isBlank()) {
            return null;
        }
        if (MAY_QUOTE.matcher(message).find()) {
            return EXCEPTION
                    .matcher(message)
                    .results()
                    .map(java.util.regex.MatchResult::group)
                    .distinct()
                    .limit(5)
                    .collect(Collectors.joining(" ← "));
        }
        return message.length() > 1000 ? message.substring(0, 1000) + "…" : message;
    }

    private List<Standstill.RejectedRecord> rejected() {
        return jdbc.sql(
                        """
                        select r.epoch, r.partition_id as partition, r.position, r.at, r.value_type, r.intent, r.sqlstate as sql_state, r.rejected_at
                        from engine.record_rejected r
                        where not exists (select from kasane.rejected_record_seen s
                                          where s.epoch = r.epoch and s.partition_id = r.partition_id and s.position = r.position)
                        order by r.rejected_at limit :most
                        """)
                .param("most", MOST)
                .query(Standstill.RejectedRecord.class)
                .list();
    }

    private List<Standstill.FailingMail> failing() {
        return jdbc.sql("select * from kasane.failing_mail()")
                .query(Standstill.FailingMail.class)
                .list();
    }

    private List<Standstill.NotTaken> notTaken() {
        return refusedModels.now().stream()
                .map(one -> new Standstill.NotTaken(
                        one.id(),
                        one.instead().name().toLowerCase(Locale.ROOT),
                        one.version(),
                        harmless(one.message()),
                        one.since()))
                .toList();
    }

    Standstill.Exporter exporter(Instant now) {
        record Reached(Instant updatedAt, long position) {}
        return jdbc.sql(
                        """
                        select p.updated_at, p.position from engine.exporter_position p join engine.epoch e on e.epoch = p.epoch and e.current
                        order by p.updated_at desc limit 1
                        """)
                .query(Reached.class)
                .optional()
                .map(reached -> {
                    var ago = Duration.between(reached.updatedAt(), now);
                    return new Standstill.Exporter(
                            reached.updatedAt(),
                            reached.position(),
                            Math.max(0, ago.toSeconds()),
                            ago.compareTo(settings.lagAfter()) > 0);
                })
                .orElse(new Standstill.Exporter(null, 0, 0, true));
    }

    private Standstill.Engine engine() {
        var endpoint = health.getIfAvailable();
        var component = endpoint == null ? null : endpoint.healthForPath("engine");
        if (component == null || component.getStatus() == Status.UP) {
            return new Standstill.Engine(true, null);
        }
        var reason = component instanceof org.springframework.boot.actuate.health.Health details
                ? String.valueOf(details.getDetails()
                        .getOrDefault("reason", component.getStatus().getCode()))
                : component.getStatus().getCode();
        return new Standstill.Engine(false, reason);
    }

    private List<Standstill.Operation> lately() {
        return jdbc.sql(
                        """
                        select o.at, u.login, o.kind, o.target from kasane.operation o join kasane.app_user u on u.id = o.actor_id
                        order by o.at desc limit 10
                        """)
                .query(Standstill.Operation.class)
                .list();
    }

    // ── what an administrator does ─────────────────────────────────────────────────────────────────────────────────

    /** Lets the engine try again where it stopped. */
    public void retryIncident(long key) {
        requireAdministrator();
        transaction.executeWithoutResult(status -> {
            incidents.tryAgain(key).orElseThrow(() -> new Refusal.NotFound("止まった箇所"));
            note("retry-incident", Long.toString(key));
        });
    }

    /** Lets an order of the outbox be tried now. */
    public void retryOrder(long id) {
        requireAdministrator();
        transaction.executeWithoutResult(status -> {
            if (!outbox.tryAgain(id)) {
                throw new Refusal.NotFound("待っている指示");
            }
            note("retry-order", Long.toString(id));
        });
    }

    /** Sends a person once more what was given up. */
    public int sendAgain(UUID user) {
        requireAdministrator();
        return transaction.execute(status -> {
            note("send-again", user.toString());
            return mails.sendAgain(user);
        });
    }

    public int callAgain() {
        requireAdministrator();
        return transaction.execute(status -> {
            note("call-again", "webhook");
            return webhooks.callAgain();
        });
    }

    /**
     * Starts a case, or a consultation, again where it stands. The administrator does not see it: the system does it, and who asked is
     * noted here.
     */
    public void reseat(UUID streamId, String reason) {
        requireAdministrator();
        if (reason == null || reason.isBlank()) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("reason", "理由", "を入力してください。")));
        }
        var kind = system.inTransaction(() -> jdbc.sql("select kind from kasane.stream where id = :id")
                .param("id", streamId)
                .query(String.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("ケース")));
        transaction.executeWithoutResult(status -> note("re-seat", streamId.toString()));
        system.inTransaction(() -> {
            if (kind.equals("case")) {
                cases.reseat(streamId, reason);
            } else {
                streams.lock(streamId);
                streams.append(streamId, CaseEvent.now("case.re-seated", clock.instant(), Map.of("reason", reason)));
                engine.reseat(streamId);
            }
        });
    }

    /** Takes a rejected record off the page: somebody has seen to it. */
    public void acknowledge(UUID epoch, int partition, long position) {
        requireAdministrator();
        transaction.executeWithoutResult(status -> {
            int seen = jdbc.sql(
                            """
                            insert into kasane.rejected_record_seen (epoch, partition_id, position, municipality_id, seen_by, seen_at)
                            select r.epoch, r.partition_id, r.position, kasane.my_municipality(), kasane.acting_user(), :now
                            from engine.record_rejected r where r.epoch = :epoch and r.partition_id = :partition and r.position = :position
                            on conflict do nothing
                            """)
                    .param("epoch", epoch)
                    .param("partition", partition)
                    .param("position", position)
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            if (seen == 0) {
                throw new Refusal.NotFound("記録");
            }
            note("acknowledge", partition + ":" + position);
        });
    }

    /** Makes the projections again from the records. */
    public void rebuild() {
        requireAdministrator();
        projections.rebuild();
        transaction.executeWithoutResult(status -> note("rebuild", "projections"));
    }

    private void note(String kind, String target) {
        jdbc.sql(
                        """
                        insert into kasane.operation (id, municipality_id, actor_id, kind, target, at)
                        values (:id, kasane.my_municipality(), kasane.acting_user(), :kind, :target, :now)
                        """)
                .param("id", Ids.next())
                .param("kind", kind)
                .param("target", target)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    private static void requireAdministrator() {
        if (!Acting.required().has("admin")) {
            throw new Refusal.Forbidden("管理者だけができます。");
        }
    }
}
