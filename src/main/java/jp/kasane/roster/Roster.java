package jp.kasane.roster;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.UUID;

/**
 * A list of people to visit, with how far it is, as far as the acting user sees its people.
 *
 * @param agency who visits, unless a row names another agency
 * @param keeps whether the acting user may import into it
 */
public record Roster(
        UUID id, String name, String purpose, String agency, Instant createdAt, boolean keeps, Progress progress) {

    /**
     * Persons, never visits (実数).
     *
     * @param persons on the list and not taken off it
     * @param visited at least one visit was noted
     * @param heard somebody talked with them: met, or a consultation came of it (市貝町's 調査, 001, L11005)
     * @param accompanied of those heard, with somebody of another agency (同行)
     * @param listed not visited yet
     * @param again visited, and nobody was there
     * @param left moved away or died
     * @param off taken off the list; not among {@code persons}
     */
    public record Progress(
            long persons,
            long visited,
            long heard,
            long accompanied,
            long listed,
            long again,
            long met,
            long refused,
            long left,
            long consultations,
            long off) {

        /** Who is still to be visited. */
        @JsonProperty
        public long remaining() {
            return listed + again;
        }

        /** In whole percent of the persons, rounded down: 100 only when nobody remains. */
        @JsonProperty
        public long percent() {
            return persons == 0 ? 0 : (persons - remaining()) * 100 / persons;
        }
    }
}
