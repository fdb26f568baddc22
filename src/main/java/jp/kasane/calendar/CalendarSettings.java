package jp.kasane.calendar;

import java.text.Normalizer;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The acting user's municipality's calendar, looked at by managers, administrators and auditors and changed by the first two. Every
 * change is noted, and open deadlines follow in the same transaction. Dates are given as {@code 2026-12-29} or {@code 12-29}.
 */
@Component
@Transactional
public class CalendarSettings {

    /** Longer than any 夏季休業; more is a slip of the keyboard. */
    private static final int LONGEST_CLOSURE = 31;

    private final JdbcClient jdbc;
    private final Calendars calendars;
    private final NationalHolidays holidays;
    private final SettingChanges changes;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    CalendarSettings(
            JdbcClient jdbc,
            Calendars calendars,
            NationalHolidays holidays,
            SettingChanges changes,
            ApplicationEventPublisher events,
            Clock clock) {
        this.jdbc = jdbc;
        this.calendars = calendars;
        this.holidays = holidays;
        this.changes = changes;
        this.events = events;
        this.clock = clock;
    }

    /**
     * @param closedWeekdays ISO, 1 Monday … 7 Sunday
     * @param holidays of this year and the next; {@code open}: the municipality has taken it away
     */
    public record Settings(
            Set<Integer> closedWeekdays,
            String weekOrigin,
            List<YearlyClosure> closures,
            List<SpecialDay> days,
            List<KnownHoliday> holidays,
            boolean mayChange) {}

    public record KnownHoliday(LocalDate date, String name, String nameEn, boolean open) {}

    @Transactional(readOnly = true)
    public Settings read() {
        changes.requireReader();
        var municipality = municipality();
        var days = calendars.days(municipality);
        int year = LocalDate.now(clock).getYear();
        return new Settings(
                week(municipality),
                jdbc.sql("select origin from kasane.calendar_week where municipality_id = :municipality")
                        .param("municipality", municipality)
                        .query(String.class)
                        .optional()
                        .orElse("ours"),
                calendars.closures(municipality),
                days,
                holidays.between(LocalDate.of(year, 1, 1), LocalDate.of(year + 1, 12, 31))
                        .map(day -> new KnownHoliday(
                                day.date(),
                                day.name(),
                                day.nameEn(),
                                days.stream()
                                        .anyMatch(
                                                own -> own.open() && own.date().equals(day.date()))))
                        .toList(),
                changes.mayChange());
    }

    /** @throws Refusal.Invalid if no weekday would be open, or there is no such weekday */
    public void closeWeekdays(Collection<Integer> weekdays) {
        changes.requireChanger();
        var closed = new TreeSet<>(weekdays);
        if (closed.size() > 6 || closed.stream().anyMatch(day -> day < 1 || day > 7)) {
            throw invalid("closedWeekdays", "calendar.week", "calendar.error.week");
        }
        var municipality = municipality();
        var before = week(municipality);
        jdbc.sql(
                        """
                        insert into kasane.calendar_week (municipality_id, closed_weekdays, origin) values (:municipality, :days, 'municipality')
                        on conflict (municipality_id) do update set closed_weekdays = excluded.closed_weekdays, origin = 'municipality'
                        """)
                .param("municipality", municipality)
                .param("days", closed.toArray(Integer[]::new))
                .update();
        changed("week", before, closed);
    }

    public void addClosure(String name, String from, String to) {
        changes.requireChanger();
        var errors = new ArrayList<Refusal.FieldError>();
        var named = name(name, "closureName", errors);
        var first = monthDay(from, "closureFrom", "calendar.from", errors);
        var last = monthDay(to, "closureTo", "calendar.to", errors);
        if (first.isPresent() && last.isPresent() && length(first.get(), last.get()) > LONGEST_CLOSURE) {
            errors.add(error("closureTo", "calendar.to", "calendar.error.long", LONGEST_CLOSURE));
        }
        refuse(errors);
        jdbc.sql(
                        """
                        insert into kasane.calendar_yearly_closure (id, municipality_id, name, from_day, to_day, origin)
                        values (:id, :municipality, :name, :from, :to, 'municipality')
                        """)
                .param("id", Ids.next())
                .param("municipality", municipality())
                .param("name", named)
                .param("from", first.orElseThrow().toString().substring(2))
                .param("to", last.orElseThrow().toString().substring(2))
                .update();
        changed("yearly", null, closure(named, first.get(), last.get()));
    }

    public void removeClosure(UUID id) {
        changes.requireChanger();
        var municipality = municipality();
        var closure = calendars.closures(municipality).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound(changes.word("calendar.closure")));
        jdbc.sql("delete from kasane.calendar_yearly_closure where id = :id and municipality_id = :municipality")
                .param("id", id)
                .param("municipality", municipality)
                .update();
        changed("yearly", closure(closure.name(), closure.from(), closure.to()), null);
    }

    /** Decides on one day; what was decided on it before is replaced. */
    public void decideDay(String date, boolean open, String name) {
        changes.requireChanger();
        var errors = new ArrayList<Refusal.FieldError>();
        var day = date(date, errors);
        var named = name(name, "dayName", errors);
        refuse(errors);
        var municipality = municipality();
        var before = day(municipality, day.orElseThrow());
        jdbc.sql(
                        """
                        insert into kasane.calendar_day (municipality_id, on_date, open, name) values (:municipality, :date, :open, :name)
                        on conflict (municipality_id, on_date) do update set open = excluded.open, name = excluded.name
                        """)
                .param("municipality", municipality)
                .param("date", day.get())
                .param("open", open)
                .param("name", named)
                .update();
        changed("day", before.orElse(null), new SpecialDay(day.get(), open, named));
    }

    public void removeDay(String date) {
        changes.requireChanger();
        var municipality = municipality();
        var day = date(date, new ArrayList<>())
                .flatMap(on -> day(municipality, on))
                .orElseThrow(() -> new Refusal.NotFound(changes.word("calendar.day")));
        jdbc.sql("delete from kasane.calendar_day where municipality_id = :municipality and on_date = :date")
                .param("municipality", municipality)
                .param("date", day.date())
                .update();
        changed("day", day, null);
    }

    private Optional<SpecialDay> day(UUID municipality, LocalDate date) {
        return calendars.days(municipality).stream()
                .filter(day -> day.date().equals(date))
                .findFirst();
    }

    private TreeSet<Integer> week(UUID municipality) {
        var days = new TreeSet<Integer>();
        calendars.closedWeekdays(municipality).stream().map(DayOfWeek::getValue).forEach(days::add);
        return days;
    }

    private static Map<String, String> closure(String name, MonthDay from, MonthDay to) {
        return Map.of(
                "name",
                name,
                "from",
                from.toString().substring(2),
                "to",
                to.toString().substring(2));
    }

    private void changed(String subject, Object before, Object after) {
        changes.note("calendar", subject, before, after);
        events.publishEvent(new CalendarChanged(municipality()));
    }

    private static UUID municipality() {
        return Acting.required().municipalityId();
    }

    // ── what was typed ─────────────────────────────────────────────────────────────────────────────────────────────

    private String name(String text, String field, List<Refusal.FieldError> errors) {
        var name = text == null ? "" : text.strip();
        if (name.isEmpty() || name.length() > 60) {
            errors.add(error(field, "calendar.name", "calendar.error.name"));
        }
        return name;
    }

    private Optional<LocalDate> date(String text, List<Refusal.FieldError> errors) {
        try {
            var date = LocalDate.parse(typed(text));
            if (date.getYear() >= 2000 && date.getYear() < 2200) {
                return Optional.of(date);
            }
        } catch (DateTimeException notADate) {
            // Said below.
        }
        errors.add(error("dayDate", "calendar.date", "calendar.error.date"));
        return Optional.empty();
    }

    private Optional<MonthDay> monthDay(String text, String field, String label, List<Refusal.FieldError> errors) {
        try {
            var parts = typed(text).split("[-/]");
            if (parts.length == 2) {
                return Optional.of(MonthDay.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
            }
        } catch (DateTimeException | NumberFormatException notADay) {
            // Said below.
        }
        errors.add(error(field, label, "calendar.error.monthDay"));
        return Optional.empty();
    }

    /** １２－２９ is as good as 12-29. */
    private static String typed(String text) {
        return text == null ? "" : Normalizer.normalize(text.strip(), Normalizer.Form.NFKC);
    }

    private static long length(MonthDay from, MonthDay to) {
        var first = from.atYear(2027);
        var last = to.atYear(from.isAfter(to) ? 2028 : 2027);
        return ChronoUnit.DAYS.between(first, last) + 1;
    }

    private Refusal.Invalid invalid(String field, String label, String key) {
        return new Refusal.Invalid(List.of(error(field, label, key)));
    }

    private Refusal.FieldError error(String field, String label, String key, Object... values) {
        return new Refusal.FieldError(field, changes.word(label), changes.word(key, values));
    }

    private static void refuse(List<Refusal.FieldError> errors) {
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
    }
}
