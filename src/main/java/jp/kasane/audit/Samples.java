package jp.kasane.audit;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Random samples as work lists. Which cases are drawn follows from the seed alone: those with the smallest SHA-256 of seed and id, so that
 * whoever doubts a sample draws it again.
 */
@Component
@Transactional(readOnly = true)
public class Samples {

    /** Cases of one sample at most. */
    public static final int MOST = 100;

    private static final int LONGEST_NOTE = 8_000;

    /** @param cases how many there were to draw from */
    public record Sample(
            UUID id,
            long seed,
            LocalDate fromOn,
            LocalDate toOn,
            int cases,
            int drawn,
            int checked,
            Instant drawnAt,
            String drawnBy) {}

    public record Drawn(
            int position, UUID caseId, String number, String phase, String note, Instant checkedAt, String checkedBy) {}

    private final JdbcClient jdbc;
    private final Clock clock;

    Samples(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    public List<Sample> all() {
        mayLook();
        return samples("true", null);
    }

    /** @throws Refusal.NotFound if there is no such sample */
    public Sample one(UUID id) {
        mayLook();
        return samples("s.id = :id", id).stream().findFirst().orElseThrow(() -> new Refusal.NotFound("標本"));
    }

    private List<Sample> samples(String where, UUID id) {
        return jdbc.sql(
                        """
                        select s.id, s.seed, s.from_on, s.to_on, s.cases, s.drawn_at, u.display_name as drawn_by,
                               (select count(*)::int from audit.sample_case c where c.sample_id = s.id) as drawn,
                               (select count(*)::int from audit.sample_case c where c.sample_id = s.id and c.checked_at is not null) as checked
                        from audit.sample s join kasane.app_user u on u.id = s.drawn_by where %s order by s.drawn_at desc limit 100
                        """
                                .formatted(where))
                .param("id", id)
                .query(Sample.class)
                .list();
    }

    public List<Drawn> cases(UUID sample) {
        mayLook();
        return jdbc.sql(
                        """
                        select c.position, c.case_id, f.number, f.phase, c.note, c.checked_at, u.display_name as checked_by
                        from audit.sample_case c join kasane.case_file f on f.id = c.case_id left join kasane.app_user u on u.id = c.checked_by
                        where c.sample_id = :id order by c.position
                        """)
                .param("id", sample)
                .query(Drawn.class)
                .list();
    }

    /**
     * Draws from the cases to which anything happened in these days.
     *
     * @param size 1 to {@value #MOST}; fewer where there are fewer
     * @return the sample's id
     * @throws Refusal.Invalid for a size or days that are none, or where there is nothing to draw from
     */
    @Transactional
    public UUID draw(long seed, LocalDate from, LocalDate to, int size) {
        mayLook();
        if (size < 1 || size > MOST) {
            throw refused("size", "件数", "は 1 から " + MOST + " までの数で入力してください。");
        }
        if (to.isBefore(from)) {
            throw refused("to", "いつまで", "は「いつから」より後の日にしてください。");
        }
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into audit.sample (id, municipality_id, seed, from_on, to_on, cases, drawn_at, drawn_by)
                        select :id, kasane.my_municipality(), :seed, :from, :to, (
                            select count(distinct e.case_id) from kasane.case_event e where e.recorded_at >= :first and e.recorded_at < :end), :now, :me
                        """)
                .param("id", id)
                .param("seed", seed)
                .param("from", from)
                .param("to", to)
                .param("first", Timestamp.from(JapaneseTime.beginningOf(from)))
                .param("end", Timestamp.from(JapaneseTime.beginningOf(to.plusDays(1))))
                .param("now", Timestamp.from(clock.instant()))
                .param("me", Acting.required().id())
                .update();
        int drawn = jdbc.sql(
                        """
                        insert into audit.sample_case (sample_id, municipality_id, position, case_id)
                        select :id, kasane.my_municipality(), row_number() over (order by c.lot), c.case_id
                        from (select x.case_id, sha256(convert_to(:seed || ':' || x.case_id, 'UTF8')) as lot
                              from (select distinct e.case_id from kasane.case_event e
                                    where e.case_id is not null and e.recorded_at >= :first and e.recorded_at < :end) x
                              order by lot limit :size) c
                        """)
                .param("id", id)
                .param("seed", Long.toString(seed))
                .param("first", Timestamp.from(JapaneseTime.beginningOf(from)))
                .param("end", Timestamp.from(JapaneseTime.beginningOf(to.plusDays(1))))
                .param("size", size)
                .update();
        if (drawn == 0) {
            throw refused("from", "いつから", "からの間に、動きのあったケースがありません。");
        }
        return id;
    }

    /**
     * Ticks a case off, or opens it again.
     *
     * @param note up to 8,000 characters, or null
     * @throws Refusal.NotFound if the case is not in the sample
     */
    @Transactional
    public void check(UUID sample, UUID caseId, boolean checked, String note) {
        mayLook();
        var kept = note == null || note.isBlank() ? null : note.strip();
        if (kept != null && kept.length() > LONGEST_NOTE) {
            throw refused("note", "所見", "は 8,000 文字までで入力してください。");
        }
        int changed = jdbc.sql(
                        """
                        update audit.sample_case set note = :note, checked_at = case when :checked then :now::timestamptz end,
                            checked_by = case when :checked then :me::uuid end
                        where sample_id = :sample and case_id = :case
                        """)
                .param("note", kept)
                .param("checked", checked)
                .param("now", Timestamp.from(clock.instant()))
                .param("me", Acting.required().id())
                .param("sample", sample)
                .param("case", caseId)
                .update();
        if (changed == 0) {
            throw new Refusal.NotFound("標本のケース");
        }
    }

    private static Refusal.Invalid refused(String field, String label, String message) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError(field, label, message)));
    }

    private static void mayLook() {
        if (!Acting.required().has("auditor")) {
            throw new Refusal.Forbidden("標本を扱えるのは、監査担当者だけです。");
        }
    }
}
