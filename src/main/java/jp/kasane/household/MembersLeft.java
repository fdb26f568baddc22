package jp.kasane.household;

import java.util.List;
import java.util.UUID;

/** Published in the transaction in which people left a household: what went on for them there has nobody to go on for. */
public record MembersLeft(UUID caseId, List<UUID> memberIds) {}
