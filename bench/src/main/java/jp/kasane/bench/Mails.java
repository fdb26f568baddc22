package jp.kasane.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashSet;
import java.util.regex.Pattern;

/**
 * How many mails a second leave the outbox for the local mailbox, and whether each arrives once: orders are put into the outbox
 * as the application does, 500 at a time, for so many the mailbox shows.
 *
 * <p>Arguments: base address, data directory of the local default, mails.
 */
public final class Mails {

    private static final int SHOWN = 500;
    private static final Pattern TOLD = Pattern.compile("/consultations/([0-9a-f-]{36})");

    private Mails() {}

    public static void main(String[] args) throws Exception {
        var kasane = new Kasane(args.length > 0 ? args[0] : "http://localhost:8080");
        var data = Path.of(args.length > 1 ? args[1] : "../data");
        int mails = args.length > 2 ? Integer.parseInt(args[2]) : 1000;
        long nanos = 0;
        int once = 0;
        try (var database = Kasane.database(data)) {
            for (int sent = 0; sent < mails; sent += SHOWN) {
                var cause = "bench:" + System.nanoTime();
                Copies.of(kasane, database, SHOWN);
                order(database, cause);
                long from = System.nanoTime();
                while (waiting(database) > 0) {
                    Thread.sleep(5);
                }
                nanos += System.nanoTime() - from;
                once += shown(kasane);
            }
        }
        System.out.printf(
                "%d mails, %.1f s, %.0f a second; each of them once on the page%n", once, nanos / 1e9, once / (nanos / 1e9));
    }

    /** Each is about a consultation of its own, which nobody has to have seen: its address tells the mails apart. */
    private static void order(Connection database, String cause) throws Exception {
        try (var statement = database.createStatement()) {
            statement.execute(
                    """
                    with fresh as (
                        insert into kasane.notification (id, municipality_id, user_id, kind, consultation_id, cause, created_at, mail)
                        select gen_random_uuid(), u.municipality_id, u.id, 'urgent-consultation', c.id, '%1$s:' || c.id, now(), 'at-once'
                        from kasane.app_user u, fresh c where u.login = 'manager' returning *)
                    insert into kasane.outbox (municipality_id, lane, kind, payload)
                    select municipality_id, 'mail:' || id, 'mail', jsonb_build_object('userId', user_id, 'noticeId', id) from fresh
                    """
                            .formatted(cause));
        }
    }

    private static long waiting(Connection database) throws Exception {
        try (var statement = database.createStatement();
                var row = statement.executeQuery("select count(*) from kasane.outbox where kind = 'mail' and done_at is null")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static int shown(Kasane kasane) throws Exception {
        var consultations = new HashSet<String>();
        var links = TOLD.matcher(kasane.page("manager", "/local/mail"));
        int all = 0;
        while (links.find()) {
            consultations.add(links.group(1));
            all++;
        }
        if (all != consultations.size() || all != SHOWN) {
            throw new IllegalStateException(all + " mails about " + consultations.size() + " consultations");
        }
        return all;
    }
}
