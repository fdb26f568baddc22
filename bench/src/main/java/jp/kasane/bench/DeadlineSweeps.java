package jp.kasane.bench;

import java.nio.file.Path;
import java.sql.Connection;

/**
 * How long one turn of the deadline sweep takes, as the engine saw it (its job created until completed): with so many open
 * deadlines of which none is due, and with 500 that are, which is what one turn takes. A turn comes every minute.
 *
 * <p>Arguments: base address, data directory of the local default, open deadlines, turns to look at.
 */
public final class DeadlineSweeps {

    private DeadlineSweeps() {}

    public static void main(String[] args) throws Exception {
        var kasane = new Kasane(args.length > 0 ? args[0] : "http://localhost:8080");
        var data = Path.of(args.length > 1 ? args[1] : "../data");
        int open = args.length > 2 ? Integer.parseInt(args[2]) : 1000;
        int turns = args.length > 3 ? Integer.parseInt(args[3]) : 3;
        try (var database = Kasane.database(data)) {
            open(kasane, database, open, "30 days");
            turns(database, open + " open, none due", turns);
            open(kasane, database, 500, "-1 minute");
            turns(database, open + " open, 500 more due", 1);
            try (var statement = database.createStatement();
                    var row = statement.executeQuery("select count(*) filter (where rung = 0), count(*) filter (where rung > 0)"
                            + " from kasane.deadline where instance_key = 'bench' and remind_at < now() and settled_at is null")) {
                row.next();
                System.out.printf("of those due: %d told, %d not%n", row.getLong(2), row.getLong(1));
            }
            try (var statement = database.createStatement()) {
                statement.executeUpdate("update kasane.deadline set settled_at = now() where instance_key = 'bench' and settled_at is null");
            }
        }
    }

    /** Each watches over a consultation of its own, as in life. */
    private static void open(Kasane kasane, Connection database, int how, String dueIn) throws Exception {
        Copies.of(kasane, database, how);
        try (var statement = database.createStatement()) {
            statement.execute(
                    """
                    insert into kasane.deadline (id, municipality_id, stream_id, consultation_id, step, instance_key, policy_id, remind_at, due_at,
                        lead_at, escalate_at, from_at, created_at)
                    select gen_random_uuid(), p.municipality_id, f.id, f.id, p.step, 'bench', p.id, now() + interval '%1$s', now() + interval '40 days',
                        now() + interval '40 days', now() + interval '40 days', now(), now()
                    from fresh f, kasane.deadline_policy p where p.step = 'Watch_Silence'
                    """
                            .formatted(dueIn));
            statement.execute("analyze kasane.deadline");
        }
    }

    private static void turns(Connection database, String what, int turns) throws Exception {
        var figures = new Figures("a sweep, " + what);
        var seen = "";
        var from = "now()";
        try (var statement = database.createStatement()) {
            try (var row = statement.executeQuery("select now()::text")) {
                row.next();
                from = row.getString(1);
            }
            for (int i = 0; i < turns; ) {
                try (var row = statement.executeQuery(
                        """
                        select d.key, extract(epoch from d.at - c.at) * 1000000000 from engine.record d
                        join engine.record c on c.epoch = d.epoch and c.key = d.key and c.value_type = 'JOB' and c.intent = 'CREATED'
                        where d.value_type = 'JOB' and d.intent = 'COMPLETED' and d.value ->> 'type' = 'sweep-deadlines'
                          and c.at > '%s' order by d.position desc limit 1
                        """
                                .formatted(from))) {
                    if (row.next() && !row.getString(1).equals(seen)) {
                        seen = row.getString(1);
                        figures.add(row.getLong(2));
                        i++;
                        continue;
                    }
                }
                Thread.sleep(1000);
            }
        }
        figures.report();
    }
}
