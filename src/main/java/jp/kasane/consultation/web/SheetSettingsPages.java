package jp.kasane.consultation.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.consultation.OutsideSheets;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agency;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The link by which つなぐシート come from outside: opened, renewed, switched off by managers and administrators. */
@Controller
@RequestMapping("/settings/sheets")
class SheetSettingsPages {

    private final OutsideSheets sheets;
    private final SettingChanges changes;

    SheetSettingsPages(OutsideSheets sheets, SettingChanges changes) {
        this.sheets = sheets;
        this.changes = changes;
    }

    @GetMapping
    String look(Model model) {
        changes.requireReader();
        page().forEach(model::addAttribute);
        model.addAttribute("errors", Map.of());
        return "settings-sheets";
    }

    @PostMapping
    Object make(@RequestParam(defaultValue = "") String agency, RedirectAttributes flash) {
        try {
            sheets.make(agency);
        } catch (Refusal.Invalid invalid) {
            var page = new ModelAndView("settings-sheets", HttpStatus.UNPROCESSABLE_ENTITY);
            page.addAllObjects(page());
            page.addObject("errors", invalid.sentences());
            return page;
        }
        flash.addFlashAttribute("said", "sheets.made");
        return "redirect:/settings/sheets";
    }

    @PostMapping("/end")
    String end(RedirectAttributes flash) {
        sheets.end();
        flash.addFlashAttribute("said", "sheets.ended");
        return "redirect:/settings/sheets";
    }

    private Map<String, Object> page() {
        var page = new HashMap<String, Object>();
        page.put("link", sheets.link().orElse(null));
        page.put("receivers", sheets.receivers());
        page.put("mayChange", changes.mayChange());
        return page;
    }

    /** The same for programs. */
    @RestController
    @RequestMapping("/api/v1/settings/sheet-link")
    @Tag(name = "settings", description = "設定")
    static class Api {

        private final OutsideSheets sheets;
        private final SettingChanges changes;

        Api(OutsideSheets sheets, SettingChanges changes) {
            this.sheets = sheets;
            this.changes = changes;
        }

        record Look(OutsideSheets.Link link, List<Agency> receivers) {}

        record Wanted(String agency) {}

        @GetMapping
        @Operation(summary = "外からの受付のリンク（開いていなければ null）と、受け付けられる機関")
        Look look() {
            changes.requireReader();
            return new Look(sheets.link().orElse(null), sheets.receivers());
        }

        @PostMapping
        @ResponseStatus(HttpStatus.CREATED)
        @Operation(summary = "新しいリンクを開く：前のリンクは使えなくなる")
        OutsideSheets.Link make(@RequestBody Wanted wanted) {
            return sheets.make(wanted.agency());
        }

        @DeleteMapping
        @ResponseStatus(HttpStatus.NO_CONTENT)
        @Operation(summary = "外からの受付を止める")
        void end() {
            sheets.end();
        }
    }
}
