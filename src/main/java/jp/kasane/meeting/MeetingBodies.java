package jp.kasane.meeting;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.calendar.BusinessCalendar;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** 会議体 as a setting of the municipality: its managers and administrators change them, and their sittings follow. */
@Component
@Transactional
public class MeetingBodies {

    private static final String SELECT =
            """
            select id, code, name, kinds, rhythm, every, counts_from, weekday, nths, months, starts, place, cutoff_days, cutoff_unit,
                   closed_day, quorum, held_without_cases, active, origin
            from kasane.meeting_body
            """;

    private final JdbcClient jdbc;
    private final SettingChanges changes;
    private final Sittings sittings;
    private final ApplicationEventPublisher events;

    MeetingBodies(JdbcClient jdbc, SettingChanges changes, Sittings sittings, ApplicationEventPublisher events) {
        this.events = events;
        this.jdbc = jdbc;
        this.changes = changes;
        this.sittings = sittings;
    }

    /** What was typed, as it was typed: numbers, dates and times are read here, so that a wrong one is answered at its field. */
    public record Entered(
            String code,
            String name,
            List<String> kinds,
            String rhythm,
            String every,
            String countsFrom,
            String weekday,
            List<Integer> nths,
            List<Integer> months,
            String starts,
            String place,
            String cutoffDays,
            String cutoffUnit,
            String closedDay,
            String quorum,
            boolean heldWithoutCases,
            boolean active) {

        public Entered {
            kinds = kinds == null ? List.of() : List.copyOf(kinds);
            nths = nths == null ? List.of() : List.copyOf(nths);
            months = months == null ? List.of() : List.copyOf(months);
        }

        /** The same for the body whose code stands in the address. */
        public Entered withCode(String code) {
            return new Entered(
                    code,
                    name,
                    kinds,
                    rhythm,
                    every,
                    countsFrom,
                    weekday,
                    nths,
                    months,
                    starts,
                    place,
                    cutoffDays,
                    cutoffUnit,
                    closedDay,
                    quorum,
                    heldWithoutCases,
                    active);
        }

        public static Entered of(MeetingBody body) {
            return new Entered(
                    body.code(),
                    body.name(),
                    body.kinds(),
                    body.rhythm(),
                    "" + body.every(),
                    Objects.toString(body.countsFrom(), ""),
                    Objects.toString(body.weekday(), ""),
                    body.nths(),
                    body.months(),
                    "" + body.starts(),
                    body.place(),
                    "" + body.cutoffDays(),
                    body.cutoffUnit(),
                    body.closedDay(),
                    Objects.toString(body.quorum(), ""),
                    body.heldWithoutCases(),
                    body.active());
        }

        /** For a new one: our first values. */
        public static Entered empty() {
            return new Entered(
                    "",
                    "",
                    List.of("support"),
                    "monthly",
                    "1",
                    "",
                    "3",
                    List.of(3),
                    List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
                    "14:00",
                    "",
                    "7",
                    "calendar",
                    "next",
                    "",
                    false,
                    true);
        }
    }

    @Transactional(readOnly = true)
    public List<MeetingBody> list() {
        return jdbc.sql(SELECT + " where municipality_id = :municipality order by not active, code")
                .param("municipality", municipality())
                .query(MeetingBodies::read)
                .list();
    }

    /** @throws Refusal.NotFound for a code nobody knows */
    @Transactional(readOnly = true)
    public MeetingBody one(String code) {
        return find(code).orElseThrow(() -> new Refusal.NotFound(changes.word("bodies.body")));
    }

    private Optional<MeetingBody> find(String code) {
        return jdbc.sql(SELECT + " where municipality_id = :municipality and code = :code")
                .param("municipality", municipality())
                .param("code", code)
                .query(MeetingBodies::read)
                .optional();
    }

    /**
     * Adds a body, or changes the one with the code; its planned sittings to which nobody has put a case follow.
     *
     * @param create whether the code is to be new
     * @throws Refusal.Forbidden for whoever is neither manager nor administrator
     * @throws Refusal.Invalid with a sentence per wrong field; nothing was changed
     */
    public MeetingBody save(Entered entered, boolean create) {
        changes.requireChanger();
        var before = create ? Optional.<MeetingBody>empty() : Optional.of(one(entered.code()));
        var after = checked(entered, create, before.map(MeetingBody::id).orElseGet(Ids::next));
        if (before.filter(after::equals).isPresent()) {
            return after;
        }
        jdbc.sql(
                        """
                        insert into kasane.meeting_body (id, municipality_id, code, name, kinds, rhythm, every, counts_from, weekday, nths, months,
                            starts, place, cutoff_days, cutoff_unit, closed_day, quorum, held_without_cases, active, origin)
                        values (:id, :municipality, :code, :name, :kinds, :rhythm, :every, :countsFrom, :weekday, :nths, :months,
                            :starts, :place, :cutoff, :unit, :closed, :quorum, :anyway, :active, 'municipality')
                        on conflict (id) do update set name = excluded.name, kinds = excluded.kinds, rhythm = excluded.rhythm,
                            every = excluded.every, counts_from = excluded.counts_from, weekday = excluded.weekday, nths = excluded.nths,
                            months = excluded.months, starts = excluded.starts, place = excluded.place, cutoff_days = excluded.cutoff_days,
                            cutoff_unit = excluded.cutoff_unit, closed_day = excluded.closed_day, quorum = excluded.quorum,
                            held_without_cases = excluded.held_without_cases, active = excluded.active, origin = 'municipality'
                        """)
                .param("id", after.id())
                .param("municipality", municipality())
                .param("code", after.code())
                .param("name", after.name())
                .param("kinds", after.kinds().toArray(String[]::new))
                .param("rhythm", after.rhythm())
                .param("every", after.every())
                .param("countsFrom", after.countsFrom(), java.sql.Types.DATE)
                .param("weekday", after.weekday(), java.sql.Types.INTEGER)
                .param("nths", after.nths().toArray(Integer[]::new))
                .param("months", after.months().toArray(Integer[]::new))
                .param("starts", after.starts())
                .param("place", after.place())
                .param("cutoff", after.cutoffDays())
                .param("unit", after.cutoffUnit())
                .param("closed", after.closedDay())
                .param("quorum", after.quorum(), java.sql.Types.INTEGER)
                .param("anyway", after.heldWithoutCases())
                .param("active", after.active())
                .update();
        changes.note("meeting-body", after.code(), before.orElse(null), after);
        sittings.replan(municipality());
        events.publishEvent(new BodiesChanged(municipality()));
        return after;
    }

    static MeetingBody read(ResultSet row, int n) throws SQLException {
        return new MeetingBody(
                row.getObject("id", UUID.class),
                row.getString("code"),
                row.getString("name"),
                List.of((String[]) row.getArray("kinds").getArray()),
                row.getString("rhythm"),
                row.getInt("every"),
                row.getObject("counts_from", LocalDate.class),
                (Integer) row.getObject("weekday"),
                List.of((Integer[]) row.getArray("nths").getArray()),
                List.of((Integer[]) row.getArray("months").getArray()),
                row.getObject("starts", LocalTime.class),
                row.getString("place"),
                row.getInt("cutoff_days"),
                row.getString("cutoff_unit"),
                row.getString("closed_day"),
                (Integer) row.getObject("quorum"),
                row.getBoolean("held_without_cases"),
                row.getBoolean("active"),
                row.getString("origin"));
    }

    // ── what was typed ─────────────────────────────────────────────────────────────────────────────────────────────

    private MeetingBody checked(Entered entered, boolean create, UUID id) {
        var errors = new ArrayList<Refusal.FieldError>();
        var code = typed(entered.code());
        if (!code.matches("[a-z0-9][a-z0-9-]{0,39}")) {
            errors.add(error("code", "bodies.error.code"));
        } else if (create && find(code).isPresent()) {
            errors.add(error("code", "bodies.error.codeTaken"));
        }
        var name = entered.name() == null ? "" : entered.name().strip();
        if (name.isEmpty() || name.length() > 60) {
            errors.add(error("name", "bodies.error.name"));
        }
        var place = entered.place() == null ? "" : entered.place().strip();
        if (place.length() > 200) {
            errors.add(error("place", "bodies.error.place"));
        }
        var kinds = new TreeSet<>(entered.kinds());
        if (kinds.isEmpty()
                || !Set.of("support", "coordination", "network", "policy").containsAll(kinds)) {
            errors.add(error("kinds", "bodies.error.kinds"));
        }
        var rhythm = one(entered.rhythm(), "rhythm", errors, "adhoc", "weekly", "monthly");
        boolean regular = !"adhoc".equals(rhythm);
        var every = regular ? number(entered.every(), "every", 1, 52, errors) : Integer.valueOf(1);
        var weekday = regular ? number(entered.weekday(), "weekday", 1, 7, errors) : null;
        var nths = new TreeSet<>(entered.nths());
        if ("monthly".equals(rhythm)
                && (nths.isEmpty() || !Set.of(-1, 1, 2, 3, 4, 5).containsAll(nths))) {
            errors.add(error("nths", "bodies.error.nths"));
        }
        var months = new TreeSet<>(entered.months());
        if (regular && (months.isEmpty() || months.first() < 1 || months.last() > 12)) {
            errors.add(error("months", "bodies.error.months"));
        }
        var from = date(entered.countsFrom(), errors);
        if (regular
                && every != null
                && every > 1
                && from == null
                && errors.stream().noneMatch(e -> e.field().equals("countsFrom"))) {
            errors.add(error("countsFrom", "bodies.error.countsFrom"));
        }
        var starts = time(entered.starts(), errors);
        var cutoff = number(entered.cutoffDays(), "cutoffDays", 0, 60, errors);
        var unit = one(entered.cutoffUnit(), "cutoffUnit", errors, "calendar", "business");
        var closed = one(entered.closedDay(), "closedDay", errors, "keep", "next", "previous", "skip");
        var quorum = typed(entered.quorum()).isEmpty() ? null : number(entered.quorum(), "quorum", 1, 100, errors);
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
        var body = new MeetingBody(
                id,
                code,
                name,
                List.copyOf(kinds),
                rhythm,
                every,
                regular ? from : null,
                weekday,
                "monthly".equals(rhythm) ? List.copyOf(nths) : List.of(),
                regular ? List.copyOf(months) : List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
                starts,
                place,
                cutoff,
                unit,
                closed,
                quorum,
                entered.heldWithoutCases(),
                entered.active(),
                "municipality");
        requireDates(body);
        return body;
    }

    /** Every second month from April, but in May and July only: that is never. */
    private void requireDates(MeetingBody body) {
        if (body.rhythm().equals("adhoc")) {
            return;
        }
        var from = body.countsFrom() == null ? LocalDate.of(2026, 1, 1) : body.countsFrom();
        try {
            if (!body.rhythmOf().slots(from, from.plusYears(5), EVERY_DAY).isEmpty()) {
                return;
            }
        } catch (IllegalArgumentException never) {
            // The library gives up after a while: so it says the same.
        }
        throw new Refusal.Invalid(List.of(error("months", "bodies.error.never")));
    }

    private static final BusinessCalendar EVERY_DAY = new BusinessCalendar(Set.of(), List.of(), Map.of(), Map.of());

    private String one(String value, String field, List<Refusal.FieldError> errors, String... of) {
        if (value == null || !Arrays.asList(of).contains(value)) {
            errors.add(error(field, "bodies.error.choose"));
        }
        return value;
    }

    private Integer number(String text, String field, int least, int most, List<Refusal.FieldError> errors) {
        var number = typed(text);
        if (number.matches("[0-9]{1,3}") && Integer.parseInt(number) >= least && Integer.parseInt(number) <= most) {
            return Integer.valueOf(number);
        }
        errors.add(error(field, "bodies.error.number", String.valueOf(least), String.valueOf(most)));
        return null;
    }

    private LocalDate date(String text, List<Refusal.FieldError> errors) {
        try {
            return typed(text).isEmpty() ? null : LocalDate.parse(typed(text));
        } catch (DateTimeException notADate) {
            errors.add(error("countsFrom", "calendar.error.date"));
            return null;
        }
    }

    private LocalTime time(String text, List<Refusal.FieldError> errors) {
        try {
            return LocalTime.parse(typed(text)).withSecond(0).withNano(0);
        } catch (DateTimeException notATime) {
            errors.add(error("starts", "bodies.error.time"));
            return null;
        }
    }

    /** ７ is as good as 7. */
    private static String typed(String text) {
        return text == null ? "" : Normalizer.normalize(text.strip(), Normalizer.Form.NFKC);
    }

    private Refusal.FieldError error(String field, String key, Object... values) {
        return new Refusal.FieldError(field, changes.word("bodies." + field), changes.word(key, values));
    }

    private static UUID municipality() {
        return Acting.required().municipalityId();
    }
}
