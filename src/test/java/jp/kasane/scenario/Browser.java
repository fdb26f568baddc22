package jp.kasane.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.TimeoutError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import jp.kasane.foundation.JapaneseTime;

/** A real Chromium, and people who fill in Kasane's forms in it by what they see. */
final class Browser implements AutoCloseable {

    private final ObjectMapper json = new ObjectMapper();
    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;
    private final String baseUrl;
    private final Map<String, Page> people = new HashMap<>();

    Browser(String baseUrl) {
        this.baseUrl = baseUrl;
        this.playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        this.chromium = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable())
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--no-first-run")));
    }

    /** The system's Chromium where there is one, else the one that comes inside of an npm package. */
    private static Path executable() {
        var installed = Path.of("/usr/bin/chromium");
        if (Files.isExecutable(installed) && !Boolean.getBoolean("kasane.packaged-chromium")) {
            return installed;
        }
        try {
            var process = new ProcessBuilder(
                            "node",
                            "--input-type=module",
                            "-e",
                            "import c from '@sparticuz/chromium'; console.log(await c.executablePath())")
                    .directory(Path.of("web").toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("The packaged Chromium could not be unpacked");
            }
            return Path.of(path);
        } catch (IOException e) {
            throw new IllegalStateException("node is needed to unpack the packaged Chromium", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** This person's own window, logged in. */
    Page as(String login) {
        return people.computeIfAbsent(login, name -> at("ja-JP", name));
    }

    /** The same in a browser that speaks English: what a page says must not depend on that. */
    Page inAnEnglishBrowserAs(String login) {
        return people.computeIfAbsent(login + " en-US", key -> at("en-US", login));
    }

    /** Somebody who is not logged in. */
    Page stranger() {
        return atTheDoor("");
    }

    /** The own window of somebody who has yet to log in. */
    Page atTheDoor(String who) {
        return people.computeIfAbsent(who + " at the door", name -> {
            var page = chromium.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                            .setLocale("ja-JP")
                            .setTimezoneId(JapaneseTime.ZONE.getId())
                            .setViewportSize(1280, 900))
                    .newPage();
            page.setDefaultTimeout(20_000);
            page.onDialog(com.microsoft.playwright.Dialog::accept);
            return page;
        });
    }

    /** Somebody without an account, with a phone whose browser runs no scripts. */
    Page strangerWithAPhone() {
        return people.computeIfAbsent(" phone", name -> {
            var page = chromium.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                            .setLocale("ja-JP")
                            .setJavaScriptEnabled(false)
                            .setViewportSize(375, 800))
                    .newPage();
            page.setDefaultTimeout(20_000);
            return page;
        });
    }

    private Page at(String language, String login) {
        var page = chromium.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                        .setLocale(language)
                        .setTimezoneId(JapaneseTime.ZONE.getId())
                        .setViewportSize(1280, 900))
                .newPage();
        page.setDefaultTimeout(20_000);
        // A page on which something was typed asks before it is left.
        page.onDialog(com.microsoft.playwright.Dialog::accept);
        page.navigate(baseUrl + "/login");
        page.fill("#username", login);
        page.fill("#password", login);
        page.click("button[type=submit]");
        page.waitForURL(url -> !url.endsWith("/login"));
        return page;
    }

    void open(Page page, String path) {
        page.navigate(baseUrl + path);
    }

    /** Fills the form that is shown, field by field as it appears, and submits it. */
    void fillAndSubmit(Page page, JsonNode data) {
        fill(page, data);
        submit(page);
    }

    void submit(Page page) {
        // Leaving the last field may change what the form shows: the button is where it will stay before it is pressed.
        page.locator("#form-submit").focus();
        page.click("#form-submit");
    }

    /** Waits until a form that was sent has left for the page that follows; says what stands on it when it does not. */
    void left(Page page, Predicate<String> url) {
        try {
            page.waitForURL(url);
        } catch (TimeoutError e) {
            picture(page, "stuck-" + System.nanoTime());
            throw new AssertionError(
                    page.url() + " is still open: " + page.locator("main").innerText(), e);
        }
    }

    void fill(Page page, JsonNode data) {
        var host = page.locator("[data-form]");
        page.locator("#form .fjs-form").waitFor();
        var schema = read(host.getAttribute("data-schema"));
        var options = read(host.getAttribute("data-values"));
        var entered = data.deepCopy();
        // A meeting at a time of its own is that also where sittings of other stories are offered beside it.
        if (entered instanceof com.fasterxml.jackson.databind.node.ObjectNode fields
                && fields.hasNonNull("scheduledAt")
                && !fields.has("sitting")
                && !options.path("sittingOptions").isEmpty()) {
            fields.put("sitting", "adhoc");
        }
        components(page, schema.get("components"), entered, options, "");
    }

    private void components(Page page, JsonNode components, JsonNode data, JsonNode options, String row) {
        for (var component : components) {
            var type = component.get("type").asText();
            var key = component.path("key").asText(component.path("path").asText());
            if (type.equals("group")) {
                components(page, component.get("components"), data, options, row);
            } else if (type.equals("dynamiclist") && data.has(key)) {
                rows(page, component, data.get(key), options);
            } else if (data.hasNonNull(key)) {
                field(page, component, type, data.get(key), options, row);
            }
        }
    }

    private void rows(Page page, JsonNode list, JsonNode rows, JsonNode options) {
        var first = list.get("components").get(0).get("id").asText();
        for (int i = 0; i < rows.size(); i++) {
            if (page.locator(ends(first + "_" + i)).count() == 0
                    && page.locator(ends(first + "_" + i + "-date")).count() == 0) {
                page.locator(".fjs-repeat-render-add").nth(position(page, list)).click();
            }
            components(page, list.get("components"), rows.get(i), options, "_" + i);
        }
    }

    /** Which of the form's lists this is: their buttons come in the same order. */
    private int position(Page page, JsonNode list) {
        int position = 0;
        for (var group :
                read(page.locator("[data-form]").getAttribute("data-schema")).findParents("path")) {
            if (group.path("type").asText().equals("dynamiclist")) {
                if (group.get("id").equals(list.get("id"))) {
                    return position;
                }
                position++;
            }
        }
        throw new IllegalArgumentException("No such list: " + list.get("id"));
    }

    private void field(Page page, JsonNode component, String type, JsonNode value, JsonNode options, String row) {
        var id = component.get("id").asText() + row;
        switch (type) {
            case "textfield", "textarea", "number" -> page.locator(ends(id)).fill(value.asText());
            case "checkbox" -> page.locator(ends(id)).setChecked(value.asBoolean());
            case "radio" ->
                page.locator(ends(id + "-" + index(component, options, value.asText())))
                        .check();
            case "checklist" -> {
                var choices = choices(component, options);
                for (int i = 0; i < choices.size(); i++) {
                    var choice = choices.get(i);
                    boolean wanted = false;
                    for (var each : value) {
                        wanted |= named(choice, each.asText());
                    }
                    page.locator(ends(id + "-" + i)).setChecked(wanted);
                }
            }
            case "select" -> select(page, id, component, value.asText(), options);
            case "datetime" -> time(page, id, component, value.asText());
            default -> throw new IllegalArgumentException("No hand for a " + type);
        }
    }

    private void select(Page page, String id, JsonNode component, String value, JsonNode options) {
        var label = choices(component, options)
                .get(index(component, options, value))
                .get("label")
                .asText();
        var input = page.locator(ends(id));
        var box = input.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' fjs-form-field ')][1]");
        box.locator(".fjs-input-group").click();
        box.locator(".fjs-dropdownlist")
                .getByText(label, new Locator.GetByTextOptions().setExact(true))
                .click();
    }

    private void time(Page page, String id, JsonNode component, String value) {
        var date = page.locator(ends(id + "-date"));
        var written = value.substring(0, 10).replace('-', '/');
        date.fill(written);
        date.press("Enter");
        date.press("Tab");
        if (component.path("subtype").asText().equals("datetime")) {
            var time = page.locator(ends(id + "-time"));
            time.fill(value.substring(11, 16));
            time.press("Enter");
            time.press("Tab");
        }
    }

    private static String ends(String id) {
        return "#form [id$='-" + id + "']";
    }

    static int index(JsonNode component, JsonNode options, String value) {
        var choices = choices(component, options);
        for (int i = 0; i < choices.size(); i++) {
            if (named(choices.get(i), value)) {
                return i;
            }
        }
        throw new IllegalArgumentException(component.get("id").asText() + " offers no " + value);
    }

    static boolean named(JsonNode choice, String value) {
        return choice.get("value").asText().equals(value)
                || value.startsWith("member:") && choice.get("label").asText().equals(value.substring(7));
    }

    static JsonNode choices(JsonNode component, JsonNode options) {
        return component.hasNonNull("valuesKey")
                ? options.get(component.get("valuesKey").asText())
                : component.get("values");
    }

    /** Loads the page again until this is on it: work comes from the engine a moment later. */
    Locator reloadUntil(Page page, String path, String selector) {
        for (int i = 0; i < 60; i++) {
            open(page, path);
            var found = page.locator(selector);
            if (found.count() > 0) {
                return found.first();
            }
            page.waitForTimeout(250);
        }
        throw new AssertionError("Never on " + path + ": " + selector);
    }

    void picture(Page page, String name) {
        // Not waitForFunction: what it evaluates again, frame by frame, the page's policy forbids.
        page.evaluate("() => document.fonts.ready.then(() => null)");
        page.screenshot(
                new Page.ScreenshotOptions().setFullPage(true).setPath(Path.of("src/target/pictures", name + ".png")));
    }

    private JsonNode read(String text) {
        try {
            return json.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }

    private static final java.util.ResourceBundle WORDS =
            java.util.ResourceBundle.getBundle("messages", java.util.Locale.ROOT);

    /** A message in Japanese, as 八王子 reads it: what it calls things is what they are called in general. */
    static String word(String key) {
        return java.util.regex.Pattern.compile("‹(\\w+)›")
                .matcher(WORDS.getString(key))
                .replaceAll(named -> WORDS.getString("called." + named.group(1)));
    }
}
