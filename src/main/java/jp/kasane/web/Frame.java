package jp.kasane.web;

import jakarta.servlet.http.HttpServletRequest;
import jp.kasane.access.Acting;
import jp.kasane.access.Actor;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.Notices;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.servlet.ModelAndView;

/** What the frame of every page shows, and the page for what is refused. */
@ControllerAdvice(annotations = Controller.class)
class Frame {

    private final Notices notices;

    Frame(Notices notices) {
        this.notices = notices;
    }

    @ModelAttribute("me")
    Actor me() {
        return Acting.current().orElse(null);
    }

    @ModelAttribute("unread")
    int unread() {
        return Acting.current().isPresent() ? notices.unread() : 0;
    }

    @ModelAttribute("here")
    String here(HttpServletRequest request) {
        return request.getRequestURI();
    }

    @ExceptionHandler
    ModelAndView refused(Refusal refusal, HttpServletRequest request) {
        var page = new ModelAndView("refused");
        page.setStatus(
                switch (refusal) {
                    case Refusal.NotFound e -> HttpStatus.NOT_FOUND;
                    case Refusal.Conflict e -> HttpStatus.CONFLICT;
                    case Refusal.Forbidden e -> HttpStatus.FORBIDDEN;
                    case Refusal.Invalid e -> HttpStatus.UNPROCESSABLE_ENTITY;
                });
        page.addObject("sentence", refusal.getMessage());
        page.addObject("me", me());
        page.addObject("unread", unread());
        page.addObject("here", request.getRequestURI());
        return page;
    }
}
