package jp.kasane.deadline;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/**
 * The steps that have a name. A test sees to it that every user task of every diagram has one, so this is all that people can be
 * asked to do, in the order in which the processes come to it.
 */
@Component
class Steps {

    private final List<String> known;

    Steps() {
        try (var lines = new BufferedReader(new InputStreamReader(
                new ClassPathResource("messages.properties").getInputStream(), StandardCharsets.UTF_8))) {
            known = lines.lines()
                    .filter(line -> line.startsWith("step.Task_") || line.startsWith("step.Watch_"))
                    .map(line ->
                            line.substring("step.".length(), line.indexOf('=')).strip())
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("messages.properties cannot be read", e);
        }
    }

    List<String> known() {
        return known;
    }
}
