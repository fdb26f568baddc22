package jp.kasane.dryrun;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The program. Ends with 0 also when files were refused: that is an answer. One recording after the other: the engine writes its responses
 * through static fields, so that two in one JVM take each other's.
 */
public final class DryRun {

    private final ObjectMapper json = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private final PrintStream out;

    private DryRun(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // Nothing but answers on standard output, whatever a library prints.
        System.setOut(System.err);
        // Whoever started this one may be ended without a word; an expression that only takes time would go on for
        // ever.
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit()
                .thenRun(() -> Runtime.getRuntime().halt(2)));
        int code = 1;
        try {
            new DryRun(out).play();
            code = 0;
        } catch (IOException | RuntimeException broke) {
            broke.printStackTrace();
        } finally {
            // Threads of the engine's own may be left.
            System.exit(code);
        }
    }

    private void play() throws IOException {
        var plan = json.readValue(System.in, Plan.class);
        var diagrams = new Diagrams(plan.models());
        var elsewhere = new Elsewhere(plan.recordings());
        if (plan.recordings().isEmpty()) {
            // Whether the engine takes the files is an answer, too.
            player(plan, diagrams, elsewhere).ifPresent(Player::close);
            return;
        }
        for (var recording : plan.recordings()) {
            var player = player(plan, diagrams, elsewhere);
            if (player.isEmpty()) {
                return;
            }
            tell(player.get().play(recording));
            if (!player.get().quiet()) {
                // It cannot be stopped either.
                return;
            }
            player.get().close();
        }
    }

    /** Empty if the engine refuses the files, which is told. */
    private Optional<Player> player(Plan plan, Diagrams diagrams, Elsewhere elsewhere) throws JsonProcessingException {
        try {
            return Optional.of(
                    new Player(diagrams, plan.known(), elsewhere, plan.models().choices()));
        } catch (Player.FilesRefused refused) {
            tell(new Answer(null, refused.getMessage(), List.of(), List.of(), List.of(), List.of()));
            return Optional.empty();
        }
    }

    private void tell(Answer answer) throws JsonProcessingException {
        out.println(json.writeValueAsString(answer));
    }
}
