package jp.kasane.model;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.annotation.PreDestroy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/**
 * The program of the module {@code dry-run}, started for one plan: Camunda's in-memory engine, in a process that can be ended when a
 * diagram goes in circles or an expression eats all memory.
 */
@Component
class DryRunProgram {

    private static final Logger LOG = LoggerFactory.getLogger(DryRunProgram.class);
    private static final String JAR = "dry-run/kasane-dry-run.jar";

    private final DryRunSettings settings;
    private final ObjectMapper json = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private Path jar;
    private final Set<Programs> running = ConcurrentHashMap.newKeySet();

    DryRunProgram(DryRunSettings settings) {
        this.settings = settings;
    }

    /** As the program reads it ({@code jp.kasane.dryrun.Plan}). */
    record Plan(Models models, Map<String, Set<String>> known, List<JsonNode> recordings) {}

    record Models(List<Bundle> bundles, Map<String, String> choices) {}

    record Bundle(List<File> files) {}

    record File(String name, String content) {}

    /** As it answers, line by line ({@code jp.kasane.dryrun.Answer}). */
    record Answer(
            String recording,
            String refused,
            List<Ways.Instance> instances,
            List<Ways.Step> unanswered,
            List<Ways.Step> unheard,
            List<Ways.Stop> stopped) {

        Ways.Way way() {
            return new Ways.Way(instances, unanswered, unheard, stopped);
        }
    }

    /** It did not come to its end. */
    static final class Broke extends Exception {
        private static final long serialVersionUID = 1;

        /** @param code patience or program */
        Broke(String code) {
            super(code);
        }
    }

    /** Programs of one dry run, which end together. */
    final class Programs {

        private final Set<Process> mine = ConcurrentHashMap.newKeySet();
        private boolean ended;

        /**
         * May run beside another one.
         *
         * @param heard what it answers, as it comes
         * @throws Broke if it took too long, or ended otherwise than it should
         */
        void play(Plan plan, Consumer<Answer> heard) throws Broke {
            try {
                var process = start(jar());
                var late = new AtomicBoolean();
                var watch = Thread.ofVirtual().start(() -> endWhenLate(process, late));
                try (var in = process.getOutputStream();
                        var out = new BufferedReader(
                                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                    in.write(json.writeValueAsBytes(plan));
                    in.close();
                    for (var line = out.readLine(); line != null; line = out.readLine()) {
                        // The JVM's last words come here, too.
                        if (line.startsWith("{")) {
                            heard.accept(json.readValue(line, Answer.class));
                        }
                    }
                    if (process.waitFor() != 0) {
                        throw new Broke(late.get() ? "patience" : "program");
                    }
                } catch (IOException cut) {
                    if (late.get()) {
                        throw new Broke("patience");
                    }
                    throw cut;
                } finally {
                    process.destroyForcibly();
                    mine.remove(process);
                    watch.interrupt();
                }
            } catch (IOException e) {
                LOG.warn("The program of the dry run does not answer: {}", e.toString());
                throw new Broke("program");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Broke("program");
            }
        }

        private synchronized Process start(Path program) throws IOException, Broke {
            if (ended) {
                throw new Broke("program");
            }
            var process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx" + settings.memory() + "m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+ExitOnOutOfMemoryError",
                            "-jar",
                            program.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            mine.add(process);
            return process;
        }

        synchronized void end() {
            ended = true;
            mine.forEach(Process::destroyForcibly);
            running.remove(this);
        }
    }

    Programs begin() {
        var programs = new Programs();
        running.add(programs);
        return programs;
    }

    private void endWhenLate(Process process, AtomicBoolean late) {
        try {
            if (!process.waitFor(settings.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                late.set(true);
                process.destroyForcibly();
            }
        } catch (InterruptedException over) {
            // It ended in time.
            Thread.currentThread().interrupt();
        }
    }

    /** It travels inside of the application and is laid beside other temporary files. */
    private synchronized Path jar() throws IOException {
        if (jar == null || !Files.exists(jar)) {
            var file = Files.createTempFile("kasane-dry-run-", ".jar");
            try (var content = new ClassPathResource(JAR).getInputStream()) {
                Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
            }
            jar = file;
        }
        return jar;
    }

    @PreDestroy
    void end() {
        running.forEach(Programs::end);
        if (jar != null) {
            try {
                Files.deleteIfExists(jar);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
