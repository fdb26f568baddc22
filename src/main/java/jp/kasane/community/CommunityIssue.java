package jp.kasane.community;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * 地域課題, as everybody who works here may read it.
 *
 * @param number per municipality and fiscal year: 課題2026-003
 * @param area null for the whole municipality
 * @param status sorting, deliberation, building, reply, kept or settled
 * @param outcome existing, resource, adopted, partly, declined, none or stopped; null before
 * @param cases how many cases raised it; which ones, only who sees them knows
 */
public record CommunityIssue(
        UUID id,
        String number,
        String title,
        String description,
        String area,
        String status,
        String body,
        String question,
        String outcome,
        String resource,
        String agency,
        Instant raisedAt,
        long cases,
        List<Step> steps) {

    /**
     * @param step sort, deliberate, build or reply
     * @param outcome of that step
     */
    public record Step(
            String step, String outcome, String said, LocalDate happenedOn, Instant recordedAt, String recordedBy) {}
}
