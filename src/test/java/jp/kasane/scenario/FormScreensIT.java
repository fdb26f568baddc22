package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Matcher;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.WrittenDates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.web.util.HtmlUtils;

/**
 * What every form says in Japanese, whatever language the browser speaks. To see each without bringing a case to its task, the
 * page of a new consultation is given another form's JSON on its way to the browser; all else of it is as it is.
 */
class FormScreensIT {

    private static final String OPTIONS =
            """
            {"agencyOptions":[{"value":"a","label":"架空の機関"}],"concernOptions":[{"value":"food","label":"食べるものがない"}],
             "memberOptions":[{"value":"m","label":"架空 太郎"}],"closureOptions":[{"value":"moved","label":"転出"}],"meetingType":"support","agencyName":"架空の機関",
             "roleName":"訪問","roleDetail":"週に一度"}""";

    /** Texts and labels with words in small Latin letters and nothing Japanese; form-js' mark is as its licence wants it. */
    private static final String ENGLISH =
            """
            () => {
              const said = new Set();
              for (const element of document.querySelectorAll('#form *, #form-errors *')) {
                if (element.closest('.fjs-powered-by')) continue;
                for (const name of ['placeholder', 'aria-label', 'title', 'alt']) said.add(element.getAttribute(name) ?? '');
                for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) said.add(node.textContent.trim());
              }
              return [...said].filter((text) => /[a-z]{2}/.test(text) && !/[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]/u.test(text));
            }""";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static Browser browser;

    @BeforeAll
    static void open() {
        browser = new Browser(KasaneServer.shared().baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    @Test
    void noFormSaysAnythingInEnglish() throws IOException {
        var page = browser.inAnEnglishBrowserAs("coordinator");
        page.route("**/api/v1/**", Route::abort);
        var said = new TreeMap<String, List<String>>();
        for (var form : forms()) {
            show(page, withoutConditions(form), OPTIONS, false);
            var english = new ArrayList<>(english(page));
            browser.submit(page);
            english.addAll(english(page));
            addARowToEachList(page);
            leaveFieldsHalfFilled(page, english);
            english.addAll(english(page));
            var found = english.stream().distinct().toList();
            if (!found.isEmpty()) {
                said.put(form.getFileName().toString(), found);
            }
        }
        page.unroute("**/api/v1/**");
        assertThat(said).isEmpty();
    }

    @Test
    void aDateIsShownInItsEraAsSoonAsItIsChosen() {
        var page = browser.inAnEnglishBrowserAs("reception");
        browser.open(page, "/consultations/new");
        var date = page.locator("#form input[id$='-date']");
        var era = page.locator("#form [id$='-date-era']");
        // Filled in beforehand with the time it is.
        assertThat(era).hasText(java.util.regex.Pattern.compile("令和.+"));
        assertThat(era.textContent()).isEqualTo(inEra(date.inputValue()));
        enter(date, "2019/05/01");
        assertThat(era).hasText("令和元年5月1日(水)");
        enter(date, "2019/04/30");
        assertThat(era).hasText("平成31年4月30日(火)");
        assertThat(date.getAttribute("aria-describedby").split(" ")).contains(era.getAttribute("id"));
        date.click();
        assertThat(page.locator("#form .flatpickr-calendar.open")).isInViewport();
        page.locator("#form .flatpickr-day[aria-label='2019年4月29日（月）']").click();
        assertThat(era).hasText("平成31年4月29日(月)");
        browser.picture(page, "form-era");
    }

    @Test
    void aDateMayBeEnteredAsItStandsOnPaper() {
        var page = browser.inAnEnglishBrowserAs("reception");
        browser.open(page, "/consultations/new");
        var date = page.locator("#form input[id$='-date']");
        for (var typed : List.of("昭和18年5月1日", "S18.5.1", "ｓ１８．５．１", "1943年5月1日", "1943-05-01")) {
            enter(date, "2026/11/22");
            assertThat(date).hasValue("2026/11/22");
            enter(date, typed);
            assertThat(date).hasValue("1943/5/1");
        }
        assertThat(page.locator("#form [id$='-date-era']")).hasText("昭和18年5月1日(土)");
    }

    private static final String DATES =
            """
            {"type":"default","id":"dates","schemaVersion":16,"components":[
              {"type":"datetime","subtype":"datetime","id":"Field_at","key":"at","dateLabel":"日","timeLabel":"時刻","use24h":true,"timeInterval":5,
               "timeSerializingFormat":"utc_offset"},
              {"type":"datetime","subtype":"date","id":"Field_on","key":"on","dateLabel":"期限"}]}""";

    @Test
    void aDateOrTimeThatCannotBeReadStaysAsItWasTypedAndSaysSo() throws IOException {
        var page = browser.inAnEnglishBrowserAs("reception");
        show(page, JSON.readTree(DATES), "{\"at\":\"2026-11-22T10:30:00+09:00\"}", false);
        var date = page.locator("#form [id$='-Field_at-date']");
        var time = page.locator("#form [id$='-Field_at-time']");
        var said = page.locator("#form [id$='-Field_at-error-message']");
        assertThat(date).hasValue("2026/11/22");
        assertThat(time).hasValue("10:30");

        enter(date, "2026/13/45");
        assertThat(said).hasText("日付として使えません。例：2026/4/1、令和8年4月1日");
        assertThat(date).hasValue("2026/13/45");
        assertThat(time).hasValue("10:30");
        time.focus();
        time.press("Tab");
        drawn(page);
        assertThat(date).hasValue("2026/13/45");
        assertThat(time).hasValue("10:30");

        // It is not sent as if it was left empty.
        var posted = new ArrayList<String>();
        page.route("**/api/v1/consultations", route -> {
            posted.add(route.request().postData());
            route.abort();
        });
        browser.submit(page);
        assertThat(date).isFocused();
        assertThat(posted).isEmpty();

        enter(date, "令和8年11月23日");
        assertThat(said).isHidden();
        assertThat(date).hasValue("2026/11/23");
        assertThat(time).hasValue("10:30");

        time.fill("25時");
        time.press("Tab");
        assertThat(said).hasText("時刻として使えません。例：09:30");
        assertThat(time).hasValue("25時");
        assertThat(date).hasValue("2026/11/23");
        time.fill("");
        time.press("Tab");
        assertThat(said).hasText("日付と時刻の両方を入力してください。");
        assertThat(date).hasValue("2026/11/23");
        time.fill("9:05");
        time.press("Tab");
        assertThat(said).isHidden();
        assertThat(time).hasValue("09:05");

        var day = page.locator("#form [id$='-Field_on-date']");
        enter(day, "あした");
        assertThat(day).hasValue("あした");
        assertThat(page.locator("#form [id$='-Field_on-error-message']")).containsText("日付として使えません。");
        enter(day, "");
        assertThat(day).hasValue("");
        assertThat(page.locator("#form [id$='-Field_on-error-message']")).isHidden();
        browser.submit(page);
        page.waitForCondition(() -> !posted.isEmpty());
        assertThat(JSON.readTree(posted.getFirst()).at("/data/at").asText()).isEqualTo("2026-11-23T09:05+09:00");
        assertThat(JSON.readTree(posted.getFirst()).at("/data/on").isNull()).isTrue();
        page.unroute("**/api/v1/consultations");
    }

    /** Leaving a field may show a sentence below it, which moves the rest of the form while the button is held. */
    @Test
    void whatIsPressedCountsThoughTheFormMovesUnderIt() {
        var page = browser.inAnEnglishBrowserAs("reception");
        var options = "{\"outcome\":\"case\",\"answerOptions\":[{\"value\":\"case\",\"label\":\"受ける\"}]}";
        show(page, read(Path.of("forms/referral-answer.form")), options, false);
        var answer = page.locator("#form [id$='-Field_answer']");
        var choice = page.locator("#form [id$='-Field_begin-1']");
        answer.focus();
        choice.scrollIntoViewIfNeeded();
        var before = choice.boundingBox();
        page.mouse().move(before.x + before.width / 2, before.y + 3);
        page.mouse().down();
        assertThat(page.locator("#form [id$='-Field_answer-error-message']")).isVisible();
        assertThat(choice.boundingBox().y).isGreaterThan(before.y + 4);
        page.mouse().up();
        assertThat(choice).isChecked();
        answer.fill("一行\n二行\n三行\n四行\n五行\n六行");
        page.locator("#form [id$='-Field_begin-2']").click();
        assertThat(page.locator("#form [id$='-Field_begin-2']")).isChecked();
        assertThat(page.locator("#form [id$='-Field_answer-error-message']")).isHidden();
    }

    @Test
    void datesInListsAndOnFormsToReadAreInTheirEraToo() {
        var page = browser.inAnEnglishBrowserAs("reception");
        var form = Path.of("forms/gather-information.form");
        show(page, read(form), OPTIONS, false);
        var births = page.locator("#form input[id$='-date']");
        page.locator(".fjs-repeat-render-add").first().click();
        enter(births.nth(0), "1943/05/01");
        enter(births.nth(1), "2019/05/01");
        assertThat(page.locator("#form .era").nth(0)).hasText("昭和18年5月1日(土)");
        assertThat(page.locator("#form .era").nth(1)).hasText("令和元年5月1日(水)");

        show(page, read(form), "{\"members\":[{\"name\":\"架空 太郎\",\"birthDate\":\"1943-05-01\"}]}", true);
        assertThat(page.locator("#form .era").first()).hasText("昭和18年5月1日(土)");
        assertThat(page.locator("#form .fjs-repeat-render-add").first()).isDisabled();
    }

    @Test
    void theBrowsersOwnDateInputsSayItToo() {
        var page = browser.as("manager");
        browser.open(page, "/settings/calendar");
        var era = page.locator("#dayDate-era");
        assertThat(era).isEmpty();
        page.fill("#dayDate", "2027-10-01");
        assertThat(era).hasText("令和9年10月1日(金)");
        assertThat(page.locator("#dayDate").getAttribute("aria-describedby")).contains("dayDate-era");
    }

    @Test
    void anEnglishPageKeepsToTheGregorianYear() {
        var page = browser.as("reception");
        browser.open(page, "/consultations/new?lang=en");
        page.locator("#form input[id$='-date']").waitFor();
        assertThat(page.locator(".era")).hasCount(0);
        browser.open(page, "/consultations/new?lang=ja");
        assertThat(page.locator("#form .era")).hasCount(1);
    }

    private static String inEra(String entered) {
        return WrittenDates.date(LocalDate.parse(entered, DateTimeFormatter.ofPattern("yyyy/M/d")), Locale.JAPANESE);
    }

    private static void enter(Locator date, String value) {
        date.fill(value);
        drawn(date.page());
        date.press("Enter");
        drawn(date.page());
    }

    /** form-js takes over in several turns, one a frame, what is entered or left; nobody presses the next key in between. */
    private static void drawn(Page page) {
        page.evaluate("async () => { for (let i = 0; i < 8; i++) await new Promise(requestAnimationFrame); }");
    }

    private static void addARowToEachList(Page page) {
        page.locator(".fjs-repeat-render-add").all().forEach(Locator::click);
    }

    /** What form-js objects to: dates without a time, texts and numbers that are none, choices that are not there. */
    private static void leaveFieldsHalfFilled(Page page, List<String> english) {
        for (var date : page.locator("#form .fjs-form-field-datetime input[id$='-date']:visible")
                .all()) {
            enter(date, "2026/11/22");
        }
        for (var text : page.locator("#form .fjs-form-field-textfield input:visible:not([readonly])")
                .all()) {
            text.fill("x");
        }
        for (var number : page.locator("#form .fjs-form-field-number input:visible:not([readonly])")
                .all()) {
            number.fill("999999.5");
            number.press("Tab");
        }
        for (var choice : page.locator("#form .fjs-form-field-select input[placeholder]:visible")
                .all()) {
            choice.fill("ここにないもの");
            page.locator(".fjs-dropdownlist-empty").first().waitFor();
            english.addAll(english(page));
            choice.press("Tab");
        }
        browser.submit(page);
    }

    @SuppressWarnings("unchecked")
    private static List<String> english(Page page) {
        return (List<String>) page.evaluate(ENGLISH);
    }

    private static void show(Page page, JsonNode schema, String values, boolean toRead) {
        var island =
                "<div data-form data-schema=\"%s\" data-values=\"%s\" data-submit-url=\"/api/v1/consultations\" data-next=\"/tasks\" data-readonly=\"%s\">"
                        .formatted(HtmlUtils.htmlEscape(schema.toString()), HtmlUtils.htmlEscape(values), toRead);
        page.route("**/consultations/new", route -> {
            var answer = route.fetch();
            var body = answer.text();
            var changed = body.replaceFirst("<div data-form [^>]*>", Matcher.quoteReplacement(island));
            assertThat(changed).isNotEqualTo(body);
            route.fulfill(new Route.FulfillOptions().setResponse(answer).setBody(changed));
        });
        browser.open(page, "/consultations/new");
        page.unroute("**/consultations/new");
        page.locator("#form .fjs-form").waitFor();
    }

    /** All of its fields at once, shown or not. */
    private static JsonNode withoutConditions(Path form) {
        var schema = read(form);
        schema.findParents("conditional").forEach(component -> ((ObjectNode) component).remove("conditional"));
        return schema;
    }

    private static JsonNode read(Path form) {
        try {
            return JSON.readTree(form.toFile());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<Path> forms() throws IOException {
        try (var files = Files.list(Path.of("forms"))) {
            var forms = files.filter(file -> file.toString().endsWith(".form"))
                    .sorted()
                    .toList();
            assertThat(forms).hasSizeGreaterThan(20);
            return forms;
        }
    }
}
