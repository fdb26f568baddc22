package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.function.Predicate;

/** Somebody who has no mouse: gets about by Tab, chooses by arrows and Space, and sees where they are. */
final class Keyboard {

    /** More than any page has places to stop at. */
    private static final int PATIENCE = 400;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a screen reader would call the place where the focus is; and whether it can be seen. */
    private static final String FOCUSED =
            """
            () => {
              const one = document.activeElement;
              const text = (ids) => (ids ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();
              const name = text(one.getAttribute('aria-labelledby')) || one.getAttribute('aria-label')
                || [...(one.labels ?? [])].map((label) => label.textContent).join(' ')
                || (one.matches('a, button, summary, [role]') ? one.textContent : '');
              const shows = (seen) => {
                if (!seen) return false;
                const style = getComputedStyle(seen);
                return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
              };
              const frame = one.closest('.fjs-input-group');
              const box = (frame ?? one).getBoundingClientRect();
              return { name: name.replace(/\\s+/g, ' ').trim(), id: one.id, kind: one.tagName.toLowerCase() + ':' + (one.type ?? ''),
                classes: one.className, seen: one !== document.body && box.width > 0 && box.height > 0 && (shows(one) || shows(frame)),
                checked: one.checked === true, value: one.value ?? '' };
            }""";

    record Focused(String name, String id, String kind, String classes, boolean seen, boolean checked, String value) {}

    private final Page page;

    Keyboard(Page page) {
        this.page = page;
    }

    Focused focused() {
        var found = (Map<?, ?>) page.evaluate(FOCUSED);
        return JSON.convertValue(found, Focused.class);
    }

    /** Moves on by Tab until what has the focus is called this. */
    Focused to(String name) {
        return to("「" + name + "」", place -> place.name().contains(name));
    }

    /** @throws AssertionError with everything that was passed, when no Tab leads there or it cannot be seen that one is there */
    Focused to(String what, Predicate<Focused> there) {
        var passed = new ArrayList<String>();
        var place = focused();
        for (int i = 0; i < PATIENCE; i++) {
            if (!place.kind().startsWith("body") && there.test(place)) {
                assertThat(place.seen()).as("the focus is seen on %s", place).isTrue();
                return place;
            }
            page.keyboard().press("Tab");
            place = focused();
            passed.add(place.name().isEmpty() ? place.kind() + "#" + place.id() : place.name());
        }
        throw new AssertionError(what + " cannot be reached on " + page.url() + ". Passed: "
                + passed.stream().distinct().toList());
    }

    void press(String key) {
        page.keyboard().press(key);
    }

    void type(String text) {
        press("Control+A");
        // As an input method hands it over.
        page.keyboard().insertText(text);
    }

    /** Over the navigation, by the link that is there for it. */
    void skip() {
        to("本文へ");
        press("Enter");
    }

    void fillForm(JsonNode data) {
        page.locator("#form .fjs-form").waitFor();
        var host = page.locator("[data-form]");
        components(
                read(host.getAttribute("data-schema")).get("components"),
                data,
                read(host.getAttribute("data-values")),
                "");
    }

    void submitForm() {
        to("the button that sends the form", place -> place.id().equals("form-submit"));
        press("Enter");
    }

    private void components(JsonNode components, JsonNode data, JsonNode options, String row) {
        for (var component : components) {
            var type = component.get("type").asText();
            var key = component.path("key").asText(component.path("path").asText());
            if (type.equals("group")) {
                components(component.get("components"), data, options, row);
            } else if (type.equals("dynamiclist") && data.has(key)) {
                rows(component, data.get(key), options);
            } else if (data.hasNonNull(key)) {
                field(component, type, data.get(key), options, row);
            }
        }
    }

    private void rows(JsonNode list, JsonNode rows, JsonNode options) {
        var first = list.get("components").get(0).get("id").asText();
        for (int i = 0; i < rows.size(); i++) {
            var row = "_" + i;
            if (page.locator("#form [id$='-" + first + row + "'], #form [id$='-" + first + row + "-date']")
                            .count()
                    == 0) {
                var add = to(
                        "the button that adds a row", place -> place.classes().contains("fjs-repeat-render-add"));
                assertThat(add.name()).contains("追加");
                press("Enter");
                // The row has come before the button: back to its first field.
                page.locator("#form [id$='-" + first + row + "']").waitFor();
                for (int back = 0; back < PATIENCE && !focused().id().endsWith("-" + first + row); back++) {
                    press("Shift+Tab");
                }
            }
            components(list.get("components"), rows.get(i), options, row);
        }
    }

    private Focused toField(JsonNode component, String id) {
        var place = to(component.path("label").asText() + " (" + id + ")", focused -> focused.id()
                .endsWith("-" + id));
        assertThat(place.name()).as("a name for %s", place).isNotEmpty();
        return place;
    }

    private void field(JsonNode component, String type, JsonNode value, JsonNode options, String row) {
        var id = component.get("id").asText() + row;
        switch (type) {
            case "textfield", "textarea", "number" -> {
                toField(component, id);
                type(value.asText());
            }
            case "checkbox" -> {
                if (toField(component, id).checked() != value.asBoolean()) {
                    press("Space");
                }
            }
            case "radio" -> radio(component, id, Browser.index(component, options, value.asText()));
            case "checklist" -> {
                var choices = Browser.choices(component, options);
                for (int i = 0; i < choices.size(); i++) {
                    boolean wanted = false;
                    for (var each : value) {
                        wanted |= Browser.named(choices.get(i), each.asText());
                    }
                    if (wanted
                            || page.locator("#form [id$='-" + id + "-" + i + "']")
                                    .isChecked()) {
                        if (toField(component, id + "-" + i).checked() != wanted) {
                            press("Space");
                        }
                    }
                }
            }
            case "select" -> {
                toField(component, id);
                choose(Browser.choices(component, options)
                        .get(Browser.index(component, options, value.asText()))
                        .get("label")
                        .asText());
            }
            case "datetime" -> {
                toField(component, id + "-date");
                type(value.asText().substring(0, 10).replace('-', '/'));
                press("Enter");
                if (component.path("subtype").asText().equals("datetime")) {
                    toField(component, id + "-time");
                    type(value.asText().substring(11, 16));
                }
            }
            default -> throw new IllegalArgumentException("No hand for a " + type);
        }
    }

    /** What is typed leaves the matching ones in the list below: from there by arrows, looking where they lead. */
    private void choose(String label) {
        type(label);
        page.locator("#form .fjs-dropdownlist-item").first().waitFor();
        for (int way = way(label); way != 0; way = way(label)) {
            press(way > 0 ? "ArrowDown" : "ArrowUp");
        }
        press("Enter");
        assertThat(focused().value()).isEqualTo(label);
    }

    /** How far below the choice that is marked this one stands; above it where negative. */
    private int way(String label) {
        return (Integer) page.evaluate(
                """
                (label) => {
                  const items = [...document.querySelectorAll('#form .fjs-dropdownlist-item')];
                  const wanted = items.findIndex((one) => one.textContent === label);
                  if (wanted < 0) throw new Error('No such choice: ' + label);
                  return wanted - items.findIndex((one) => one.classList.contains('focused'));
                }""",
                label);
    }

    /** One of a group has a place in the order of Tab; arrows lead to the others and choose them. */
    private void radio(JsonNode component, String id, int wanted) {
        var place = to(component.path("label").asText() + " (" + id + ")", focused -> focused.id()
                .matches(".*-" + java.util.regex.Pattern.quote(id) + "-\\d+"));
        int at = Integer.parseInt(place.id().substring(place.id().lastIndexOf('-') + 1));
        if (at == wanted) {
            press("Space");
        }
        for (int i = at; i < wanted; i++) {
            press("ArrowDown");
        }
        for (int i = at; i > wanted; i--) {
            press("ArrowUp");
        }
        assertThat(focused().checked()).as("chosen %s", focused()).isTrue();
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
