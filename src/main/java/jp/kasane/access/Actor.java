package jp.kasane.access;

import java.util.Set;
import java.util.UUID;

/** The person (or the system) in whose name something is done. */
public record Actor(UUID id, UUID municipalityId, String login, String displayName, Set<String> roles) {

    public boolean has(String role) {
        return roles.contains(role);
    }
}
