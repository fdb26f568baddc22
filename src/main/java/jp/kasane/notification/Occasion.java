package jp.kasane.notification;

import java.util.UUID;
import java.util.function.BiConsumer;

/** A message a diagram may send with the worker {@code notify}: its module knows whom it concerns. */
public interface Occasion {

    /** The header {@code message} of the diagram's element, e.g. {@code meeting-invitation}. */
    String message();

    /**
     * @param streamId the case, or the consultation that is none yet
     * @param instanceKey of the instance that sends it: the case's own, or the id of an invitation or a role
     */
    void tell(UUID streamId, String instanceKey);

    /** @param tell what {@link #tell} does */
    static Occasion of(String message, BiConsumer<UUID, String> tell) {
        return new Occasion() {
            @Override
            public String message() {
                return message;
            }

            @Override
            public void tell(UUID streamId, String instanceKey) {
                tell.accept(streamId, instanceKey);
            }
        };
    }
}
