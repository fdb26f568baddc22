package jp.kasane.paper.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.paper.Papers;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Papers as pages that are made for the printer. */
@Controller
class PaperPages {

    /** The boxes 決裁・審査・担当: ours, since no document shows them. */
    private static final List<String> SEALS = List.of("decides", "checks", "drafts");

    private final Papers papers;
    private final Cases cases;
    private final Clock clock;

    PaperPages(Papers papers, Cases cases, Clock clock) {
        this.papers = papers;
        this.cases = cases;
        this.clock = clock;
    }

    private CaseFile known(String id) {
        return Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    private static UUID subject(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("印刷するもの"));
    }

    private static UUID issued(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("発行したもの"));
    }

    @GetMapping("/cases/{id}/papers")
    String list(@PathVariable String id, Model model) {
        var file = known(id);
        model.addAttribute("file", file);
        model.addAttribute("printables", papers.printable(file.id()));
        model.addAttribute("past", papers.past(file.id()));
        return "case-papers";
    }

    @GetMapping("/cases/{id}/papers/{kind}/{subject}")
    String one(
            @PathVariable String id,
            @PathVariable String kind,
            @PathVariable String subject,
            Locale locale,
            Model model) {
        var file = known(id);
        return page(file, papers.sheet(file.id(), kind, subject(subject), locale), model);
    }

    @GetMapping("/cases/{id}/papers/issued/{paper}")
    String issued(@PathVariable String id, @PathVariable String paper, Locale locale, Model model) {
        var file = known(id);
        return page(file, papers.issued(file.id(), issued(paper), locale), model);
    }

    private String page(CaseFile file, Papers.Sheet sheet, Model model) {
        model.addAttribute("file", file);
        model.addAttribute("sheet", sheet);
        // Not "content": that is what the frame calls what stands in it.
        model.addAttribute("written", sheet.content());
        model.addAttribute("titleKey", "papers.kind." + sheet.kind());
        model.addAttribute("mayIssue", papers.mayIssue());
        model.addAttribute("seals", SEALS);
        model.addAttribute("today", JapaneseTime.dayOf(clock.instant()));
        return "paper";
    }

    @PostMapping("/cases/{id}/papers/issued/{paper}/again")
    String issueAgain(@PathVariable String id, @PathVariable String paper, RedirectAttributes flash) {
        var file = known(id);
        var again = papers.issueAgain(file.id(), issued(paper));
        flash.addFlashAttribute("said", "papers.said");
        return "redirect:/cases/" + file.id() + "/papers/issued/" + again.id();
    }

    @PostMapping("/cases/{id}/papers/{kind}/{subject}")
    String issue(
            @PathVariable String id,
            @PathVariable String kind,
            @PathVariable String subject,
            RedirectAttributes flash) {
        var file = known(id);
        papers.issue(file.id(), kind, subject(subject));
        flash.addFlashAttribute("said", "papers.said");
        return "redirect:/cases/" + file.id() + "/papers/" + kind + "/" + subject(subject);
    }

    @RestController
    @Tag(name = "papers", description = "申込票・同意書・プランの発行")
    static class Api {

        private final Papers papers;
        private final Cases cases;

        Api(Papers papers, Cases cases) {
            this.papers = papers;
            this.cases = cases;
        }

        @GetMapping("/api/v1/cases/{id}/papers")
        @Operation(summary = "印刷できるもの（kind は application・consent・plan）と、発行したものの文書番号")
        List<Papers.Printable> list(@PathVariable String id) {
            return papers.printable(ofCase(id));
        }

        @PostMapping("/api/v1/cases/{id}/papers/{kind}/{subject}")
        @ResponseStatus(HttpStatus.CREATED)
        @Operation(summary = "文書番号を取って発行する（もう発行したものは、その番号のまま）")
        Papers.Paper issue(@PathVariable String id, @PathVariable String kind, @PathVariable String subject) {
            return papers.issue(ofCase(id), kind, subject(subject));
        }

        @GetMapping("/api/v1/cases/{id}/papers/issued")
        @Operation(summary = "発行したものの全部。差し替えたものには replacedBy がある")
        List<Papers.Paper> issued(@PathVariable String id) {
            return papers.of(ofCase(id));
        }

        @GetMapping("/api/v1/cases/{id}/papers/issued/{paper}")
        @Operation(summary = "発行したときの内容。changed は、発行したあとにケースの内容が変わったこと")
        Papers.Sheet issued(@PathVariable String id, @PathVariable String paper, Locale locale) {
            return papers.issued(ofCase(id), PaperPages.issued(paper), locale);
        }

        @PostMapping("/api/v1/cases/{id}/papers/issued/{paper}/again")
        @ResponseStatus(HttpStatus.CREATED)
        @Operation(summary = "内容が変わったものを、新しい文書番号で発行し直す（前のものは、差し替えとして残る）")
        Papers.Paper issueAgain(@PathVariable String id, @PathVariable String paper) {
            return papers.issueAgain(ofCase(id), PaperPages.issued(paper));
        }

        private UUID ofCase(String id) {
            return Ids.parse(id)
                    .flatMap(cases::find)
                    .orElseThrow(() -> new Refusal.NotFound("ケース"))
                    .id();
        }
    }
}
