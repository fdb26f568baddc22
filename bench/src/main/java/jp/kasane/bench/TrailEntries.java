package jp.kasane.bench;

import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.LinkedHashMap;

/**
 * The trail of a large office: so many entries, 10,000 of them about one case; how long they take to be sealed and verified, and pages of
 * them.
 *
 * <p>Arguments: base address, data directory, entries (1000000; 0: those of an earlier run), requests of each kind (100). Fills the database
 * of a local default; use one that can be thrown away.
 */
public final class TrailEntries {

    private TrailEntries() {}

    public static void main(String[] args) throws Exception {
        var base = args.length > 0 ? args[0] : "http://localhost:8080";
        var data = Path.of(args.length > 1 ? args[1] : "../data");
        int entries = args.length > 2 ? Integer.parseInt(args[2]) : 1_000_000;
        int times = args.length > 3 ? Integer.parseInt(args[3]) : 100;
        try (var database = Kasane.database(data)) {
            if (entries > 0) {
                fill(database, entries);
            }
            verify(database);
            var about = one(
                    database,
                    "select stream_id from audit.entry where what = 'bench' group by stream_id order by count(*) desc limit 1");
            pages(base, about, times);
        }
    }

    /** As triggers and requests write them, sealed by the running application. */
    private static void fill(Connection database, int entries) throws SQLException {
        long from = System.nanoTime();
        try (var statement = database.createStatement()) {
            // 100 cases, the first with 10,000 entries, the rest sharing what is left.
            statement.execute(
                    """
                    create temporary table bench_case as
                    select row_number() over () as n, id, municipality_id from (
                        select id, municipality_id from kasane.stream order by id limit 100) s;
                    """);
            statement.execute(
                    """
                    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, stream_id, subjects, refs, status)
                    select case when g %% 5 = 0 then 'act' else 'look' end, clock_timestamp(), gen_random_uuid(), c.municipality_id,
                           case when g %% 5 = 0 then 'act' else 'read' end, 'bench', (select id from kasane.app_user where login = 'coordinator'), gen_random_uuid(),
                           pg_current_xact_id(), c.id, array [c.id], '{"id": "bench"}', 200
                    from generate_series(1, %d) g
                         join bench_case c on c.n = case when g <= 10000 then 1 else 2 + g %% ((select count(*) from bench_case) - 1) end
                    """
                            .formatted(entries));
        }
        System.out.printf("%,d entries written in %d s%n", entries, (System.nanoTime() - from) / 1_000_000_000);
        from = System.nanoTime();
        while (!one(database, "select count(*) from audit.unsealed where at < now() - interval '3 s'").equals("0")) {
            Thread.onSpinWait();
        }
        System.out.printf("sealed after %d s%n", (System.nanoTime() - from) / 1_000_000_000);
        try (var statement = database.createStatement()) {
            statement.execute("vacuum analyze");
        }
    }

    /** As the page, the night's job and verify-trail do it. */
    private static void verify(Connection database) throws SQLException {
        long last = Long.parseLong(one(database, "select seq from audit.head()"));
        long from = System.nanoTime();
        long found = 0;
        for (long after = 0; after < last; after += 50_000) {
            for (var function : new String[] {"verify", "verify_content"}) {
                found += Long.parseLong(one(
                        database,
                        "select count(*) from audit.%s(%d, %d)".formatted(function, after, Math.min(after + 50_000, last))));
            }
        }
        found += Long.parseLong(one(database, "select count(*) from audit.strays()"));
        System.out.printf("%,d entries verified in %.1f s, %d findings%n", last, (System.nanoTime() - from) / 1e9, found);
    }

    private static void pages(String base, String about, int times) throws Exception {
        var asked = new LinkedHashMap<String, String>();
        asked.put("the trail, newest", "/api/v1/trail");
        asked.put("the trail of a case with 10,000 entries", "/api/v1/trail?case=" + about);
        asked.put("the same, one kind of one person", "/api/v1/trail?kind=read&case=" + about);
        asked.put("across cases", "/api/v1/trail/oversight?from=2026-11-01&to=2026-12-31");
        var http = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        for (var each : asked.entrySet()) {
            var figures = new Figures(each.getKey());
            for (int i = -10; i < times; i++) {
                long from = System.nanoTime();
                var answer = http.send(
                        HttpRequest.newBuilder(URI.create(base + each.getValue()))
                                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString("auditor:auditor".getBytes()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    throw new IllegalStateException(answer.body());
                }
                if (i >= 0) {
                    figures.add(System.nanoTime() - from);
                }
            }
            figures.report();
        }
    }

    private static String one(Connection database, String sql) throws SQLException {
        try (var statement = database.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
