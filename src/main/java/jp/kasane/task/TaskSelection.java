package jp.kasane.task;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jp.kasane.foundation.Refusal;

/**
 * What of the task list somebody wants to see. It stands in the list's address, so that back, reload and a link show the same; what
 * was looked for in words does not, for it may be somebody's name: there only its id stands.
 *
 * @param facets what a task must have, by facet (phase, area, agency, urgency, concern, main, step): one of the values of each
 * @param from the first day of the due date, or null
 * @param to the last day, or null
 * @param search the id of the words that are looked for, or null
 * @param after where the page begins, as the page before said it; null for the first
 */
public record TaskSelection(
        Tasks.View view,
        Map<String, List<String>> facets,
        LocalDate from,
        LocalDate to,
        boolean withoutDate,
        String search,
        Sort sort,
        String after) {

    /** In this order they stand on the page. */
    public static final List<String> FACETS = List.of("phase", "urgency", "agency", "area", "concern", "main", "step");

    private static final Pattern CODE = Pattern.compile("[\\p{L}\\p{N}_./-]{1,80}");

    public enum Sort {
        /** The nearest due date first, those without one last. */
        DUE,
        /** Those that appeared last first. */
        NEWEST,
        /** Those that wait longest first. */
        OLDEST
    }

    public static TaskSelection all(Tasks.View view) {
        return new TaskSelection(view, Map.of(), null, null, false, null, Sort.DUE, null);
    }

    /**
     * @param parameters of the address; others than ours are left alone
     * @throws Refusal.Invalid naming the parameter that is none
     */
    public static TaskSelection of(Map<String, String[]> parameters, Tasks.View otherwise) {
        var facets = new LinkedHashMap<String, List<String>>();
        for (var facet : FACETS) {
            var values = Stream.of(parameters.getOrDefault(facet, new String[0]))
                    .filter(value -> !value.isBlank())
                    .peek(value -> {
                        if (!CODE.matcher(value).matches()) {
                            throw invalid(facet, "に、使えない値があります。");
                        }
                    })
                    .collect(Collectors.toCollection(TreeSet::new));
            if (values.size() > 50) {
                throw invalid(facet, "は50個まで選べます。");
            }
            if (!values.isEmpty()) {
                facets.put(facet, List.copyOf(values));
            }
        }
        return new TaskSelection(
                choice(Tasks.View.class, parameters, "view", otherwise),
                facets,
                date(parameters, "from"),
                date(parameters, "to"),
                "true".equals(one(parameters, "none")),
                one(parameters, "s"),
                choice(Sort.class, parameters, "sort", Sort.DUE),
                one(parameters, "after"));
    }

    private static String one(Map<String, String[]> parameters, String name) {
        var values = parameters.get(name);
        return values == null || values.length == 0 || values[0].isBlank() ? null : values[0];
    }

    private static <E extends Enum<E>> E choice(
            Class<E> type, Map<String, String[]> parameters, String name, E otherwise) {
        var value = one(parameters, name);
        if (value == null) {
            return otherwise;
        }
        return Stream.of(type.getEnumConstants())
                .filter(each -> code(each).equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> invalid(
                        name,
                        "は "
                                + Stream.of(type.getEnumConstants())
                                        .map(TaskSelection::code)
                                        .collect(Collectors.joining("、"))
                                + " のどれかです。"));
    }

    private static LocalDate date(Map<String, String[]> parameters, String name) {
        var value = one(parameters, name);
        try {
            return value == null ? null : LocalDate.parse(value);
        } catch (DateTimeParseException notADate) {
            throw invalid(name, "は日付（例：2026-04-01）で入力してください。");
        }
    }

    private static Refusal.Invalid invalid(String name, String message) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError(name, name, message)));
    }

    public static String code(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    public List<String> chosen(String facet) {
        return facets.getOrDefault(facet, List.of());
    }

    /** Whether anything narrows the view. */
    public boolean narrowed() {
        return !facets.isEmpty() || from != null || to != null || withoutDate || search != null;
    }

    /** The tags a task must have one of, group by group. */
    List<List<String>> tagGroups() {
        return facets.entrySet().stream()
                .map(facet -> facet.getValue().stream()
                        .map(value -> facet.getKey() + ":" + value)
                        .toList())
                .toList();
    }

    public TaskSelection in(Tasks.View other) {
        return new TaskSelection(other, facets, from, to, withoutDate, search, sort, null);
    }

    public TaskSelection sorted(Sort other) {
        return new TaskSelection(view, facets, from, to, withoutDate, search, other, null);
    }

    public TaskSelection from(String page) {
        return new TaskSelection(view, facets, from, to, withoutDate, search, sort, page);
    }

    public TaskSelection searching(String id) {
        return new TaskSelection(view, facets, from, to, withoutDate, id, sort, null);
    }

    /** Without one of the chosen values, as a click on it takes it away. */
    public TaskSelection without(String facet, String value) {
        var left = new LinkedHashMap<String, List<String>>();
        facets.forEach((each, values) -> {
            var kept = values.stream()
                    .filter(one -> !each.equals(facet) || !one.equals(value))
                    .toList();
            if (!kept.isEmpty()) {
                left.put(each, kept);
            }
        });
        boolean dates = facet.equals("due");
        return new TaskSelection(
                view,
                left,
                dates ? null : from,
                dates ? null : to,
                !dates && withoutDate,
                facet.equals("s") ? null : search,
                sort,
                null);
    }

    /** As it stands in the address; nothing in it needs to be escaped but what {@link java.net.URLEncoder} does. */
    public String query() {
        var parts = new ArrayList<String>();
        parts.add("view=" + code(view));
        facets.forEach((facet, values) -> values.forEach(value ->
                parts.add(facet + "=" + java.net.URLEncoder.encode(value, java.nio.charset.StandardCharsets.UTF_8))));
        if (from != null) {
            parts.add("from=" + from);
        }
        if (to != null) {
            parts.add("to=" + to);
        }
        if (withoutDate) {
            parts.add("none=true");
        }
        if (search != null) {
            parts.add("s=" + java.net.URLEncoder.encode(search, java.nio.charset.StandardCharsets.UTF_8));
        }
        if (sort != Sort.DUE) {
            parts.add("sort=" + code(sort));
        }
        if (after != null) {
            parts.add("after=" + java.net.URLEncoder.encode(after, java.nio.charset.StandardCharsets.UTF_8));
        }
        return String.join("&", parts);
    }
}
