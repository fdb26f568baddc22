package jp.kasane.support.web;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import jp.kasane.casefile.Cases;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

@Controller
class ContactPages {

    private final Cases cases;
    private final Forms forms;
    private final Clock clock;

    ContactPages(Cases cases, Forms forms, Clock clock) {
        this.cases = cases;
        this.forms = forms;
        this.clock = clock;
    }

    @GetMapping("/cases/{id}/contacts/new")
    String fresh(@PathVariable String id, Model model) {
        var file = Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
        var data = forms.options();
        data.put(
                "occurredAt",
                OffsetDateTime.ofInstant(clock.instant(), ZoneId.of("Asia/Tokyo"))
                        .truncatedTo(ChronoUnit.MINUTES)
                        .toString());
        model.addAttribute("file", file);
        model.addAttribute("formJson", forms.shipped("contact"));
        model.addAttribute("dataJson", forms.write(data));
        return "contact-new";
    }
}
