package jp.kasane.consultation.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Turnstile;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.consultation.OutsideSheets;
import jp.kasane.form.Concerns;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** つなぐシート without an account, on a phone: one plain form, no session, nothing personal in the address. */
@Controller
@RequestMapping("/s/{link}")
class SheetPages {

    private final OutsideSheets sheets;
    private final Turnstile turnstile;
    private final SettingChanges words;

    SheetPages(OutsideSheets sheets, Turnstile turnstile, SettingChanges words) {
        this.sheets = sheets;
        this.turnstile = turnstile;
        this.words = words;
    }

    @GetMapping
    ModelAndView look(@PathVariable String link, HttpServletRequest request) {
        if (!turnstile.mayLook(request.getRemoteAddr())) {
            return tooMany();
        }
        return sheets.open(link)
                .map(open ->
                        page(open, Map.of("once", UUID.randomUUID().toString()), List.of(), Map.of(), HttpStatus.OK))
                .orElseGet(SheetPages::over);
    }

    @PostMapping
    ModelAndView hand(
            @PathVariable String link,
            @RequestParam Map<String, String> sent,
            @RequestParam(name = "concerns", required = false) List<String> chosen,
            HttpServletRequest request) {
        var open = sheets.open(link);
        // What is no link is not remembered: it counts against its address only.
        if (!turnstile.maySend(request.getRemoteAddr(), open.isPresent() ? link : "none")) {
            return open.map(each -> kept(each, sent, chosen)).orElseGet(SheetPages::tooMany);
        }
        if (open.isEmpty()) {
            return over();
        }
        var concerns = concerns(chosen);
        if (!text(sent, "website").isEmpty()) {
            // A robot fills in what nobody sees. A person whose browser did is told, and loses nothing.
            return page(
                    open.get(),
                    sent,
                    concerns,
                    Map.of("website", words.word("sheets.error.robot")),
                    HttpStatus.UNPROCESSABLE_ENTITY);
        }
        try {
            var receipt = sheets.hand(link, sheet(sent, concerns));
            var page = page(open.get(), Map.of(), List.of(), Map.of(), HttpStatus.OK);
            page.addObject("receipt", receipt);
            return page;
        } catch (Refusal.Invalid invalid) {
            return page(open.get(), sent, concerns, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.Conflict twice) {
            return page(open.get(), sent, concerns, Map.of("once", twice.getMessage()), HttpStatus.CONFLICT);
        }
    }

    private static OutsideSheets.Sheet sheet(Map<String, String> sent, List<String> concerns) {
        return new OutsideSheets.Sheet(
                Ids.parse(text(sent, "once")).orElseGet(UUID::randomUUID),
                text(sent, "consent"),
                text(sent, "sender"),
                text(sent, "senderName"),
                text(sent, "senderOffice"),
                text(sent, "senderContact"),
                text(sent, "place"),
                text(sent, "subjectName"),
                concerns,
                // A browser ends its lines with CR LF.
                text(sent, "story").replace("\r\n", "\n"));
    }

    /** PostgreSQL keeps no NUL; nobody types one. */
    private static String text(Map<String, String> sent, String field) {
        return sent.getOrDefault(field, "").replace("\u0000", "");
    }

    private static List<String> concerns(List<String> chosen) {
        return chosen == null
                ? List.of()
                : chosen.stream().filter(Concerns.codes()::contains).distinct().toList();
    }

    private ModelAndView page(
            OutsideSheets.Open open,
            Map<String, String> typed,
            List<String> concerns,
            Map<String, String> errors,
            HttpStatus status) {
        var kept = new HashMap<>(typed);
        kept.putIfAbsent("once", UUID.randomUUID().toString());
        var page = new ModelAndView("sheet", status);
        page.addObject("open", open);
        page.addObject("typed", kept);
        page.addObject("chosen", concerns);
        page.addObject("concerns", Concerns.codes());
        page.addObject("errors", errors);
        return page;
    }

    /** Too much at once: what was typed stays, to be sent a little later. */
    private ModelAndView kept(OutsideSheets.Open open, Map<String, String> sent, List<String> chosen) {
        return page(
                open,
                sent,
                concerns(chosen),
                Map.of("send", words.word("outside.tooMany")),
                HttpStatus.TOO_MANY_REQUESTS);
    }

    private static ModelAndView over() {
        return new ModelAndView("sheet-over", HttpStatus.NOT_FOUND);
    }

    private static ModelAndView tooMany() {
        return new ModelAndView("too-many", HttpStatus.TOO_MANY_REQUESTS);
    }
}
