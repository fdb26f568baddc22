package jp.kasane.meeting.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import jp.kasane.access.Turnstile;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.InvitationLinks;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** An invitation answered without an account. Nothing of the case is on this page, and no session is begun. */
@Controller
@RequestMapping("/i/{token}")
class LinkPages {

    private final InvitationLinks links;
    private final Turnstile turnstile;

    LinkPages(InvitationLinks links, Turnstile turnstile) {
        this.links = links;
        this.turnstile = turnstile;
    }

    @GetMapping
    ModelAndView look(@PathVariable String token, HttpServletRequest request) {
        return turnstile.mayLook(request.getRemoteAddr()) ? page(links.asked(token), Map.of(), Map.of()) : tooMany();
    }

    @PostMapping
    ModelAndView answer(
            @PathVariable String token,
            @RequestParam(defaultValue = "") String outcome,
            @RequestParam(defaultValue = "") String substitute,
            @RequestParam(defaultValue = "false") boolean pledge,
            @RequestParam(defaultValue = "") String information,
            HttpServletRequest request) {
        // What somebody tries as a link is no key to remember: a forged one counts against its address only.
        var asked = links.asked(token);
        if (!turnstile.maySend(
                request.getRemoteAddr(), asked.standing() == InvitationLinks.Standing.FORGED ? "forged" : token)) {
            return tooMany();
        }
        if (asked.standing() != InvitationLinks.Standing.OPEN) {
            return page(asked, Map.of(), Map.of());
        }
        var typed = Map.of(
                "outcome",
                outcome,
                "substitute",
                substitute,
                "pledge",
                pledge ? "true" : "",
                "information",
                information);
        try {
            links.answer(token, new InvitationLinks.Answer(outcome, substitute, pledge, information));
        } catch (Refusal.Invalid invalid) {
            var page = page(asked, typed, invalid.sentences());
            page.setStatus(HttpStatus.UNPROCESSABLE_ENTITY);
            return page;
        } catch (Refusal.Conflict overtaken) {
            var page = page(asked, typed, Map.of());
            page.addObject("overtaken", overtaken.getMessage());
            page.setStatus(HttpStatus.CONFLICT);
            return page;
        }
        var page = page(asked, typed, Map.of());
        page.addObject("given", outcome);
        return page;
    }

    private static ModelAndView page(
            InvitationLinks.Asked asked, Map<String, String> typed, Map<String, String> errors) {
        var page = new ModelAndView("invitation-link");
        page.addObject("asked", asked);
        page.addObject("standing", asked.standing().name().toLowerCase(java.util.Locale.ROOT));
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        page.setStatus(
                switch (asked.standing()) {
                    case OPEN -> HttpStatus.OK;
                    case FORGED -> HttpStatus.NOT_FOUND;
                    default -> HttpStatus.GONE;
                });
        return page;
    }

    private static ModelAndView tooMany() {
        return new ModelAndView("too-many", HttpStatus.TOO_MANY_REQUESTS);
    }
}
