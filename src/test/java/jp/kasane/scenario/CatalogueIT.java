package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import jp.kasane.KasaneServer;
import jp.kasane.report.ReportFigures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Every scenario under its own municipality's profile, and its refusal where another profile's rules forbid it. Municipalities and
 * what is told in them come in an order of chance; {@code -Dkasane.catalogue.seed=} repeats one, {@code -Dkasane.catalogue.only=komae,yuzawa}
 * plays in some of them while one writes; {@code -Dkasane.catalogue.record=true} writes down what dry runs play.
 */
class CatalogueIT {

    private static final long SEED = Long.getLong("kasane.catalogue.seed", System.nanoTime() % 1_000_000);
    /** Writes {@code scenarios/recorded} anew. */
    private static final boolean RECORD = Boolean.getBoolean("kasane.catalogue.record");

    private static final String ONLY = System.getProperty("kasane.catalogue.only");

    private static Installations installations;

    /** @param elsewhere null: the whole scenario under its own profile */
    private record Telling(Scenario scenario, Scenario.Elsewhere elsewhere) {

        String profile() {
            return elsewhere == null ? scenario.profile() : elsewhere.profile();
        }

        String name() {
            return elsewhere == null
                    ? scenario.id() + " " + scenario.title()
                    : scenario.id() + " is refused in " + elsewhere.profile();
        }

        private void write(Recorder recorder, long before) {
            try {
                recorder.write(scenario, before, RECORDED);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void play() {
            var kasane = installations.of(profile());
            long from = System.nanoTime();
            var recorder = new Recorder(kasane.sql());
            long before = recorder.position();
            kasane.player().play(scenario, elsewhere);
            if (RECORD && elsewhere == null) {
                write(recorder, before);
            }
            System.out.println(name() + ": " + (System.nanoTime() - from) / 1_000_000 + " ms");
        }
    }

    private static final Path RECORDED = Path.of("scenarios/recorded");

    @TestFactory
    Stream<DynamicContainer> everyScenarioIsPlayedInItsMunicipality() throws IOException {
        System.out.println("Scenarios are played in the order of -Dkasane.catalogue.seed=" + SEED);
        var chance = new Random(SEED);
        var tests = new LinkedHashMap<String, List<DynamicTest>>();
        for (var scenario : catalogue()) {
            add(tests, new Telling(scenario, null));
            scenario.elsewhere().forEach(elsewhere -> add(tests, new Telling(scenario, elsewhere)));
        }
        tests.get("yahaba")
                .add(dynamicTest(
                        "38 of 66 are 57.6 %", () -> ReportFigures.areThoseOfYahaba(installations.of("yahaba"))));
        var profiles = new ArrayList<>(tests.keySet());
        if (ONLY != null) {
            profiles.retainAll(List.of(ONLY.split(",")));
        }
        Collections.shuffle(profiles, chance);
        tests.values().forEach(ofOne -> Collections.shuffle(ofOne, chance));
        installations = new Installations(profiles);
        return profiles.stream().map(profile -> dynamicContainer(profile + " (seed " + SEED + ")", tests.get(profile)));
    }

    private static void add(Map<String, List<DynamicTest>> tests, Telling telling) {
        tests.computeIfAbsent(telling.profile(), profile -> new ArrayList<>())
                .add(dynamicTest(telling.name(), telling::play));
    }

    @Test
    void atLeastTwentyOfTheDocumentsAreToldFromOwnMunicipalities() throws IOException {
        assertThat(catalogue()).hasSizeGreaterThanOrEqualTo(20);
        assertThat(catalogue().stream().map(Scenario::profile).distinct()).hasSizeGreaterThanOrEqualTo(10);
    }

    @AfterAll
    static void leave() {
        if (installations != null) {
            installations.close();
        }
    }

    /** In the order of their names, so that a seed means the same everywhere. */
    static List<Scenario> catalogue() throws IOException {
        var reader = new ScenarioPlayer("http://127.0.0.1");
        var scenarios = new ArrayList<Scenario>();
        for (var file : new PathMatchingResourcePatternResolver().getResources("classpath:scenarios/*.yaml")) {
            try (var stream = file.getInputStream()) {
                scenarios.add(reader.read(stream));
            }
        }
        scenarios.sort(Comparator.comparing(Scenario::id));
        return scenarios;
    }

    /** One municipality after the other: while one is played in, the one before is left and the next one starts. */
    private static final class Installations implements AutoCloseable {

        private final List<String> order;
        private final ExecutorService beside = Executors.newSingleThreadExecutor();
        private final Map<String, CompletableFuture<KasaneServer>> started = new LinkedHashMap<>();
        private String here;

        Installations(List<String> order) {
            this.order = order;
        }

        synchronized KasaneServer of(String profile) {
            if (!profile.equals(here)) {
                var before = here;
                here = profile;
                var now = start(profile).join();
                beside.submit(() -> leave(before));
                int next = order.indexOf(profile) + 1;
                if (next < order.size()) {
                    start(order.get(next));
                }
                return now;
            }
            return start(profile).join();
        }

        private CompletableFuture<KasaneServer> start(String profile) {
            return started.computeIfAbsent(
                    profile,
                    code -> CompletableFuture.supplyAsync(
                            () -> code.equals("hachioji") ? KasaneServer.shared() : KasaneServer.startWith(code),
                            beside));
        }

        /** The shared one stays for all tests to come. */
        private void leave(String profile) {
            if (profile != null && !profile.equals("hachioji")) {
                var server = started.get(profile);
                if (!server.isCompletedExceptionally()) {
                    server.join().close();
                }
            }
        }

        @Override
        public void close() {
            beside.submit(() -> leave(here));
            beside.close();
        }
    }
}
