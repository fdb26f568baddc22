package jp.kasane.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Verifies the whole chain: every link, every entry, what the entries vouch for, and the anchors outside of the database. Needs a
 * connection, and nothing else of the application.
 */
public final class Verification {

    /** Links that are verified by one statement. */
    private static final int SLICE = 50_000;

    /** Findings that are named; more are only counted. */
    private static final int NAMED = 200;

    /**
     * @param links how many were verified
     * @param head digest of the last one in hexadecimal, or null without any
     * @param anchors how many agreed with the chain
     * @param count of findings, of which the first are named
     */
    public record Result(long links, String head, int anchors, long count, List<Finding> findings) {

        public boolean whole() {
            return count == 0;
        }
    }

    private final JdbcClient jdbc;

    public Verification(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param progress is told the number of links that are done */
    public Result run(AnchorFiles anchors, LongConsumer progress) {
        var head = jdbc.sql("select seq, encode(head, 'hex') as head from audit.head()")
                .query((row, number) -> new Head(row.getLong("seq"), row.getString("head")))
                .optional()
                .orElse(new Head(0, null));
        var found = new ArrayList<Finding>();
        // First what may excuse the absence of much else.
        long count = add(
                found,
                jdbc.sql("select * from audit.verify_proofs()")
                        .query(Verification::finding)
                        .list());
        for (long after = 0; after < head.seq(); after += SLICE) {
            long upTo = Math.min(after + SLICE, head.seq());
            for (var function : List.of("verify", "verify_content")) {
                count += add(
                        found,
                        jdbc.sql("select * from audit." + function + "(:after, :upTo) order by seq")
                                .param("after", after)
                                .param("upTo", upTo)
                                .query(Verification::finding)
                                .list());
            }
            progress.accept(upTo);
        }
        count += add(
                found,
                jdbc.sql("select * from audit.strays()")
                        .query(Verification::finding)
                        .list());
        int agreed = 0;
        var standing = anchors.standing();
        var heads = headsAt(standing.stream().map(AnchorFiles.Anchor::seq).toArray(Long[]::new));
        for (var anchor : standing) {
            var kind = !anchor.genuine()
                    ? "anchor-forged"
                    : !anchor.head().equals(heads.get(anchor.seq())) ? "anchor-broken" : null;
            if (kind == null) {
                agreed++;
            } else {
                count += add(found, List.of(new Finding(kind, anchor.seq(), null, anchor.at(), anchor.head())));
            }
        }
        return new Result(head.seq(), head.head(), agreed, count, List.copyOf(found));
    }

    private record Head(long seq, String head) {}

    private static long add(List<Finding> found, List<Finding> more) {
        more.stream().limit(Math.max(0, NAMED - found.size())).forEach(found::add);
        return more.size();
    }

    private Map<Long, String> headsAt(Long[] seqs) {
        var heads = new HashMap<Long, String>();
        jdbc.sql("select seq, encode(head, 'hex') as head from audit.heads_at(:seqs)")
                .param("seqs", seqs)
                .query((row, number) -> heads.put(row.getLong("seq"), row.getString("head")))
                .list();
        return heads;
    }

    private static Finding finding(java.sql.ResultSet row, int number) throws java.sql.SQLException {
        var at = row.getTimestamp("entry_at");
        return new Finding(
                row.getString("finding"),
                row.getObject("seq", Long.class),
                row.getObject("entry_id", java.util.UUID.class),
                at == null ? (Instant) null : at.toInstant(),
                row.getString("about"));
    }
}
