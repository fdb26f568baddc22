package jp.kasane.municipality.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.springframework.core.io.ClassPathResource;

/**
 * Reads a profile and finds all its mistakes at once: what a schema can say is in {@code profiles/profile.schema.json}, which serves
 * editors too; what one place says of another is here. It looks at the tree and not at records, so that a mistake in one place does not
 * hide those in others.
 */
final class ProfileCheck {

    private static final ObjectMapper JSON =
            JsonMapper.builder().addModule(new JavaTimeModule()).build();

    /** Scenarios are played with them, whatever the municipality. */
    private static final Set<String> LOGINS =
            new TreeSet<>(Set.of("reception", "coordinator", "member", "manager", "auditor", "admin"));

    private static final JsonSchema SCHEMA = schema();

    private final ProfileText text;
    private final String code;
    private final List<Mistake> mistakes = new ArrayList<>();

    private ProfileCheck(ProfileText text, String code) {
        this.text = text;
        this.code = code;
    }

    private static JsonSchema schema() {
        try (var file = new ClassPathResource("profiles/profile.schema.json").getInputStream()) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(
                            file,
                            SchemaValidatorsConfig.builder()
                                    .pathType(PathType.JSON_POINTER)
                                    .locale(Locale.ENGLISH)
                                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param code the file's name without {@code .yaml}
     * @throws BadProfile with every mistake
     */
    static Profile read(String code, String yaml) {
        var text = ProfileText.read("profiles/" + code + ".yaml", yaml);
        var check = new ProfileCheck(text, code);
        check.look();
        if (!check.mistakes.isEmpty()) {
            check.mistakes.sort(Comparator.comparingInt(Mistake::line).thenComparing(Mistake::key));
            throw new BadProfile(check.mistakes);
        }
        try {
            return JSON.treeToValue(text.root(), Profile.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The schema and the records of a profile differ", e);
        }
    }

    private void look() {
        mistakes.addAll(text.mistakes());
        if (!text.mistakes().isEmpty() && text.root().isEmpty()) {
            return;
        }
        SCHEMA.validate(text.root()).stream().map(this::ofSchema).distinct().forEach(mistakes::add);
        var root = text.root();
        if (root.path("code").isTextual() && !root.path("code").asText().equals(code)) {
            wrong("/code", "is '%s', but the file is called %s.yaml".formatted(text("/code"), code));
        }
        agencies();
        areas();
        meetings();
        decider();
        unique("/concerns", "concern", "entry");
        unique("/closure/codes", "code", "closure code");
        unique("/intake/ways", "code", "way");
        deadlines();
        users();
    }

    // ── what the schema says ───────────────────────────────────────────────────────────────────────────────────────

    private Mistake ofSchema(ValidationMessage message) {
        var pointer = message.getInstanceLocation().toString();
        return switch (message.getType()) {
            case "additionalProperties" ->
                text.mistake(pointer + "/" + message.getProperty(), "is not a key of a profile");
            case "required" -> missing(pointer, message.getProperty());
            case "enum" -> text.mistake(pointer, "must be one of " + allowed(message));
            case "type" ->
                text.mistake(
                        pointer,
                        "must be of the type " + message.getArguments()[1] + ", not " + message.getArguments()[0]);
            case "pattern" ->
                text.mistake(
                        pointer,
                        pointer.endsWith("/source")
                                ? "must name a document and its lines ('002, L5079-81') or be 'ours'"
                                : "'" + text.root().at(pointer).asText() + "' does not have the form "
                                        + message.getArguments()[0]);
            default -> text.mistake(pointer, message.getError());
        };
    }

    private Mistake missing(String pointer, String property) {
        var there = text.mistake(pointer, "");
        var key = there.key().isEmpty() ? property : there.key() + "." + property;
        return new Mistake(
                there.file(),
                there.line(),
                key,
                property.equals("convener") ? "is missing: a meeting that nobody convenes" : "is missing");
    }

    private static String allowed(ValidationMessage message) {
        return StreamSupport.stream(message.getSchemaNode().spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(", "));
    }

    // ── what one place says of another ─────────────────────────────────────────────────────────────────────────────

    private void agencies() {
        unique("/agencies", "code", "agency");
        agency("/coordinatingAgency/code");
        agency("/responsibleAgency/code");
        agency("/plan/drafter/code");
        each("/meetings", (pointer, meeting) -> agency(pointer + "/convener"));
        each("/intake/ways", (pointer, way) -> agency(pointer + "/agency"));
        each("/localUsers/users", (pointer, user) -> agency(pointer + "/agency"));
    }

    private void agency(String pointer) {
        var named = text.root().at(pointer);
        if (named.isTextual() && !codes("/agencies").contains(named.asText())) {
            wrong(pointer, "'%s' is none of the agencies".formatted(named.asText()));
        }
    }

    private void areas() {
        unique("/areas", "code", "scheme");
        var known = new HashSet<String>();
        each(
                "/areas",
                (scheme, node) -> each(
                        scheme + "/areas",
                        (area, entry) -> known.add(node.path("code").asText() + "/"
                                + entry.path("code").asText())));
        each("/areas", (scheme, node) -> {
            unique(scheme + "/areas", "code", "area");
            var districts = new HashMap<String, String>();
            each(scheme + "/areas", (area, entry) -> {
                var parent = entry.path("parent").asText("");
                var full = parent.contains("/") ? parent : node.path("code").asText() + "/" + parent;
                if (!parent.isEmpty()
                        && (!known.contains(full)
                                || full.equals(node.path("code").asText() + "/"
                                        + entry.path("code").asText()))) {
                    wrong(area + "/parent", "'%s' is no other area".formatted(parent));
                }
                each(area + "/districts", (pointer, district) -> {
                    var before = districts.putIfAbsent(
                            district.asText(), entry.path("code").asText());
                    if (before != null) {
                        wrong(pointer, "'%s' is in the area '%s' already".formatted(district.asText(), before));
                    }
                });
            });
        });
        each(
                "/agencies",
                (agency, node) -> each(agency + "/areas", (pointer, area) -> {
                    if (area.isTextual() && !known.contains(area.asText())) {
                        wrong(pointer, "'%s' is none of the areas (scheme/area)".formatted(area.asText()));
                    }
                }));
    }

    private void meetings() {
        unique("/meetings", "code", "meeting");
        var slots = new HashMap<String, String>();
        each("/meetings", (pointer, meeting) -> {
            slot(pointer, meeting, slots);
            var rhythm = meeting.path("rhythm").asText();
            if ((rhythm.equals("weekly") || rhythm.equals("monthly"))
                    && meeting.path("weekday").isMissingNode()) {
                wrong(pointer, "weekday", "is missing: a %s rhythm needs one".formatted(rhythm));
            }
            if (rhythm.equals("monthly") && meeting.path("nths").isEmpty()) {
                wrong(pointer, "nths", "is missing: which of the month's weekdays?");
            }
            if (meeting.path("every").asInt(1) > 1 && meeting.path("countsFrom").isMissingNode()) {
                wrong(
                        pointer,
                        "countsFrom",
                        "is missing: from where are the %d counted?"
                                .formatted(meeting.path("every").asInt()));
            }
            if (meeting.path("countsFrom").isTextual()
                    && !isDate(meeting.path("countsFrom").asText())) {
                wrong(pointer + "/countsFrom", "is no day of the calendar");
            }
            if (!Set.of("", "none").contains(meeting.path("pledge").asText())
                    && !values(meeting.path("kinds")).contains("support")) {
                wrong(pointer + "/pledge", "is for a 支援会議: kinds has to name support");
            }
        });
    }

    /** The table meeting-body names one slot for a case: two bodies in it would be one too many. */
    private void slot(String pointer, JsonNode meeting, Map<String, String> slots) {
        if (!meeting.path("slot").isTextual()) {
            return;
        }
        var slot = meeting.path("slot").asText();
        var forCases = values(meeting.path("kinds"));
        forCases.retainAll(Set.of("support", "coordination"));
        if (forCases.isEmpty()) {
            wrong(pointer + "/slot", "is for a meeting of cases: kinds has to name support or coordination");
        }
        for (var kind : forCases) {
            var before =
                    slots.putIfAbsent(kind + " " + slot, meeting.path("code").asText());
            if (before != null) {
                wrong(pointer + "/slot", "'%s' is held by '%s' already (%s)".formatted(slot, before, kind));
            }
        }
    }

    /** Who decides plans is said twice, and has to be the same twice: by plan.decider, and by the body that does. */
    private void decider() {
        var decider = text("/plan/decider/value");
        var deciding = new ArrayList<String>();
        each("/meetings", (pointer, meeting) -> {
            if (!values(meeting.path("decides")).contains("plan")) {
                return;
            }
            deciding.add(pointer);
            if (!values(meeting.path("kinds")).contains("coordination")) {
                wrong(
                        pointer + "/decides",
                        "names plan: kinds has to name coordination, plans are put to no other meeting");
            } else if (!decider.equals("meeting")) {
                wrong(pointer + "/decides", "names plan: plan.decider has to be meeting");
            }
        });
        if (decider.equals("meeting") && deciding.isEmpty()) {
            wrong("/plan/decider/value", "is meeting: a meeting of the kind coordination has to decide plan");
        }
    }

    private static boolean isDate(String text) {
        try {
            LocalDate.parse(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private void deadlines() {
        unique("/deadlines/steps", "step", "step");
        each("/deadlines/steps", (pointer, step) -> {
            if (step.path("leadDays").asInt() > step.path("escalateDays").asInt()) {
                wrong(pointer + "/leadDays", "is later than escalateDays: the section would hear of it first");
            }
        });
    }

    private void users() {
        unique("/localUsers/users", "login", "login");
        if (!text.root().at("/localUsers/users").isArray()) {
            return;
        }
        var missing = new TreeSet<>(LOGINS);
        var posts = new HashSet<String>();
        each("/localUsers/users", (pointer, user) -> {
            missing.remove(user.path("login").asText());
            posts.add(user.path("role").asText() + "@" + user.path("agency").asText());
        });
        if (!missing.isEmpty()) {
            wrong("/localUsers/users", "lack " + String.join(", ", missing) + ": scenarios are played with them");
        }
        if (!posts.contains("coordinator@" + text("/coordinatingAgency/code"))) {
            wrong("/localUsers/users", "have no coordinator at the coordinating agency");
        }
        if (!posts.contains("manager@" + text("/responsibleAgency/code"))) {
            wrong("/localUsers/users", "have no manager at the responsible agency");
        }
    }

    private void unique(String pointer, String key, String what) {
        var seen = new HashMap<String, String>();
        each(pointer, (at, node) -> {
            var value = node.path(key);
            if (value.isTextual() && seen.putIfAbsent(value.asText(), at) != null) {
                wrong(at + "/" + key, "'%s' is another %s's already".formatted(value.asText(), what));
            }
        });
    }

    private interface Entry {
        void look(String pointer, JsonNode node);
    }

    private void each(String pointer, Entry entry) {
        var list = text.root().at(pointer);
        for (int i = 0; list.isArray() && i < list.size(); i++) {
            entry.look(pointer + "/" + i, list.get(i));
        }
    }

    private Set<String> codes(String pointer) {
        var codes = new HashSet<String>();
        each(pointer, (at, node) -> codes.add(node.path("code").asText()));
        return codes;
    }

    private static Set<String> values(JsonNode array) {
        var values = new HashSet<String>();
        array.forEach(value -> values.add(value.asText()));
        return values;
    }

    private String text(String pointer) {
        return text.root().at(pointer).asText();
    }

    private void wrong(String pointer, String sentence) {
        mistakes.add(text.mistake(pointer, sentence));
    }

    private void wrong(String pointer, String missing, String sentence) {
        var there = text.mistake(pointer, "");
        mistakes.add(new Mistake(there.file(), there.line(), there.key() + "." + missing, sentence));
    }
}
