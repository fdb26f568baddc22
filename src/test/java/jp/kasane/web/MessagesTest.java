package jp.kasane.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every word of the screens stands in both languages, and none stands in a template. */
class MessagesTest {

    private static final Path RESOURCES = Path.of("src/main/resources");
    private static final Pattern KEY =
            Pattern.compile("#\\{([a-zA-Z][a-zA-Z0-9.-]*)[({}]|#messages\\.msg\\('([^']+)'\\)");
    private static final Pattern JAPANESE = Pattern.compile("[\\p{IsHiragana}\\p{IsKatakana}\\p{IsHan}]");

    private final Properties japanese = read("messages.properties");
    private final Properties english = read("messages_en.properties");

    @Test
    void bothLanguagesHaveTheSameKeys() {
        assertThat(new TreeSet<>(english.stringPropertyNames()))
                .isEqualTo(new TreeSet<>(japanese.stringPropertyNames()));
        assertThat(english.values()).noneMatch(value -> value.toString().isBlank());
    }

    /** Without arguments a message is shown as it is written; with some, one apostrophe alone would swallow what follows it. */
    @Test
    void anApostropheIsDoubledWhereAMessageTakesArgumentsAndOnlyThere() {
        for (var words : List.of(japanese, english)) {
            words.forEach((key, value) -> {
                var text = value.toString();
                if (text.matches("(?s).*\\{\\d.*")) {
                    assertThat(text.replace("''", "")).as(key.toString()).doesNotContain("'");
                } else {
                    assertThat(text).as(key.toString()).doesNotContain("''");
                }
            });
        }
    }

    @Test
    void everyKeyOfATemplateExists() throws IOException {
        var missing = new ArrayList<String>();
        for (var template : templates()) {
            var keys = KEY.matcher(Files.readString(template));
            while (keys.find()) {
                var key = keys.group(1) != null ? keys.group(1) : keys.group(2);
                if (!japanese.containsKey(key)) {
                    missing.add(template.getFileName() + ": " + key);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void noTemplateSaysSomethingThatIsNotAMessage() throws IOException {
        var said = new ArrayList<String>();
        for (var template : templates()) {
            for (var line : Files.readAllLines(template)) {
                // The product's own name and punctuation between two values are the same in every language.
                var rest = line.replace("かさね", "").replaceAll("<!--.*?-->", "").replaceAll("'[　、：（）◎○]+ ?'", "");
                if (JAPANESE.matcher(rest).find()) {
                    said.add(template.getFileName() + ": " + line.trim());
                }
            }
        }
        assertThat(said).isEmpty();
    }

    @Test
    void everyTaskOfEveryDiagramHasAName() throws IOException {
        var missing = new ArrayList<String>();
        try (var diagrams = Files.newDirectoryStream(Path.of("processes"), "*.bpmn")) {
            for (var diagram : diagrams) {
                var text = Files.readString(diagram);
                var tasks = Pattern.compile("<bpmn:userTask id=\"([^\"]+)\"").matcher(text);
                while (tasks.find()) {
                    if (!japanese.containsKey("step." + tasks.group(1))) {
                        missing.add(tasks.group(1));
                    }
                }
                var process = Pattern.compile("<bpmn:process id=\"([^\"]+)\"").matcher(text);
                if (process.find() && !japanese.containsKey("process." + process.group(1))) {
                    missing.add(process.group(1));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** A code a form offers is shown on the case page, so it needs a word there. */
    @Test
    void everyCodeOfAFormThatThePagesShowHasAWord() throws IOException {
        var missing = new ArrayList<String>();
        record Shown(String form, String field, String group) {}
        for (var shown : List.of(
                new Shown("consultation", "channel", "channel"),
                new Shown("consultation", "broughtBy", "broughtBy"),
                new Shown("triage", "caseClass", "caseClass"),
                new Shown("triage", "route", "consultation.status"),
                new Shown("gather-information", "relation", "relation"),
                new Shown("assessment", "consentState", "consentState"),
                new Shown("assessment", "route", "route"),
                new Shown("meeting-record", "outcomeSupport", "outcome"),
                new Shown("meeting-record", "outcomeCoordination", "outcome"),
                new Shown("outreach-contact", "kind", "contact.kind"),
                new Shown("contact", "kind", "contact.kind"),
                new Shown("outreach-contact", "relationStage", "relationStage"),
                new Shown("consent", "scope", "scope"),
                new Shown("consent", "evidence", "evidence"),
                new Shown("plan-decision", "decision", "plan.status"),
                new Shown("review", "decision", "review.decision"),
                new Shown("review", "goalState", "goalState"),
                new Shown("handover-acknowledgement", "outcome", "closure.status"),
                new Shown("closure-decision", "decision", "closure.status"))) {
            var form = new ObjectMapper()
                    .readTree(Path.of("forms", shown.form() + ".form").toFile());
            for (var code : codes(form, shown.field())) {
                if (!japanese.containsKey(shown.group() + "." + code) && !japanese.containsKey("involved." + code)) {
                    missing.add(shown.form() + "." + shown.field() + ": " + shown.group() + "." + code);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** A name that no message has would stand on the screen as it is written. */
    @Test
    void whatAMessageNamesHasAGeneralWord() {
        var named = new TreeSet<String>();
        for (var words : List.of(japanese, english)) {
            for (var message : words.values()) {
                var names = Pattern.compile("‹([^›]*)›?").matcher(message.toString());
                while (names.find()) {
                    named.add("called." + names.group(1).substring(0, 1).toLowerCase()
                            + names.group(1).substring(1));
                }
            }
        }
        assertThat(named).hasSizeGreaterThan(5);
        assertThat(japanese.stringPropertyNames()).containsAll(named);
    }

    private static List<String> codes(JsonNode node, String field) {
        var codes = new ArrayList<String>();
        for (var component : node.path("components")) {
            if (component.path("key").asText().equals(field)) {
                component
                        .path("values")
                        .forEach(value -> codes.add(value.get("value").asText()));
            }
            codes.addAll(codes(component, field));
        }
        return codes;
    }

    private static List<Path> templates() throws IOException {
        try (var files = Files.walk(RESOURCES.resolve("templates"))) {
            return files.filter(file -> file.toString().endsWith(".html")).toList();
        }
    }

    private static Properties read(String name) {
        try (Reader file = Files.newBufferedReader(RESOURCES.resolve(name), StandardCharsets.UTF_8)) {
            var properties = new Properties();
            properties.load(file);
            return properties;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
