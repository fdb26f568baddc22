package jp.kasane.task;

import java.util.Map;
import java.util.UUID;

/**
 * The valid version of something that was submitted, before it is corrected or voided.
 *
 * @param facts the codes it handed to the engine, ids of what it wrote among them
 * @param meetingId the meeting whose secret it is, or null
 * @param latest whether neither the step nor what it was about was done again since: only then the case may stand where this put
 *     it
 */
public record Recorded(Submission submission, Map<String, Object> facts, UUID meetingId, boolean latest) {

    public UUID id() {
        return submission.id();
    }

    public UUID caseId() {
        return submission.caseId();
    }

    /** The id of what it wrote, where it is among its facts. */
    public UUID fact(String name) {
        return UUID.fromString(facts.get(name).toString());
    }
}
