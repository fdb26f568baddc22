package jp.kasane.match.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.match.Matches;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/matches")
class MatchPages {

    private final Matches matches;

    MatchPages(Matches matches) {
        this.matches = matches;
    }

    @GetMapping
    ModelAndView all() {
        return page(null, HttpStatus.OK);
    }

    @PostMapping("/different")
    Object different(
            @RequestParam String one,
            @RequestParam String other,
            @RequestParam(required = false) String note,
            RedirectAttributes flash) {
        try {
            matches.different(parse(one), parse(other), note);
        } catch (Refusal.Invalid invalid) {
            return page(invalid.getMessage(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "match.answered");
        return "redirect:/matches";
    }

    private ModelAndView page(String problem, HttpStatus status) {
        var page = new ModelAndView("matches", status);
        page.addObject("matches", matches.all());
        page.addObject("mayAnswer", matches.mayAnswer());
        page.addObject("problem", problem);
        return page;
    }

    private static UUID parse(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("名寄せの候補"));
    }

    @RestController
    @RequestMapping("/api/v1/matches")
    @Tag(name = "matches", description = "名寄せ")
    static class Api {

        private final Matches matches;

        Api(Matches matches) {
            this.matches = matches;
        }

        record Different(String one, String other, String note) {}

        @GetMapping
        @Operation(summary = "名寄せの候補（コーディネーター・管理職・監査）", description = "見られないケースは、機関名だけを返します。")
        List<Matches.Match> all() {
            return matches.all();
        }

        @GetMapping("/of")
        @Operation(summary = "一つのケースまたは相談の候補")
        List<Matches.Match> of(@RequestParam String stream) {
            return matches.of(parse(stream));
        }

        @PostMapping("/different")
        @ResponseStatus(HttpStatus.NO_CONTENT)
        @Operation(summary = "別人と確かめた（両方のケースを見られる人）")
        void different(@RequestBody Different entered) {
            matches.different(parse(entered.one()), parse(entered.other()), entered.note());
        }
    }
}
