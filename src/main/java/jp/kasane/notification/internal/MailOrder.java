package jp.kasane.notification.internal;

import java.util.UUID;

/** What the outbox keeps of a mail: whom, and which notice or which digest; both are read when it goes out. */
public record MailOrder(UUID userId, UUID noticeId, UUID digestId) {

    public static MailOrder ofNotice(UUID user, UUID notice) {
        return new MailOrder(user, notice, null);
    }

    static MailOrder ofDigest(UUID user, UUID digest) {
        return new MailOrder(user, null, digest);
    }
}
