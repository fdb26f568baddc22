package jp.kasane.notification;

import java.util.UUID;

/** A message a diagram may send with the worker {@code notify}: its module knows whom it concerns. */
public interface Occasion {

    /** The header {@code message} of the diagram's element, e.g. {@code meeting-invitation}. */
    String message();

    void tell(UUID caseId);
}
