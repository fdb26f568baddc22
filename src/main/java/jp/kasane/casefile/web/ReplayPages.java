package jp.kasane.casefile.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import jp.kasane.engine.Replays;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The way a case went, on its diagrams and in a table that says the same. */
@Controller
class ReplayPages {

    private final CaseView view;
    private final Replays replays;
    private final Clock clock;

    ReplayPages(CaseView view, Replays replays, Clock clock) {
        this.view = view;
        this.replays = replays;
        this.clock = clock;
    }

    @GetMapping("/cases/{id}/replay")
    String replay(@PathVariable String id, Model model) {
        var file = view.required(id);
        var courses = replays.ofCase(file.id());
        model.addAttribute("file", file);
        model.addAttribute("courses", courses);
        model.addAttribute(
                "course",
                courses.stream()
                        .collect(Collectors.toMap(Replays.Course::id, Function.identity(), (one, same) -> one)));
        // The newest life of the case itself is what is asked for first.
        model.addAttribute(
                "first",
                courses.reversed().stream()
                        .filter(each -> each.parent() == null)
                        .filter(each -> each.processId().equals("support-case"))
                        .findFirst()
                        .or(() -> courses.stream().findFirst())
                        .map(Replays.Course::id)
                        .orElse(null));
        model.addAttribute("now", clock.instant());
        return "case-replay";
    }

    @RestController
    @Tag(name = "cases")
    static class Api {

        private final CaseView view;
        private final Replays replays;
        private final Clock clock;

        Api(CaseView view, Replays replays, Clock clock) {
            this.view = view;
            this.replays = replays;
            this.clock = clock;
        }

        /** @param asOf until when what is still under way has lasted */
        record Replay(Instant asOf, List<Replays.Course> courses) {}

        @GetMapping("/api/v1/cases/{id}/replay")
        @Operation(summary = "支援ケースが図の上をどう進んだか：流れごとの版、入った要素（いつから、いつまで、だれ）、通った線、呼び出した流れ。始め直す前の流れも含む")
        Replay replay(@PathVariable String id) {
            var file = view.required(id);
            return new Replay(clock.instant(), replays.ofCase(file.id()));
        }
    }
}
