package jp.kasane.community;

import java.util.UUID;

/** A 地域課題 was put to a body; published in the transaction that decided it. */
public record IssuePut(UUID issueId, UUID bodyId, String title, String question) {}
