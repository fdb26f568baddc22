package jp.kasane.decision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.decision.internal.Tables;
import jp.kasane.foundation.Ids;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.RecordDecision;
import jp.kasane.worker.RecordDecisionWorker;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What the tables said, as far as the acting user may see what it is about. */
@Component
public class Decisions implements RecordDecision {

    /** Whatever a diagram hands over by mistake: a sentence or a name is no code and is not kept. */
    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Tables tables;
    private final Streams streams;
    private final List<DecisionEffect> effects;
    private final SystemActor system;
    private final Clock clock;

    Decisions(
            JdbcClient jdbc,
            ObjectMapper json,
            Tables tables,
            Streams streams,
            List<DecisionEffect> effects,
            SystemActor system,
            Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.tables = tables;
        this.streams = streams;
        this.effects = effects;
        this.system = system;
        this.clock = clock;
    }

    /** What the table said last. */
    @Transactional(readOnly = true)
    public Optional<Decided> latest(UUID streamId, String decision) {
        return jdbc.sql(
                        """
                        select decision, given::text as given, gives::text as gives, made_at from kasane.decision
                        where stream_id = :stream and decision = :decision order by made_at desc, id desc limit 1
                        """)
                .param("stream", streamId)
                .param("decision", decision)
                .query(this::read)
                .optional();
    }

    @Override
    public void record(JobContext job, String decision, Map<String, Object> variables) {
        var table = tables.named(decision).orElseThrow(() -> new UnknownReference("決定表「" + decision + "」はありません。"));
        var stream = Ids.parse(job.streamId()).orElseThrow(() -> new UnknownReference("決定の対象がありません。"));
        system.inTransaction(() -> {
            if (!streams.exists(stream)) {
                throw new UnknownReference("決定の対象がデータベースにありません。");
            }
            streams.lock(stream);
            var decided = new Decided(
                    decision, codes(variables, table.inputs()), codes(variables, table.outputs()), clock.instant());
            var before = latest(stream, decision);
            if (!keep(stream, decided, job.elementInstanceKey())) {
                return;
            }
            if (before.filter(was -> was.gives().equals(decided.gives())).isEmpty()) {
                var refs = new TreeMap<>(decided.gives());
                refs.put("decision", decision);
                streams.append(stream, CaseEvent.now("decision.made", clock.instant(), refs));
            }
            effects.stream()
                    .filter(effect -> effect.decision().equals(decision))
                    .forEach(effect -> effect.decided(stream, decided));
        });
    }

    /** @return false where this very job was done before */
    private boolean keep(UUID stream, Decided decided, long elementKey) {
        return jdbc.sql(
                                """
                        insert into kasane.decision (id, municipality_id, stream_id, decision, given, gives, made_at, epoch, element_key)
                        select :id, s.municipality_id, s.id, :decision, :given::jsonb, :gives::jsonb, :now, e.epoch, :key
                        from kasane.stream s, engine.epoch e where s.id = :stream and e.current
                        on conflict (epoch, element_key, decision) do nothing
                        """)
                        .param("id", Ids.next())
                        .param("stream", stream)
                        .param("decision", decided.decision())
                        .param("given", write(decided.given()))
                        .param("gives", write(decided.gives()))
                        .param("now", Timestamp.from(decided.madeAt()))
                        .param("key", elementKey)
                        .update()
                > 0;
    }

    private static Map<String, Object> codes(Map<String, Object> variables, List<String> names) {
        var codes = new TreeMap<String, Object>();
        for (var name : names) {
            if (isCode(variables.get(name))) {
                codes.put(name, variables.get(name));
            }
        }
        return codes;
    }

    private static boolean isCode(Object value) {
        return switch (value) {
            case null -> false;
            case Boolean yesOrNo -> true;
            case String text -> CODE.matcher(text).matches();
            case List<?> several -> several.stream().allMatch(Decisions::isCode);
            default -> false;
        };
    }

    private Decided read(ResultSet row, int n) throws SQLException {
        return new Decided(
                row.getString("decision"),
                map(row.getString("given")),
                map(row.getString("gives")),
                row.getTimestamp("made_at").toInstant());
    }

    private Map<String, Object> map(String text) {
        try {
            return json.readValue(text, new TypeReference<TreeMap<String, Object>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A decision is not JSON", e);
        }
    }

    private String write(Map<String, Object> codes) {
        try {
            return json.writeValueAsString(codes);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Codes cannot be written as JSON", e);
        }
    }

    @Configuration
    static class Workers {
        @Bean
        RecordDecisionWorker recordDecision(RecordDecision port) {
            return new RecordDecisionWorker(port);
        }
    }
}
