package jp.kasane.erasure;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.document.Documents;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Erases closed cases. A manager proposes it, another one carries it out; who may is decided by the database
 * ({@code kasane.carry_out_erasure}). Says so on the page of the case.
 */
@Component
@Transactional
public class Erasures implements CaseSection {

    private static final String SELECT =
            """
            select e.id, e.stream_id as case_id, f.number, f.closed_at, e.basis, e.reference, e.status, p.display_name as proposed_by,
                   e.proposed_by = kasane.acting_user() as own, e.proposed_at, x.display_name as ended_by, e.ended_at,
                   (select coalesce(sum(v::bigint), 0) from jsonb_each_text(e.taken_out) t (k, v)) as taken_out
            from kasane.erasure e join kasane.case_file f on f.id = e.stream_id
            left join kasane.app_user p on p.id = e.proposed_by left join kasane.app_user x on x.id = e.ended_by
            """;

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Streams streams;
    private final Documents documents;
    private final ErasureSettings settings;
    private final Clock clock;

    Erasures(
            JdbcClient jdbc, Cases cases, Streams streams, Documents documents, ErasureSettings settings, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.streams = streams;
        this.documents = documents;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * @param status proposed, withdrawn or done
     * @param own whether the acting user proposed it, and so cannot carry it out
     * @param takenOut rows
     */
    public record Erasure(
            UUID id,
            UUID caseId,
            String number,
            Instant closedAt,
            String basis,
            String reference,
            String status,
            String proposedBy,
            boolean own,
            Instant proposedAt,
            String endedBy,
            Instant endedAt,
            long takenOut) {}

    /** @param keptUntil the day its time is over; null where nobody has said how long cases are kept */
    public record Closed(UUID id, String number, Instant closedAt, LocalDate keptUntil, boolean over) {}

    /** @param basis period or law; @param reference number and date of the decision, 1 to 200 characters */
    public record Proposal(UUID caseId, String basis, String reference) {}

    /** Closed cases that are neither erased nor proposed, the longest closed first, 200 at most. */
    @Transactional(readOnly = true)
    public List<Closed> closed() {
        mayLook();
        var today = JapaneseTime.dayOf(clock.instant());
        return jdbc.sql(
                        """
                        select f.id, f.number, f.closed_at from kasane.case_file f
                        where f.phase = 'closed'
                          and not exists (select from kasane.erasure e where e.stream_id = f.id and e.status <> 'withdrawn')
                        order by f.closed_at, f.number limit 200
                        """)
                .query((row, n) -> {
                    var closedAt = row.getTimestamp("closed_at").toInstant();
                    var until = keptUntil(closedAt);
                    return new Closed(
                            row.getObject("id", UUID.class),
                            row.getString("number"),
                            closedAt,
                            until,
                            until != null && !today.isBefore(until));
                })
                .list();
    }

    /** Proposals and what became of them, the newest first, 200 at most. */
    @Transactional(readOnly = true)
    public List<Erasure> all() {
        mayLook();
        return jdbc.sql(SELECT + " order by (e.status = 'proposed') desc, e.proposed_at desc limit 200")
                .query(Erasure.class)
                .list();
    }

    /** Years that cases are kept for, or null. */
    public Integer keepYears() {
        return settings.keepYears();
    }

    public boolean mayErase() {
        return Acting.required().has("manager");
    }

    private LocalDate keptUntil(Instant closedAt) {
        return settings.keepYears() == null
                ? null
                : JapaneseTime.dayOf(closedAt).plusYears(settings.keepYears()).plusDays(1);
    }

    /**
     * @throws Refusal.Invalid without a basis or what it rests on, or because of the period before it is over
     * @throws Refusal.Conflict for a case that is open, or is proposed or erased already
     * @throws Refusal.Forbidden for anybody but a manager
     */
    public UUID propose(Proposal proposal) {
        if (!mayErase()) {
            throw new Refusal.Forbidden("記録の消去は所管課の担当者が行います。");
        }
        var wrong = new ArrayList<Refusal.FieldError>();
        if (!List.of("period", "law").contains(proposal.basis() == null ? "" : proposal.basis())) {
            wrong.add(new Refusal.FieldError("basis", "根拠", "を選んでください。"));
        }
        var reference = proposal.reference() == null
                ? ""
                : proposal.reference().replace("\0", "").strip();
        if (reference.isEmpty() || reference.length() > 200) {
            wrong.add(new Refusal.FieldError("reference", "決裁の文書番号", "は 200 字までで入力してください。"));
        }
        if (proposal.caseId() == null) {
            wrong.add(new Refusal.FieldError("caseId", "ケース", "を選んでください。"));
        }
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(wrong);
        }
        streams.lock(proposal.caseId());
        var file = cases.required(proposal.caseId());
        // 見守り is not over: somebody looks again.
        if (!file.closed()) {
            throw new Refusal.Conflict("終結していないケースと、見守り中のケースは消去できません。");
        }
        if (jdbc.sql("select exists (select from kasane.erasure where stream_id = :id and status <> 'withdrawn')")
                .param("id", file.id())
                .query(Boolean.class)
                .single()) {
            throw new Refusal.Conflict("このケースの消去は、すでに起案されているか、済んでいます。");
        }
        if (proposal.basis().equals("period")) {
            var until = keptUntil(file.closedAt());
            if (until == null) {
                throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                        "basis", "根拠", "に保存期間の満了は選べません。保存年数が設定されていません（kasane.erasure.keep-years）。")));
            }
            if (JapaneseTime.dayOf(clock.instant()).isBefore(until)) {
                throw new Refusal.Invalid(
                        List.of(new Refusal.FieldError("basis", "根拠", "に保存期間の満了を選べるのは " + until + " からです。")));
            }
        }
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.erasure (id, municipality_id, stream_id, basis, reference, proposed_by, proposed_at)
                        values (:id, kasane.my_municipality(), :case, :basis, :reference, kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("case", file.id())
                .param("basis", proposal.basis())
                .param("reference", reference)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(file.id(), CaseEvent.now("case.erasure-proposed", clock.instant(), Map.of("erasureId", id)));
        return id;
    }

    /** @throws Refusal.Conflict once it is carried out or withdrawn */
    public void withdraw(UUID id) {
        var erasure = open(id);
        streams.lock(erasure.caseId());
        jdbc.sql(
                        """
                        update kasane.erasure set status = 'withdrawn', ended_by = kasane.acting_user(), ended_at = :now
                        where id = :id and status = 'proposed'
                        """)
                .param("id", id)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(
                erasure.caseId(), CaseEvent.now("case.erasure-withdrawn", clock.instant(), Map.of("erasureId", id)));
    }

    /**
     * Takes out what was said, for good. There is no way back but a backup.
     *
     * @param number of the case, typed once more by whoever carries it out
     * @throws Refusal.Invalid if the number is another one's
     * @throws Refusal.Forbidden for whoever proposed it
     * @throws Refusal.Conflict once it is carried out or withdrawn
     */
    public void carryOut(UUID id, String number) {
        var erasure = open(id);
        if (erasure.own()) {
            throw new Refusal.Forbidden("消去は、起案した人とは別の人が行います。");
        }
        if (number == null || !number.strip().equals(erasure.number())) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("number", "ケース番号", "が違います。消去するケースの番号を入力してください。")));
        }
        streams.lock(erasure.caseId());
        streams.append(erasure.caseId(), CaseEvent.now("case.erased", clock.instant(), Map.of("erasureId", id)));
        documents.forget(jdbc.sql("select * from kasane.carry_out_erasure(:id, :now)")
                .param("id", id)
                .param("now", Timestamp.from(clock.instant()))
                .query(UUID.class)
                .list());
    }

    private Erasure open(UUID id) {
        if (!mayErase()) {
            throw new Refusal.Forbidden("記録の消去は所管課の担当者が行います。");
        }
        var erasure = jdbc.sql(SELECT + " where e.id = :id")
                .param("id", id)
                .query(Erasure.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("消去の起案"));
        if (!erasure.status().equals("proposed")) {
            throw new Refusal.Conflict("この起案は、すでに" + (erasure.status().equals("done") ? "実施されて" : "取り下げられて") + "います。");
        }
        return erasure;
    }

    private static void mayLook() {
        var actor = Acting.required();
        if (!actor.has("manager") && !actor.has("auditor")) {
            throw new Refusal.Forbidden("記録の消去は所管課と監査の担当者だけが見られます。");
        }
    }

    @Override
    public String key() {
        return "erasure";
    }

    @Override
    public int order() {
        return 1;
    }

    /** That the case was erased or is about to be; null for all others. */
    @Override
    @Transactional(readOnly = true)
    public Erasure of(UUID caseId) {
        return jdbc.sql(SELECT + " where e.stream_id = :id and e.status <> 'withdrawn'")
                .param("id", caseId)
                .query(Erasure.class)
                .optional()
                .orElse(null);
    }
}
