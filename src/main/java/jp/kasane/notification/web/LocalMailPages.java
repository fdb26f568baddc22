package jp.kasane.notification.web;

import jp.kasane.foundation.Refusal;
import jp.kasane.notification.internal.LocalMailbox;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What the local default's mails say, since they go nowhere else. */
@Controller
class LocalMailPages {

    private final ObjectProvider<LocalMailbox> mailbox;

    LocalMailPages(ObjectProvider<LocalMailbox> mailbox) {
        this.mailbox = mailbox;
    }

    @GetMapping("/local/mail")
    String mails(Model model) {
        var local = mailbox.stream().findFirst().orElseThrow(() -> new Refusal.NotFound("ページ"));
        model.addAttribute("mails", local.mails());
        return "local-mail";
    }

    /** Whether the frame links to it. */
    @ControllerAdvice(annotations = Controller.class)
    static class Link {

        private final boolean local;

        Link(ObjectProvider<LocalMailbox> mailbox) {
            this.local = mailbox.stream().findFirst().isPresent();
        }

        @ModelAttribute("localMail")
        boolean localMail() {
            return local;
        }
    }
}
