package jp.kasane.paper.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.consultation.Consultations;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.household.Households;
import jp.kasane.municipality.Agencies;
import jp.kasane.paper.Papers;
import jp.kasane.plan.Plans;
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

    private static final List<String> SCOPES = List.of("assessment", "plan", "sharing", "support");

    private final Papers papers;
    private final Cases cases;
    private final Consultations consultations;
    private final Households households;
    private final Plans plans;
    private final Agencies agencies;
    private final Clock clock;

    PaperPages(
            Papers papers,
            Cases cases,
            Consultations consultations,
            Households households,
            Plans plans,
            Agencies agencies,
            Clock clock) {
        this.papers = papers;
        this.cases = cases;
        this.consultations = consultations;
        this.households = households;
        this.plans = plans;
        this.agencies = agencies;
        this.clock = clock;
    }

    private CaseFile known(String id) {
        return Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    private static UUID subject(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("印刷するもの"));
    }

    @GetMapping("/cases/{id}/papers")
    String list(@PathVariable String id, Model model) {
        var file = known(id);
        model.addAttribute("file", file);
        model.addAttribute("printables", papers.printable(file.id()));
        return "case-papers";
    }

    @GetMapping("/cases/{id}/papers/{kind}/{subject}")
    String one(@PathVariable String id, @PathVariable String kind, @PathVariable String subject, Model model) {
        var file = known(id);
        var printable = papers.required(file.id(), kind, subject(subject));
        model.addAttribute("file", file);
        model.addAttribute("printable", printable);
        model.addAttribute("titleKey", "papers.kind." + kind);
        model.addAttribute("mayIssue", papers.mayIssue());
        model.addAttribute("seals", SEALS);
        model.addAttribute("municipality", papers.municipality());
        model.addAttribute("today", JapaneseTime.dayOf(clock.instant()));
        switch (kind) {
            case "application" ->
                model.addAttribute(
                        "consultation",
                        consultations.find(printable.subjectId()).orElseThrow(() -> new Refusal.NotFound("相談")));
            case "consent" -> {
                model.addAttribute(
                        "member",
                        households.members(file.id()).stream()
                                .filter(member -> member.id().equals(printable.subjectId()))
                                .findFirst()
                                .orElseThrow());
                model.addAttribute("scopes", SCOPES);
                model.addAttribute("agencies", agencies.all());
            }
            default -> {
                model.addAttribute(
                        "plan",
                        plans.of(file.id()).stream()
                                .filter(plan -> plan.id().equals(printable.subjectId()))
                                .findFirst()
                                .orElseThrow());
                model.addAttribute("members", households.members(file.id()));
            }
        }
        return "paper";
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

        private UUID ofCase(String id) {
            return Ids.parse(id)
                    .flatMap(cases::find)
                    .orElseThrow(() -> new Refusal.NotFound("ケース"))
                    .id();
        }
    }
}
