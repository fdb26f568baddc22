package jp.kasane.access;

import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.security.core.context.SecurityContextHolder;

/** The acting user of the current thread: whoever is logged in, or the one a piece of background work names. */
public final class Acting {

    private static final ThreadLocal<Actor> NAMED = new ThreadLocal<>();

    private Acting() {}

    public static Optional<Actor> current() {
        var named = NAMED.get();
        if (named != null) {
            return Optional.of(named);
        }
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Account account
                ? Optional.of(account.actor())
                : Optional.empty();
    }

    /** @throws IllegalStateException if nobody acts: such work must name an actor first */
    public static Actor required() {
        return current().orElseThrow(() -> new IllegalStateException("Nobody acts in this thread"));
    }

    /** Does the work in the name of the actor, and gives the thread back as it was. */
    public static <T> T as(Actor actor, Supplier<T> work) {
        var before = NAMED.get();
        NAMED.set(actor);
        try {
            return work.get();
        } finally {
            if (before == null) {
                NAMED.remove();
            } else {
                NAMED.set(before);
            }
        }
    }
}
