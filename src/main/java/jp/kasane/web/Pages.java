package jp.kasane.web;

import java.util.List;
import jp.kasane.notification.Notices;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

@Controller
class Pages {

    private final Notices notices;

    Pages(Notices notices) {
        this.notices = notices;
    }

    @GetMapping("/login")
    String login() {
        return "login";
    }

    @GetMapping("/notices")
    String notices(Model model) {
        List<Notices.Notice> mine = notices.mine(100);
        notices.allRead();
        model.addAttribute("notices", mine);
        return "notices";
    }
}
