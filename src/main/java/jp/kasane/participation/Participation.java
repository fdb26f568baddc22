package jp.kasane.participation;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * One person's 参加支援.
 *
 * @param need what the person would like to do, and can
 * @param intention how their consent or intention was made sure of (002, L5004-5007)
 * @param status seeking, trying, settled or ended
 * @param place of the list of 社会資源, or another one; null while none was found
 * @param joinsAs participant or contributor; null while none was found
 * @param lookOn when somebody looks again: for a place, or how it goes; null once it has ended
 * @param withPlan a support plan was in force when it began
 */
public record Participation(
        UUID id,
        UUID memberId,
        String member,
        String need,
        String consideration,
        String intention,
        String status,
        String place,
        String joinsAs,
        LocalDate startsOn,
        LocalDate lookOn,
        boolean withPlan,
        Instant startedAt,
        Instant settledAt,
        Instant endedAt,
        String endReason,
        List<Step> steps) {

    /** @param outcome found, seeking, missing, stop, settled, continue, elsewhere or ended */
    public record Step(String outcome, String observation, LocalDate lookOn, Instant recordedAt, String recordedBy) {}
}
