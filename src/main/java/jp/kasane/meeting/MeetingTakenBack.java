package jp.kasane.meeting;

import java.util.UUID;

/** That a meeting was held is taken back: it is still to be held, and what it decided is not decided. */
public record MeetingTakenBack(UUID caseId, UUID meetingId) {}
