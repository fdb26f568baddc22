package jp.kasane.casefile.web;

import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** One address for every matter, whatever kind it is: lists and mails know its id only. The page of a kind is named after it. */
@Controller
class MatterPages {

    private final Streams streams;

    MatterPages(Streams streams) {
        this.streams = streams;
    }

    @GetMapping("/matters/{id}")
    String one(@PathVariable String id) {
        var matter = Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("案件"));
        return "redirect:/" + streams.kindOfMatter(matter) + "s/" + matter;
    }
}
