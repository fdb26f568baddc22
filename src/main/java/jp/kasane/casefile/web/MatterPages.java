package jp.kasane.casefile.web;

import java.util.List;
import jp.kasane.casefile.MatterPage;
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
    private final List<MatterPage> pages;

    MatterPages(Streams streams, List<MatterPage> pages) {
        this.streams = streams;
        this.pages = pages;
    }

    @GetMapping("/matters/{id}")
    String one(@PathVariable String id) {
        var matter = Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("案件"));
        var kind = streams.kindOfMatter(matter);
        return "redirect:"
                + pages.stream()
                        .filter(page -> page.kind().equals(kind))
                        .findFirst()
                        .map(page -> page.of(matter))
                        .orElse("/" + kind + "s/" + matter);
    }
}
