package jp.kasane.roster;

import java.util.UUID;
import jp.kasane.task.Submission;

/** Something was amiss at a visit; published in the transaction that noted it. */
record ConcernSeen(UUID personId, UUID visitId, Submission submission) {}
