package jp.kasane.support.web;

import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.support.Contacts;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** 支援経過 of a case, page by page: there may be hundreds in a year (DOMAIN.md, volumes). */
@Controller
class ContactPages {

    private final Cases cases;
    private final Contacts contacts;

    ContactPages(Cases cases, Contacts contacts) {
        this.cases = cases;
        this.contacts = contacts;
    }

    @GetMapping("/cases/{id}/contacts")
    String all(@PathVariable String id, @RequestParam(required = false) String before, Model model) {
        CaseFile file = Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
        var page = contacts.page(file.id(), Ids.parse(before).orElse(null));
        model.addAttribute("file", file);
        model.addAttribute("contacts", page);
        model.addAttribute("later", before != null);
        return "case-contacts";
    }
}
