package jp.kasane.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What writing the trail adds to a task's completion: three tasks of a case (triage, information, assessment), completed with the trail
 * and without it, in small blocks by turns, so that whatever else the machine does meets both. Each is measured as the request until 201, and
 * until the next task is on the list.
 *
 * <p>There is no switch in Kasane that turns the trail off. This takes it away as only the database's superuser can: triggers disabled, {@code
 * audit.note} an empty function. What is left of it then is a transaction without content around {@code audit.note}; how long that takes is
 * measured as well, and counts as the trail's. Passwords are made cheap to check, since a slow hash with every request would hide the trail.
 *
 * <p>Arguments: base address, data directory, blocks of each kind (20), cases a block (4). Use a data directory that can be thrown away.
 */
public final class TrailOverhead {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String[]> STEPS = List.of(
            new String[] {
                "reception", "Task_Triage", "{\"caseClass\":\"class1\",\"reason\":\"計測\",\"urgency\":\"normal\",\"route\":\"case\"}"
            },
            new String[] {
                "coordinator",
                "Task_GatherInformation",
                "{\"householdName\":\"計測家\",\"members\":[{\"name\":\"計測 一\",\"relation\":\"head\",\"subject\":true}],"
                        + "\"agencies\":[{\"agency\":\"jiritsu\",\"relation\":\"needed\"}],\"gathered\":\"計測\"}"
            },
            new String[] {
                "coordinator",
                "Task_WriteAssessment",
                "{\"householdIssue\":\"計測\",\"strengths\":\"強み\",\"needs\":\"必要\",\"consentState\":\"none\",\"route\":\"meeting\","
                        + "\"routeReason\":\"同意がない\"}"
            });

    private final Kasane kasane;
    private final Connection database;

    private TrailOverhead(Kasane kasane, Connection database) {
        this.kasane = kasane;
        this.database = database;
    }

    public static void main(String[] args) throws Exception {
        var base = args.length > 0 ? args[0] : "http://localhost:8080";
        var data = Path.of(args.length > 1 ? args[1] : "../data");
        int blocks = args.length > 2 ? Integer.parseInt(args[2]) : 20;
        int cases = args.length > 3 ? Integer.parseInt(args[3]) : 4;
        try (var database = Kasane.database(data)) {
            new TrailOverhead(new Kasane(base), database).measure(blocks, cases);
        }
    }

    private void measure(int blocks, int cases) throws Exception {
        run("update kasane.app_user set password_hash = '{noop}' || login where password_hash is not null");
        var triggers = all(
                """
                select format('alter table %s %%s trigger %I', t.tgrelid::regclass, t.tgname) from pg_trigger t
                where not t.tgisinternal and t.tgparentid = 0
                  and t.tgfoid::regproc::text in ('audit.note_events', 'audit.note_submissions', 'audit.note_setting', 'audit.note_models',
                                                  'audit.note_records')
                """);
        var note = all("select pg_get_functiondef('audit.note'::regproc)").get(0);
        var on = new Figures[] {new Figures("with the trail, POST until 201"), new Figures("with the trail, next task on the list")};
        var off = new Figures[] {new Figures("without it, POST until 201"), new Figures("without it, next task on the list")};
        var warm = new Figures[] {new Figures(""), new Figures("")};
        try {
            for (int i = 0; i < 3; i++) {
                block(cases, warm);
            }
            for (int i = 0; i < blocks; i++) {
                // Neither always comes first.
                for (boolean trail : i % 2 == 0 ? new boolean[] {true, false} : new boolean[] {false, true}) {
                    trail(trail, triggers, note);
                    block(1, warm);
                    block(cases, trail ? on : off);
                }
            }
        } finally {
            trail(true, triggers, note);
        }
        for (var figures : List.of(on, off)) {
            for (var each : figures) {
                each.report();
            }
        }
        emptyTransaction();
    }

    private void trail(boolean on, List<String> triggers, String note) throws SQLException {
        for (var trigger : triggers) {
            run(trigger.formatted(on ? "enable" : "disable"));
        }
        run(
                on
                        ? note
                        : """
                        create or replace function audit.note(the_id uuid, the_class text, the_kind text, the_what text, the_request uuid, the_stream uuid,
                            the_subjects uuid[], the_refs jsonb, the_status int) returns void language sql security definer as ''
                        """);
    }

    private void block(int cases, Figures[] figures) throws Exception {
        for (int i = 0; i < cases; i++) {
            var where = "consultationId=" + kasane.register();
            String task = awaitTask(where, STEPS.get(0)[1]);
            for (int step = 0; step < STEPS.size(); step++) {
                var body = Kasane.wrap(JSON.readTree(STEPS.get(step)[2]));
                long from = System.nanoTime();
                kasane.post(STEPS.get(step)[0], "/tasks/" + task + "/submission", body);
                figures[0].add(System.nanoTime() - from);
                if (step == 0) {
                    where = "caseId="
                            + kasane.get("reception", "/consultations/" + where.substring(where.indexOf('=') + 1))
                                    .get("caseId")
                                    .asText();
                }
                var next = step + 1 < STEPS.size() ? STEPS.get(step + 1)[1] : "Task_ProposeMembers";
                task = awaitTask(where, next);
                figures[1].add(System.nanoTime() - from);
            }
        }
    }

    private String awaitTask(String where, String step) throws Exception {
        long from = System.nanoTime();
        while (System.nanoTime() - from < Kasane.PATIENCE.toNanos()) {
            JsonNode found = kasane.get("manager", "/tasks?view=all&step=" + step + "&" + where);
            if (!found.isEmpty()) {
                return found.get(0).get("id").asText();
            }
            Thread.sleep(10);
        }
        throw new IllegalStateException("no " + step + " within " + Kasane.PATIENCE + ": " + where);
    }

    /** What is left of the trail in a request when it is off. */
    private void emptyTransaction() throws SQLException {
        var figures = new Figures("a transaction without content");
        long sum = 0;
        database.setAutoCommit(false);
        try (var set = database.prepareStatement(
                        "select set_config('kasane.user_id', '', true), set_config('kasane.request_id', '', true)");
                var nothing = database.prepareStatement("select 1")) {
            for (int i = -100; i < 500; i++) {
                long from = System.nanoTime();
                set.execute();
                nothing.execute();
                database.commit();
                if (i >= 0) {
                    figures.add(System.nanoTime() - from);
                    sum += System.nanoTime() - from;
                }
            }
        } finally {
            database.setAutoCommit(true);
        }
        figures.report();
        System.out.printf("  (mean %.2f ms)%n", sum / 500 / 1e6);
    }

    private void run(String sql) throws SQLException {
        try (var statement = database.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> all(String sql) throws SQLException {
        var found = new ArrayList<String>();
        try (var statement = database.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }
}
