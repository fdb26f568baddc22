package jp.kasane.access;

import java.util.Optional;
import java.util.UUID;

/** The id of the request that the current thread answers: whatever it causes in the database carries it (the trail). */
public final class CurrentRequest {

    private static final ThreadLocal<UUID> ID = new ThreadLocal<>();

    private CurrentRequest() {}

    public static Optional<UUID> id() {
        return Optional.ofNullable(ID.get());
    }

    public static void begin(UUID id) {
        ID.set(id);
    }

    public static void end() {
        ID.remove();
    }
}
