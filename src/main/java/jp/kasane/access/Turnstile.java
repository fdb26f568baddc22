package jp.kasane.access;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * Lets so many through in so long, by address and by link, where no login keeps the crowd out. In memory: each instance counts for
 * itself, and a restart forgets.
 */
@Component
public class Turnstile {

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    /** So many addresses and links are remembered; the one that was not seen for longest makes way. */
    private static final int MOST = 20_000;

    private final OutsideLimits limits;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST;
        }
    };

    Turnstile(OutsideLimits limits) {
        this.limits = limits;
    }

    /** Whether this address may open one more page. */
    public boolean mayLook(String address) {
        return passes("look " + network(address), limits.looksPerAddress(), TEN_MINUTES);
    }

    /** Whether this address may send one more form by this link. */
    public boolean maySend(String address, String link) {
        return passes("send " + network(address), limits.sendsPerAddress(), TEN_MINUTES)
                && passes("link " + link, limits.sendsPerLink(), Duration.ofHours(1));
    }

    private boolean passes(String key, int times, Duration in) {
        Bucket bucket;
        synchronized (buckets) {
            bucket = buckets.computeIfAbsent(key, fresh -> Bucket.builder()
                    .addLimit(Bandwidth.builder()
                            .capacity(times)
                            .refillGreedy(times, in)
                            .build())
                    .build());
        }
        return bucket.tryConsume(1);
    }

    /** Whoever has one IPv6 address has a whole /64 of them. */
    private static String network(String address) {
        if (address == null || address.indexOf(':') < 0) {
            return String.valueOf(address);
        }
        var groups = address.split(":");
        return String.join(":", Arrays.copyOf(groups, Math.min(4, groups.length)));
    }
}
