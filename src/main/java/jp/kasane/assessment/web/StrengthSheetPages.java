package jp.kasane.assessment.web;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.UUID;
import jp.kasane.assessment.Ecomap;
import jp.kasane.assessment.EcomapDrawing;
import jp.kasane.assessment.Ecomaps;
import jp.kasane.assessment.StrengthSheets;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.Records;
import jp.kasane.task.Submissions;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** ９マスシート and エコマップ: seen, changed and printed on one page each, with a plain form. */
@Controller
@RequestMapping("/cases/{id}")
class StrengthSheetPages {

    private final Cases cases;
    private final StrengthSheets sheets;
    private final Ecomaps ecomaps;
    private final Agencies agencies;
    private final Records records;

    StrengthSheetPages(Cases cases, StrengthSheets sheets, Ecomaps ecomaps, Agencies agencies, Records records) {
        this.cases = cases;
        this.sheets = sheets;
        this.ecomaps = ecomaps;
        this.agencies = agencies;
        this.records = records;
    }

    private CaseFile known(String id) {
        return Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    // ── ９マスシート ──────────────────────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/strengths")
    ModelAndView strengths(@PathVariable String id, @RequestParam(required = false) String version) {
        var file = known(id);
        var all = sheets.of(file.id());
        var page = new ModelAndView("case-strengths");
        page.addObject("file", file);
        page.addObject("versions", all);
        page.addObject(
                "sheet",
                version == null
                        ? all.stream().findFirst().orElse(null)
                        : all.stream()
                                .filter(sheet -> String.valueOf(sheet.version()).equals(version))
                                .findFirst()
                                .orElseThrow(() -> new Refusal.NotFound("シートの版")));
        page.addObject("mayWrite", records.of(file.id()).contains("strength-sheet"));
        return page;
    }

    @GetMapping("/strengths/new")
    ModelAndView newStrengths(@PathVariable String id) {
        return write(known(id).id(), null, Map.of(), HttpStatus.OK);
    }

    @PostMapping("/strengths")
    Object saveStrengths(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        var caseId = known(id).id();
        try {
            var data = JsonNodeFactory.instance.objectNode();
            data.put("centre", typed.getOrDefault("centre", "").strip());
            StrengthSheets.CELLS.forEach(cell -> {
                var text = typed.getOrDefault(cell, "").strip();
                if (!text.isEmpty()) {
                    data.put(cell, text);
                }
            });
            records.record(caseId, "strength-sheet", data, Submissions.Circumstances.HERE_AND_NOW);
        } catch (Refusal.Invalid invalid) {
            return write(caseId, typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "strength.said");
        return "redirect:/cases/" + caseId + "/strengths";
    }

    private ModelAndView write(UUID caseId, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var blank = records.blank(caseId, "strength-sheet");
        var page = new ModelAndView("case-strengths-new", status);
        page.addObject("file", blank.file());
        page.addObject("typed", typed == null ? blank.data() : typed);
        page.addObject("cells", StrengthSheets.CELLS);
        page.addObject("errors", errors);
        return page;
    }

    // ── エコマップ ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/ecomap")
    ModelAndView ecomap(@PathVariable String id) {
        return ecomap(known(id), Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping("/ecomap/ties")
    Object add(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        var file = known(id);
        try {
            ecomaps.add(
                    file.id(),
                    new Ecomaps.Entered(
                            typed.get("from"),
                            typed.get("to"),
                            typed.get("name"),
                            typed.get("kind"),
                            typed.get("direction"),
                            typed.get("note")));
        } catch (Refusal.Invalid invalid) {
            return ecomap(file, typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.Conflict conflict) {
            return ecomap(file, typed, Map.of("to", conflict.getMessage()), HttpStatus.CONFLICT);
        }
        flash.addFlashAttribute("said", "ecomap.added");
        return "redirect:/cases/" + file.id() + "/ecomap";
    }

    @PostMapping("/ecomap/ties/{tie}/remove")
    String remove(@PathVariable String id, @PathVariable String tie, RedirectAttributes flash) {
        var file = known(id);
        ecomaps.remove(file.id(), Ids.parse(tie).orElseThrow(() -> new Refusal.NotFound("つながり")));
        flash.addFlashAttribute("said", "ecomap.removed");
        return "redirect:/cases/" + file.id() + "/ecomap";
    }

    private ModelAndView ecomap(
            CaseFile file, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        Ecomap map = ecomaps.of(file.id());
        var page = new ModelAndView("case-ecomap", status);
        page.addObject("file", file);
        page.addObject("map", map);
        page.addObject("drawing", EcomapDrawing.of(map));
        page.addObject("mayChange", ecomaps.mayChange(file.id()));
        page.addObject("agencies", agencies.all());
        page.addObject("kinds", Ecomaps.KINDS);
        page.addObject("directions", Ecomaps.DIRECTIONS);
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }
}
