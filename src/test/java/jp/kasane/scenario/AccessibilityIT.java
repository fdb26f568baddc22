package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jp.kasane.KasaneServer;
import jp.kasane.scenario.EveryPage.Visit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every page as axe, a phone, a dark screen and the network see it. */
class AccessibilityIT {

    /** In dark colours and on a phone: one page of each kind of layout. */
    private static final Set<String> MAIN = Set.of(
            "/",
            "/tasks",
            "/tasks/{id}",
            "/cases",
            "/cases/{id}",
            "/cases/{id}/contact",
            "/cases/{id}/ecomap",
            "/cases/{id}/papers/{kind}/{subject}",
            "/meetings/{id}/hold",
            "/sittings",
            "/sittings/{id}",
            "/consultations/new",
            "/rosters/{id}",
            "/settings/deadlines",
            "/operations",
            "/login",
            "/s/{link}");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static KasaneServer kasane;
    private static Browser browser;
    private static EveryPage pages;
    private static String axe;

    private static final Map<String, Page> looking = new HashMap<>();
    private static final Set<String> hosts = Collections.synchronizedSet(new LinkedHashSet<>());
    private static final Set<String> complaints = Collections.synchronizedSet(new LinkedHashSet<>());
    /** By the id that the trail should know them by. */
    private static final Map<String, String> answers = new java.util.concurrent.ConcurrentHashMap<>();

    private static final Set<String> policies = Collections.synchronizedSet(new LinkedHashSet<>());

    @BeforeAll
    static void open() throws IOException {
        axe = Files.readString(Path.of("web/node_modules/axe-core/axe.min.js"));
        kasane = KasaneServer.shared();
        browser = new Browser(kasane.baseUrl());
        pages = new EveryPage(kasane, browser);
    }

    @AfterAll
    static void close() {
        pages.putBack();
        browser.close();
    }

    @Test
    void everyPageIsLookedAt() {
        assertThat(pages.visits().stream().map(Visit::pattern).collect(Collectors.toSet()))
                .as("a new page wants an entry in EveryPage")
                .containsExactlyInAnyOrderElementsOf(EveryPage.mapped(kasane));
    }

    /** In both languages; and everything that a page loads comes from our own host, under a policy that lets no strange script run. */
    @Test
    void noPageShutsAnybodyOutAndNothingComesFromElsewhere() {
        var found = new ArrayList<String>();
        for (var visit : pages.visits()) {
            var page = page(visit, ColorScheme.LIGHT);
            for (var language : List.of("ja", "en")) {
                pages.open(page, visit, language);
                found.addAll(violations(page, visit + " " + language));
            }
        }
        assertThat(found).isEmpty();
        assertThat(answers.keySet())
                .as("whatever was answered is on the trail")
                .hasSizeGreaterThan(100)
                .allSatisfy(id -> assertThat(onTheTrail(id)).as(answers.get(id)).isOne());
        assertThat(hosts).containsExactly(kasane.baseUrl());
        assertThat(complaints).isEmpty();
        assertThat(policies).isNotEmpty().allSatisfy(policy -> assertThat(policy)
                .contains("default-src 'none'")
                .matches(".*script-src 'self'\\s*;.*")
                .doesNotContain("unsafe-eval"));
    }

    @Test
    void darkColoursAreReadableToo() {
        var found = new ArrayList<String>();
        for (var visit : main()) {
            var page = page(visit, ColorScheme.DARK);
            pages.open(page, visit, "ja");
            found.addAll(violations(page, visit + " dark"));
        }
        browser.picture(page(main().getFirst(), ColorScheme.DARK), "dark");
        assertThat(found).isEmpty();
    }

    @Test
    void onAPhoneNothingIsToTheRightOfTheScreen() {
        var found = new ArrayList<String>();
        for (var visit : pages.visits()) {
            var page = page(visit, ColorScheme.LIGHT);
            page.setViewportSize(375, 800);
            for (var language : List.of("ja", "en")) {
                pages.open(page, visit, language);
                var width = page.evaluate("() => document.documentElement.scrollWidth");
                if ((Integer) width > 375) {
                    found.add(visit + " " + language + " is " + width + " wide: " + page.evaluate(WIDE));
                }
                if (language.equals("ja") && MAIN.contains(visit.pattern())) {
                    found.addAll(violations(page, visit + " phone"));
                }
            }
            page.setViewportSize(1280, 900);
        }
        assertThat(found).isEmpty();
    }

    private static final String WIDE =
            """
            () => [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > 376
                && !one.closest('.scroll, .parts, .diagram-canvas')).slice(0, 4)
              .map((one) => one.tagName + '.' + one.className + '#' + one.id).join(' ')""";

    private static int onTheTrail(String request) {
        return request.equals("none")
                ? 0
                : kasane.sql()
                        .sql("select count(*) from audit.entry where request_id = :id::uuid and status is not null")
                        .param("id", request)
                        .query(Integer.class)
                        .single();
    }

    private static List<Visit> main() {
        return pages.visits().stream()
                .filter(visit -> MAIN.contains(visit.pattern()))
                .toList();
    }

    /** This person's window, which notes what it loads and what the browser complains about. */
    private static Page page(Visit visit, ColorScheme scheme) {
        var page = looking.computeIfAbsent(String.valueOf(visit.login()), login -> {
            var fresh = visit.login() == null ? browser.stranger() : browser.as(login);
            fresh.onRequest(request -> {
                if (!request.url().startsWith("data:") && !request.url().startsWith("blob:")) {
                    hosts.add(request.url().replaceFirst("^(\\w+://[^/]+).*", "$1"));
                }
            });
            fresh.onResponse(response -> {
                var address = response.url().replace(kasane.baseUrl(), "");
                if (!address.matches("(/assets/|/login|/favicon|data:|blob:).*")) {
                    answers.put(
                            response.headers().getOrDefault("x-request-id", "none"), address.replaceAll("\\?.*", ""));
                }
                if (response.request().isNavigationRequest()) {
                    policies.add(
                            response.headers().getOrDefault("content-security-policy", "no policy: " + response.url()));
                }
            });
            fresh.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    complaints.add(fresh.url() + ": " + message.text());
                }
            });
            fresh.onPageError(error -> complaints.add(fresh.url() + ": " + error));
            return fresh;
        });
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
        return page;
    }

    private static List<String> violations(Page page, String where) {
        page.evaluate(axe);
        var text = (String)
                page.evaluate(
                        """
                () => axe.run({ exclude: [
                    // The mark that bpmn.io's licence wants as it is: its own blue on white.
                    ['.fjs-powered-by'], ['.bjs-powered-by'],
                  ] }, { resultTypes: ['violations'] })
                  .then(({ violations }) => JSON.stringify(violations
                    .filter((one) => ['serious', 'critical'].includes(one.impact))
                    .map((one) => one.id + ': ' + one.nodes.slice(0, 5).map((node) => node.target.join(' ') + ' ' + node.html.slice(0, 160)
                      + ' ' + [...node.any, ...node.all, ...node.none].map((check) => check.message).join(' ').slice(0, 200)).join(' | '))))""");
        try {
            return JSON.readTree(text)
                    .valueStream()
                    .map(one -> where + " " + one.asText())
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
