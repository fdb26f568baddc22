package jp.kasane.deadline;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The policies of the acting user's municipality, looked at by managers, administrators and auditors and changed by the first two.
 * Changing one moves the open deadlines of its step in the same transaction.
 */
@Component
@Transactional
public class DeadlinePolicies {

    private static final int MOST_DAYS = 3650;

    private final JdbcClient jdbc;
    private final SettingChanges changes;
    private final Steps steps;
    private final ApplicationEventPublisher events;

    DeadlinePolicies(JdbcClient jdbc, SettingChanges changes, Steps steps, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.changes = changes;
        this.steps = steps;
        this.events = events;
    }

    /**
     * What was typed, as it was typed: numbers are read here, so that a wrong one is answered at its field.
     *
     * @param unit calendar or business
     */
    public record Entered(
            boolean active, String dueDays, String unit, String remindDays, String leadDays, String escalateDays) {}

    /**
     * A step and its policy.
     *
     * @param policy null: nobody has set one, and its tasks have no deadline
     * @param open deadlines that would follow a change
     */
    public record Row(String step, DeadlinePolicy policy, int open) {}

    /** All steps people know, and those with a policy beyond them, in the order of the processes. */
    @Transactional(readOnly = true)
    public List<Row> list() {
        changes.requireReader();
        var policies = jdbc
                .sql(SELECT + " order by step")
                .param("municipality", municipality())
                .query(DeadlinePolicy.class)
                .stream()
                .collect(Collectors.toMap(
                        DeadlinePolicy::step, policy -> policy, (a, b) -> a, java.util.LinkedHashMap::new));
        Map<String, Integer> open = new HashMap<>();
        jdbc.sql(
                        """
                        select step, count(*)::int as open from kasane.deadline
                        where municipality_id = :municipality and settled_at is null group by step
                        """)
                .param("municipality", municipality())
                .query((row, n) -> open.put(row.getString("step"), row.getInt("open")))
                .list();
        var all = new ArrayList<>(steps.known());
        policies.keySet().stream().filter(step -> !all.contains(step)).forEach(all::add);
        return all.stream()
                .map(step -> new Row(step, policies.get(step), open.getOrDefault(step, 0)))
                .toList();
    }

    /** @throws Refusal.NotFound for a step nobody knows */
    @Transactional(readOnly = true)
    public Row one(String step) {
        return list().stream()
                .filter(row -> row.step().equals(step))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound(changes.word("deadlines.step")));
    }

    /**
     * @throws Refusal.Forbidden for whoever is neither manager nor administrator
     * @throws Refusal.NotFound for a step nobody knows
     * @throws Refusal.Invalid with a sentence per wrong field, in the language of whoever asks; nothing was changed
     */
    public DeadlinePolicy save(String step, Entered entered) {
        changes.requireChanger();
        one(step);
        return write(step, entered);
    }

    /**
     * Gives a deadline to a step that the municipality adds to a diagram: its tasks have one from the first on. What was set stays.
     *
     * @param dueDays calendar days as they were typed; reminded and passed on as ours are by default
     * @throws Refusal as {@link #save}, but for a step nobody knows; Invalid for an id that no task may have
     */
    public void begin(String step, String dueDays) {
        changes.requireChanger();
        if (step == null || !step.matches("Task_[A-Za-z0-9_]{1,80}")) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("step", "作業の id", "は、Task_ で始まる英数字にしてください。")));
        }
        if (list().stream().noneMatch(row -> row.step().equals(step) && row.policy() != null)) {
            int due = days(step, dueDays, "dueDays", new ArrayList<>());
            write(step, new Entered(true, dueDays, "calendar", due > 3 ? "2" : "0", "0", "7"));
        }
    }

    private DeadlinePolicy write(String step, Entered entered) {
        // Before anything is read: of two who save at once, the second one's old values are the first one's new ones.
        DeadlineSettingsLock.alone(jdbc);
        var before = list().stream()
                .filter(row -> row.step().equals(step))
                .findFirst()
                .map(Row::policy);
        var after = read(step, entered);
        if (before.filter(after::equals).isPresent()) {
            return after;
        }
        jdbc.sql(
                        """
                        insert into kasane.deadline_policy (id, municipality_id, step, active, due_days, unit, remind_days, lead_days, escalate_days, origin)
                        values (:id, :municipality, :step, :active, :due, :unit, :remind, :lead, :escalate, 'municipality')
                        on conflict (municipality_id, step) do update
                        set active = excluded.active, due_days = excluded.due_days, unit = excluded.unit, remind_days = excluded.remind_days,
                            lead_days = excluded.lead_days, escalate_days = excluded.escalate_days, origin = 'municipality'
                        """)
                .param("id", Ids.next())
                .param("municipality", municipality())
                .param("step", step)
                .param("active", after.active())
                .param("due", after.dueDays())
                .param("unit", after.unit())
                .param("remind", after.remindDays())
                .param("lead", after.leadDays())
                .param("escalate", after.escalateDays())
                .update();
        changes.note("deadline", step, before.orElse(null), after);
        events.publishEvent(new PolicyChanged(municipality(), step));
        return after;
    }

    private static final String SELECT =
            """
            select step, active, due_days, unit, remind_days, lead_days, escalate_days, origin
            from kasane.deadline_policy where municipality_id = :municipality
            """;

    private DeadlinePolicy read(String step, Entered entered) {
        var errors = new ArrayList<Refusal.FieldError>();
        int due = days(step, entered.dueDays(), "dueDays", errors);
        int remind = days(step, entered.remindDays(), "remindDays", errors);
        int lead = days(step, entered.leadDays(), "leadDays", errors);
        int escalate = days(step, entered.escalateDays(), "escalateDays", errors);
        if (!"calendar".equals(entered.unit()) && !"business".equals(entered.unit())) {
            errors.add(error(step, "unit", "deadlines.error.unit"));
        }
        if (lead > escalate && escalate >= 0) {
            errors.add(error(step, "escalateDays", "deadlines.error.order"));
        }
        if (remind > due && due >= 0) {
            errors.add(error(step, "remindDays", "deadlines.error.remind"));
        }
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
        return new DeadlinePolicy(step, entered.active(), due, entered.unit(), remind, lead, escalate, "municipality");
    }

    private int days(String step, String text, String field, List<Refusal.FieldError> errors) {
        // １０ is as good as 10.
        var typed = text == null ? "" : Normalizer.normalize(text.strip(), Normalizer.Form.NFKC);
        if (typed.matches("[0-9]{1,4}") && Integer.parseInt(typed) <= MOST_DAYS) {
            return Integer.parseInt(typed);
        }
        errors.add(error(step, field, "deadlines.error.days"));
        return -1;
    }

    private Refusal.FieldError error(String step, String field, String key) {
        // A watch tells other people than a task does, and its page says so.
        boolean watch = step.startsWith("Watch_") && (field.equals("remindDays") || field.equals("leadDays"));
        var label = changes.word("deadlines." + field + (watch ? "Watch" : ""));
        // As text: a number of four digits would be written with a comma.
        return new Refusal.FieldError(field, label, changes.word(key, String.valueOf(MOST_DAYS)));
    }

    private static UUID municipality() {
        return Acting.required().municipalityId();
    }
}
