package jp.kasane.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How long a list of people takes: the import until it is answered, the same file again, and until everybody's visit is open. Meanwhile
 * somebody registers consultations, whose triage is not to wait for the list.
 *
 * <p>Arguments: base address, data directory of the local default, people, the server's process id for its memory (0 for none).
 */
public final class RosterImports {

    private RosterImports() {}

    public static void main(String[] args) throws Exception {
        var kasane = new Kasane(args.length > 0 ? args[0] : "http://localhost:8080");
        var data = Path.of(args.length > 1 ? args[1] : "../data");
        int people = args.length > 2 ? Integer.parseInt(args[2]) : 10_000;
        long server = args.length > 3 ? Long.parseLong(args[3]) : 0;
        var json = new ObjectMapper();
        var list = kasane.post(
                        "coordinator",
                        "/rosters",
                        json.createObjectNode().put("name", "bench " + System.nanoTime()).put("agency", "shakyo"))
                .get("rosterId")
                .asText();
        var file = ("番号,氏名,ふりがな,生年月日,住所,電話\r\n"
                        + IntStream.rangeClosed(1, people)
                                .mapToObj(n -> n % 100 < 97
                                        ? "%d,多数 %d,たすう,昭和%d年4月1日,中央%d丁目,042-620-7451".formatted(n, n, 1 + n % 63, n)
                                        : "%d,多数 %d,たすう,あした,中央%d丁目,".formatted(n, n, n))
                                .collect(Collectors.joining("\r\n")))
                .getBytes(StandardCharsets.UTF_8);
        System.out.printf("%d rows, %d bytes, memory %s%n", people, file.length, memory(server));
        for (var time : new String[] {"first", "second"}) {
            long from = System.nanoTime();
            var done = kasane.upload("coordinator", "/rosters/" + list + "/imports?fileName=bench.csv", file);
            System.out.printf(
                    "%s import: %.1f s; added %d, already %d, refused %d; memory %s%n",
                    time,
                    (System.nanoTime() - from) / 1e9,
                    done.get("added").asInt(),
                    done.get("already").asInt(),
                    done.get("refused").asInt(),
                    memory(server));
        }
        long from = System.nanoTime();
        var triage = new Figures("triage on the list meanwhile (after 201)");
        try (var database = Kasane.database(data)) {
            long all = count(database, list, "");
            for (long open = 0; open < all; open = count(database, list, "and exists (select from engine.user_task t where t.matter_id = p.id)")) {
                var consultation = kasane.register();
                long registered = System.nanoTime();
                while (kasane.get("reception", "/tasks?view=all&step=Task_Triage&consultationId=" + consultation).isEmpty()) {
                    Thread.sleep(20);
                }
                triage.add(System.nanoTime() - registered);
                System.out.printf("%.0f s: %d of %d open%n", (System.nanoTime() - from) / 1e9, open, all);
                Thread.sleep(5_000);
            }
            System.out.printf("everybody's visit open after %.0f s, %.0f a second; memory %s%n",
                    (System.nanoTime() - from) / 1e9, all / ((System.nanoTime() - from) / 1e9), memory(server));
        }
        triage.report();
        var page = new Figures("a page of the list");
        for (int i = 0; i < 20; i++) {
            long asked = System.nanoTime();
            kasane.page("coordinator", "/rosters/" + list + "?status=open");
            page.add(System.nanoTime() - asked);
        }
        page.report();
        var tasks = new Figures("the task list");
        for (int i = 0; i < 20; i++) {
            long asked = System.nanoTime();
            kasane.page("coordinator", "/tasks?view=group");
            tasks.add(System.nanoTime() - asked);
        }
        tasks.report();
    }

    private static long count(Connection database, String list, String more) throws Exception {
        try (var statement = database.prepareStatement("select count(*) from kasane.roster_person p where p.roster_id = ?::uuid " + more)) {
            statement.setString(1, list);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static String memory(long process) throws Exception {
        return process == 0
                ? "–"
                : Files.readAllLines(Path.of("/proc/" + process + "/status")).stream()
                        .filter(line -> line.startsWith("VmRSS") || line.startsWith("VmHWM"))
                        .map(line -> line.replaceAll("\\s+", " "))
                        .collect(Collectors.joining(", "));
    }
}
