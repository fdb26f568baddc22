package jp.kasane.dryrun;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A line of the answer: either what became of one recording, or, alone, what the engine has against the files.
 *
 * @param recording null if the files were refused
 * @param refused what the engine says of the files; null if it took them
 * @param instances the way taken, in the order in which they began
 * @param unanswered steps that no recording knows, and which were taken as done
 * @param unheard events of the recording for which nobody waited
 * @param stopped where the engine could not go on
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Answer(
        String recording,
        String refused,
        List<Instance> instances,
        List<Step> unanswered,
        List<Step> unheard,
        List<Stop> stopped) {

    /**
     * @param state ACTIVE, COMPLETED or TERMINATED at the end of the recording
     * @param elements entered, in order
     * @param waiting entered and not left
     */
    record Instance(String process, String instance, String state, List<String> elements, List<String> waiting) {}

    /** @param kind as in {@link Plan.Event} */
    record Step(String kind, String process, String instance, String element, String name) {}

    /**
     * @param type the engine's kind of incident, or {@code NEVER_QUIET}: it did not come to rest; no further recording is played then
     * @param message as the engine writes it
     */
    record Stop(String process, String instance, String element, String type, String message) {}
}
