package jp.kasane.support.web;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.support.Contacts;
import jp.kasane.task.Records;
import jp.kasane.task.Submissions;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** 支援経過 of a case, page by page: there may be hundreds in a year (DOMAIN.md, volumes). */
@Controller
class ContactPages {

    /** What the form {@code contact} offers, the most frequent first. */
    private static final List<String> KINDS = List.of("visit", "phone", "accompany", "meeting", "letter", "other");

    private final Cases cases;
    private final Contacts contacts;
    private final Records records;
    private final Clock clock;

    ContactPages(Cases cases, Contacts contacts, Records records, Clock clock) {
        this.cases = cases;
        this.contacts = contacts;
        this.records = records;
        this.clock = clock;
    }

    /** The form {@code contact} without JavaScript, for a phone in the field: here, now, and me. */
    @GetMapping("/cases/{id}/contact")
    ModelAndView quick(@PathVariable String id) {
        return quick(known(id), Map.of("at", now()), Map.of(), HttpStatus.OK);
    }

    @PostMapping("/cases/{id}/contact")
    Object record(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        var caseId = known(id);
        try {
            var at = time(typed.get("at"));
            var data = JsonNodeFactory.instance.objectNode();
            data.put("occurredAt", at.toString());
            put(data, "kind", typed.get("kind"));
            put(data, "people", typed.get("people"));
            put(data, "content", typed.get("content"));
            records.record(caseId, "contact", data, new Submissions.Circumstances(at.toInstant(), null));
        } catch (Refusal.Invalid invalid) {
            return quick(caseId, typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "contact.said");
        return "redirect:/cases/" + caseId;
    }

    private ModelAndView quick(UUID caseId, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("case-contact", status);
        page.addObject("file", records.blank(caseId, "contact").file());
        page.addObject("kinds", KINDS);
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    private static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    private static void put(ObjectNode data, String field, String text) {
        if (text != null && !text.isBlank()) {
            data.put(field, text.strip());
        }
    }

    private String now() {
        return LocalDateTime.ofInstant(clock.instant(), JapaneseTime.ZONE)
                .truncatedTo(ChronoUnit.MINUTES)
                .toString();
    }

    private static OffsetDateTime time(String text) {
        try {
            return LocalDateTime.parse(text == null ? "" : text)
                    .atZone(JapaneseTime.ZONE)
                    .toOffsetDateTime();
        } catch (DateTimeParseException none) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("occurredAt", "日時", "を入力してください。")));
        }
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
