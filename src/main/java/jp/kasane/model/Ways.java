package jp.kasane.model;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Two ways of the same story through the diagrams: what is in force, and the draft. */
final class Ways {

    private Ways() {}

    /**
     * What became of one recording, as the program tells it ({@code jp.kasane.dryrun.Answer}).
     *
     * @param instances in the order in which they began
     * @param unanswered steps that were taken as done
     * @param unheard events for which nobody waited
     */
    record Way(List<Instance> instances, List<Step> unanswered, List<Step> unheard, List<Stop> stopped) {
        Way {
            instances = instances == null ? List.of() : instances;
            unanswered = unanswered == null ? List.of() : unanswered;
            unheard = unheard == null ? List.of() : unheard;
            stopped = stopped == null ? List.of() : stopped;
        }
    }

    record Instance(String process, String instance, String state, List<String> elements, List<String> waiting) {}

    record Step(String kind, String process, String instance, String element, String name) {}

    record Stop(String process, String instance, String element, String type, String message) {}

    /**
     * One instance that went another way: elements it no longer enters, and others it does now; and what of it is open at the end of the story
     * and was not, or the other way round.
     */
    record Turn(
            String process, String after, List<String> gone, List<String> come, List<String> open, List<String> over) {
        Turn(String process, String after, List<String> gone, List<String> come) {
            this(process, after, gone, come, List.of(), List.of());
        }
    }

    /**
     * @param assumed new steps, taken as done
     * @param missing tasks of the story whose turn never came
     * @param stops where the engine could not go on, and did before
     */
    record Difference(List<Turn> turns, List<Step> assumed, List<Step> missing, List<Stop> stops) {
        String verdict() {
            return !stops.isEmpty() ? "stopped" : turns.isEmpty() && missing.isEmpty() ? "same" : "other";
        }
    }

    static Difference between(Way before, Way after) {
        var turns = new ArrayList<Turn>();
        var counterparts = counted(after.instances());
        var seen = new HashSet<String>();
        counted(before.instances()).forEach((name, instance) -> {
            seen.add(name);
            turn(instance, counterparts.get(name)).ifPresent(turns::add);
        });
        counterparts.forEach((name, instance) -> {
            if (!seen.contains(name)) {
                turns.add(new Turn(instance.process(), null, List.of(), distinct(instance.elements())));
            }
        });
        return new Difference(
                turns,
                tasks(after.unanswered()).stream()
                        .filter(step -> !before.unanswered().contains(step))
                        .distinct()
                        .toList(),
                less(tasks(after.unheard()), tasks(before.unheard())),
                after.stopped().stream()
                        .filter(stop -> before.stopped().stream()
                                .noneMatch(one -> Objects.equals(one.process(), stop.process())
                                        && Objects.equals(one.element(), stop.element())
                                        && Objects.equals(one.type(), stop.type())))
                        .toList());
    }

    /** The same process may run several times under the same key, one after the other. */
    private static Map<String, Instance> counted(List<Instance> instances) {
        var counted = new LinkedHashMap<String, Instance>();
        var times = new HashMap<String, Integer>();
        for (var instance : instances) {
            var name = instance.process() + " " + instance.instance();
            counted.put(name + " " + times.merge(name, 1, Integer::sum), instance);
        }
        return counted;
    }

    private static Optional<Turn> turn(Instance before, Instance after) {
        if (after == null) {
            return Optional.of(new Turn(before.process(), null, distinct(before.elements()), List.of()));
        }
        var open = without(distinct(after.waiting()), before.waiting());
        var over = without(distinct(before.waiting()), after.waiting());
        // Branches side by side may come in another order: that is no other way.
        if (sorted(before.elements()).equals(sorted(after.elements()))) {
            return open.isEmpty() && over.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Turn(before.process(), null, List.of(), List.of(), open, over));
        }
        var deltas = DiffUtils.diff(before.elements(), after.elements()).getDeltas();
        int first = deltas.stream()
                .mapToInt(delta -> delta.getSource().getPosition())
                .min()
                .orElse(0);
        var gone = elements(deltas, true);
        var come = elements(deltas, false);
        // What only comes at another moment is not worth a word beside what is new.
        var moved = gone.stream().filter(come::contains).toList();
        boolean more = moved.size() < Math.max(gone.size(), come.size());
        return Optional.of(new Turn(
                before.process(),
                first == 0 ? null : before.elements().get(first - 1),
                more ? without(gone, moved) : gone,
                more ? without(come, moved) : come,
                List.of(),
                List.of()));
    }

    private static List<String> without(List<String> elements, List<String> these) {
        return elements.stream().filter(element -> !these.contains(element)).toList();
    }

    private static List<String> elements(List<AbstractDelta<String>> deltas, boolean before) {
        return distinct(deltas.stream()
                .flatMap(delta -> (before ? delta.getSource() : delta.getTarget()).getLines().stream())
                .toList());
    }

    private static List<String> distinct(List<String> elements) {
        return List.copyOf(new LinkedHashSet<>(elements));
    }

    private static List<String> sorted(List<String> elements) {
        return elements.stream().sorted().toList();
    }

    /** What people do: that workers are not asked any more follows from the way. */
    private static List<Step> tasks(List<Step> steps) {
        return steps.stream().filter(step -> step.kind().equals("task")).toList();
    }

    private static List<Step> less(List<Step> steps, List<Step> these) {
        var rest = new ArrayList<>(steps);
        these.forEach(rest::remove);
        return rest.stream().distinct().toList();
    }
}
