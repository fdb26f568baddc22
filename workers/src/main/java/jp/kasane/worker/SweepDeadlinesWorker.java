package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;

public final class SweepDeadlinesWorker extends KasaneWorker {

    private final SweepDeadlines port;

    public SweepDeadlinesWorker(SweepDeadlines port) {
        super("sweep-deadlines");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        port.sweep(time(required(job, "sweepAt")));
        return Map.of();
    }

    /** FEEL writes a zoned time as {@code 2026-11-21T09:00:00Z[Etc/UTC]} or {@code …@Etc/UTC}; the offset says it all. */
    private static Instant time(String feel) {
        try {
            return OffsetDateTime.parse(feel.replaceFirst("[\\[@].*$", "")).toInstant();
        } catch (DateTimeException e) {
            throw new UnknownReference("変数「sweepAt」が日時ではありません。");
        }
    }
}
