package jp.kasane.assessment;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * ９マスシート: the issue in the middle, the person's strengths and the resources around it (002, L5795-5807). Nobody is obliged to it;
 * whoever works on the case may write it anew at any time, as a new version.
 */
@Component
@Transactional
public class StrengthSheets implements FreeForm, CaseSection {

    /** Fields of the form around its centre, row by row. */
    public static final List<String> CELLS =
            List.of("topLeft", "top", "topRight", "left", "right", "bottomLeft", "bottom", "bottomRight");

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Clock clock;

    StrengthSheets(JdbcClient jdbc, Cases cases, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.clock = clock;
    }

    public record Sheet(
            UUID id, int version, String centre, List<String> cells, Instant recordedAt, String recordedBy) {}

    @Override
    public Set<String> roles() {
        return Set.of("coordinator", "member", "manager");
    }

    @Override
    public String formId() {
        return "strength-sheet";
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var prefill = new HashMap<String, Object>();
        of(caseId).stream().findFirst().ifPresent(latest -> {
            prefill.put("centre", latest.centre());
            for (int i = 0; i < CELLS.size(); i++) {
                prefill.put(CELLS.get(i), latest.cells().get(i));
            }
        });
        return prefill;
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        jdbc.sql(
                        """
                        insert into kasane.strength_sheet (id, municipality_id, case_id, submission_id, version, centre, cells, recorded_at, recorded_by)
                        values (:id, kasane.my_municipality(), :case, :submission,
                            (select coalesce(max(version), 0) + 1 from kasane.strength_sheet where case_id = :case), :centre, :cells, :recorded, :by)
                        """)
                .param("id", Ids.next())
                .param("case", s.caseId())
                .param("submission", s.id())
                .param("centre", s.text("centre"))
                .param("cells", cells(s))
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
        if (ofTheStep(s)) {
            cases.moveTo(s.caseId(), "assessment", "assess");
        }
        return Map.of();
    }

    @Override
    public boolean correct(Recorded before, Submission after) {
        jdbc.sql(
                        "update kasane.strength_sheet set centre = :centre, cells = :cells, submission_id = :after where submission_id = :before")
                .param("before", before.id())
                .param("after", after.id())
                .param("centre", after.text("centre"))
                .param("cells", cells(after))
                .update();
        return false;
    }

    @Override
    public void withdraw(Recorded before) {
        jdbc.sql("update kasane.strength_sheet set voided_at = :now where submission_id = :id")
                .param("id", before.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    @Override
    public Optional<Place> place(Recorded before) {
        return ofTheStep(before.submission()) ? Optional.of(new Place("assessment", "strengths")) : Optional.empty();
    }

    /** Not written in between: then the case stays where it is. A correction keeps the step and not the task. */
    private boolean ofTheStep(Submission s) {
        return !s.step().equals(formId());
    }

    private static String[] cells(Submission s) {
        return CELLS.stream()
                .map(cell -> s.text(cell) == null ? "" : s.text(cell))
                .toArray(String[]::new);
    }

    @Override
    public String key() {
        return "strengthSheets";
    }

    @Override
    public int order() {
        return 31;
    }

    @Override
    @Transactional(readOnly = true)
    public List<Sheet> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select s.id, s.version, s.centre, s.cells, s.recorded_at, u.display_name as recorded_by
                        from kasane.strength_sheet s left join kasane.app_user u on u.id = s.recorded_by
                        where s.case_id = :id and s.voided_at is null order by s.version desc
                        """)
                .param("id", caseId)
                .query((row, n) -> new Sheet(
                        row.getObject("id", UUID.class),
                        row.getInt("version"),
                        row.getString("centre"),
                        List.of((String[]) row.getArray("cells").getArray()),
                        row.getTimestamp("recorded_at").toInstant(),
                        row.getString("recorded_by")))
                .list();
    }
}
