package jp.kasane.consent;

import java.util.List;
import java.util.UUID;

/** What rests on consent, and stops when that is narrowed or withdrawn. */
public interface ConsentDependent {

    /**
     * Stops what consent no longer carries, in the transaction that recorded the change.
     *
     * @param sufficient whether consent still suffices for a plan at all
     * @param covered agencies with which information may still be shared
     * @return what was stopped; empty where nothing was
     */
    List<Stopped> consentChanged(UUID caseId, boolean sufficient, List<UUID> covered);

    /** @param kind plan, meeting or role */
    record Stopped(String kind, UUID id, UUID agencyId) {}
}
