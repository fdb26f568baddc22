package jp.kasane.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.foundation.Refusal;

/** What a module does with a form that was submitted. One handler per form id. */
public interface StepHandler {

    String formId();

    /** Options and routing codes the form needs beside the municipality's own (e.g. the household's members). */
    default Map<String, Object> context(UUID caseId, String instanceKey) {
        return Map.of();
    }

    /** What is known already and must not be typed again. */
    default Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        return Map.of();
    }

    /** Something that was said about what is to be decided, by whom and when. */
    record Remark(String said, String saidBy, Instant saidAt) {}

    /** What was said about it so far, in that order: stands beside the form, and is never older than the page. */
    default List<Remark> remarks(String instanceKey) {
        return List.of();
    }

    /**
     * Writes the submission to the module's tables and moves the case on; called once per submission, in the transaction that
     * stored it and under the lock of its stream.
     *
     * @return codes for the next gateway; only names of {@code processes/variables.yaml}
     * @throws jp.kasane.foundation.Refusal.Invalid for what the form alone cannot check
     */
    Map<String, Object> apply(Submission submission);

    // ── 訂正・取消 (ADR 0013) ─────────────────────────────────────────────────────────────────────────────────────────

    /** Where a case stands while a step is to be done. */
    record Place(String phase, String step) {}

    /** Fields that decide where the case goes: corrected ones take it back and let it choose again. */
    default Set<String> pathFields() {
        return Set.of();
    }

    /** What the form of something recorded is checked and shown with. */
    default Map<String, Object> contextOf(Recorded before) {
        return context(before.caseId(), before.submission().instanceKey());
    }

    /** What was entered, as the form for its correction shows it. */
    default ObjectNode filled(Recorded before) {
        return before.submission().data();
    }

    /**
     * Writes the corrected content where the former stands. The case's way stays as it is; rows keep their ids, for later steps
     * refer to them. Under the lock of the stream.
     *
     * @return whether the engine waits for something that is different now (a date) and has to ask again
     * @throws jp.kasane.foundation.Refusal.Conflict if this cannot be corrected
     */
    default boolean correct(Recorded before, Submission after) {
        throw new Refusal.Conflict("この記録は訂正できません。必要なら、支援経過に記録してください。");
    }

    /**
     * Takes back what was written: it was voided, or a correction leads another way and will be applied anew. What later steps
     * wrote stays.
     *
     * @throws jp.kasane.foundation.Refusal.Conflict if it cannot be taken back
     */
    default void withdraw(Recorded before) {
        throw new Refusal.Conflict("この記録は取り消せません。誤りは訂正してください。");
    }

    /**
     * Applies a corrected version that leads another way, after the former was withdrawn and the case stands at its place again.
     *
     * @return facts as for {@link #apply}
     */
    default Map<String, Object> applyAnew(Recorded before, Submission after) {
        return apply(after);
    }

    /**
     * Whether the case may still stand where this put it: false where what it was about was done anew since, as a decision on an
     * evaluation that another one followed. Asked of the newest of its kind only.
     */
    default boolean stillCounts(Recorded before) {
        return true;
    }

    /** Where the case has to stand for this to be done again; empty where it moves no case. */
    default Optional<Place> place(Recorded before) {
        return Optional.empty();
    }
}
