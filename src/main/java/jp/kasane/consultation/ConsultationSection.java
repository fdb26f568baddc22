package jp.kasane.consultation;

import java.util.UUID;

/** What another module knows about a consultation, for its page. */
public interface ConsultationSection {

    /** Under this name the page's model holds it. */
    String key();

    Object of(UUID consultationId);
}
