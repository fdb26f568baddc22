package jp.kasane.audit.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import jp.kasane.access.Acting;
import jp.kasane.audit.Histories;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Timeline;
import jp.kasane.foundation.Asked;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The whole history of a case: what was done, what the engine did, who looked. */
@Controller
class HistoryPages {

    private static final int SHOWN = 50;

    private final Cases cases;
    private final Histories histories;

    HistoryPages(Cases cases, Histories histories) {
        this.cases = cases;
        this.histories = histories;
    }

    @GetMapping("/cases/{id}/history")
    String history(@PathVariable String id, @RequestParam Map<String, String> asked, Model model) {
        var file = required(cases, id);
        var filter = filter(asked);
        var kind = TrailAsked.text(asked, "kind");
        var page = histories.ofCase(file.id(), kind, filter, TrailAsked.text(asked, "before"), SHOWN);
        var kinds = new ArrayList<>(Timeline.TOPICS);
        kinds.add(Histories.ENGINE);
        if (Acting.required().has("auditor")) {
            kinds.add(Histories.LOOK);
        }
        model.addAttribute("file", file);
        model.addAttribute("entries", page.entries());
        model.addAttribute("older", page.older());
        model.addAttribute("kind", kind);
        model.addAttribute("kinds", kinds);
        model.addAttribute("filter", filter);
        model.addAttribute("later", asked.containsKey("before"));
        model.addAttribute("people", histories.people(file.id()));
        return "case-history";
    }

    private static CaseFile required(Cases cases, String id) {
        return Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    private static Timeline.Filter filter(Map<String, String> asked) {
        // Read as the trail's is: an unknown person or a day that is none is refused in the same words.
        var plain = new HashMap<>(asked);
        plain.remove("kind");
        var filter = TrailAsked.filter(plain, null);
        return new Timeline.Filter(null, filter.person(), filter.from(), filter.to());
    }

    @RestController
    @Tag(name = "cases")
    static class Api {

        private final Cases cases;
        private final Histories histories;

        Api(Cases cases, Histories histories) {
            this.cases = cases;
            this.histories = histories;
        }

        @GetMapping("/api/v1/cases/{id}/history")
        @Operation(
                summary = "支援ケースの全経過：したこと、エンジンの動き、閲覧（監査担当者だけ）を一つの時系列で、新しい順に",
                description =
                        "kind は timeline の topic と look・engine、person・from・to・before・limit（1〜200、既定 50）は timeline と同じ。")
        @Parameter(name = "asked", hidden = true)
        Histories.Page history(
                @PathVariable String id,
                @RequestParam Map<String, String> asked,
                @RequestParam(required = false) String kind,
                @RequestParam(required = false) String person,
                @RequestParam(required = false) String from,
                @RequestParam(required = false) String to,
                @RequestParam(required = false) String before,
                @RequestParam(defaultValue = "50") int limit) {
            return histories.ofCase(
                    required(cases, id).id(),
                    TrailAsked.text(asked, "kind"),
                    filter(asked),
                    TrailAsked.text(asked, "before"),
                    Asked.limit(limit));
        }
    }
}
