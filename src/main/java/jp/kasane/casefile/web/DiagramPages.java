package jp.kasane.casefile.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import jp.kasane.engine.RunningDiagrams;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Where a case is, on the diagrams it runs under and in words. */
@Controller
class DiagramPages {

    private final CaseView view;
    private final RunningDiagrams diagrams;

    DiagramPages(CaseView view, RunningDiagrams diagrams) {
        this.view = view;
        this.diagrams = diagrams;
    }

    @GetMapping("/cases/{id}/diagram")
    String where(@PathVariable String id, Model model) {
        var file = view.required(id);
        model.addAttribute("file", file);
        model.addAttribute("diagrams", diagrams.ofCase(file.id()));
        return "case-diagram";
    }

    @RestController
    @Tag(name = "cases")
    static class Api {

        private final CaseView view;
        private final RunningDiagrams diagrams;

        Api(CaseView view, RunningDiagrams diagrams) {
            this.view = view;
            this.diagrams = diagrams;
        }

        @GetMapping("/api/v1/cases/{id}/diagram")
        @Operation(summary = "支援ケースがいまいるところ：動いている流れと版、その中で動いている要素")
        List<RunningDiagrams.Running> where(@PathVariable String id) {
            return diagrams.ofCase(view.required(id).id());
        }
    }
}
