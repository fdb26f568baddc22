package jp.kasane.audit.internal;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

/** The cases, consultations and matters of which rows came from the database while the current thread answers a request. */
final class Looked {

    private static final ThreadLocal<Set<UUID>> AT = new ThreadLocal<>();

    private Looked() {}

    static void begin() {
        AT.set(new LinkedHashSet<>());
    }

    static boolean begun() {
        return AT.get() != null;
    }

    static void at(UUID stream) {
        var looked = AT.get();
        if (looked != null && stream != null) {
            looked.add(stream);
        }
    }

    static Set<UUID> all() {
        var looked = AT.get();
        return looked == null ? Set.of() : looked;
    }

    static void end() {
        AT.remove();
    }
}
