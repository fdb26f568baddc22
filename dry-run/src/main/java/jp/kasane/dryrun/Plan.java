package jp.kasane.dryrun;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is to be played.
 *
 * @param models what is played
 * @param known what the recordings know, ids of elements by process; whatever else the models have is a new step
 */
record Plan(Models models, Map<String, Set<String>> known, List<Recording> recordings) {

    /**
     * @param bundles deployed one after the other; the files of one refer to each other
     * @param choices for steps that no recording knows, by element id: what is handed in as {@code outcome}
     */
    record Models(String name, List<Bundle> bundles, Map<String, String> choices) {}

    record Bundle(List<File> files) {}

    record File(String name, String content) {}

    /**
     * What happened to a case, from outside of the engine.
     *
     * @param at when it began, ISO 8601
     */
    record Recording(String id, String at, List<Event> events) {}

    /**
     * One thing that came from outside.
     *
     * @param at ISO 8601
     * @param kind {@code start} (a process was created), {@code message} (published), {@code job} (completed by a worker),
     *     {@code error} (thrown by a worker), {@code canceled} (a job that was taken back before its worker had answered), {@code task} (completed by a person), {@code timer} (went off), {@code cancel} (an
     *     instance was ended from outside)
     * @param process id of the process; null for a message
     * @param instance its {@code instanceKey}; null if it has none. For a message what it correlates with
     * @param element where it happened; for {@code start} where it began if not at the start event
     * @param name of the message, code of the error, type of the job
     * @param timeToLive of a message, in milliseconds
     */
    record Event(
            String at,
            String kind,
            String process,
            String instance,
            String element,
            String name,
            long timeToLive,
            Map<String, Object> variables) {}
}
