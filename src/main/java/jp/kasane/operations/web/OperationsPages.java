package jp.kasane.operations.web;

import java.util.List;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.operations.Operations;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/operations")
class OperationsPages {

    private static final String HERE = "redirect:/operations";

    private final Operations operations;

    OperationsPages(Operations operations) {
        this.operations = operations;
    }

    @GetMapping
    String now(Model model) {
        var now = operations.now();
        model.addAttribute("now", now);
        model.addAttribute("parts", List.of("incidents", "orders", "jobs", "rejected", "models", "mails", "webhook"));
        model.addAttribute(
                "sizes",
                List.of(
                        now.incidents().size(),
                        now.orders().size(),
                        now.jobs().size(),
                        now.rejected().size(),
                        now.models().size(),
                        now.mails().size(),
                        now.webhookCalls()));
        return "operations";
    }

    @PostMapping("/incidents/{key}/retry")
    String retryIncident(@PathVariable long key, RedirectAttributes flash) {
        operations.retryIncident(key);
        return said(flash, "said.retried");
    }

    @PostMapping("/orders/{id}/retry")
    String retryOrder(@PathVariable long id, RedirectAttributes flash) {
        operations.retryOrder(id);
        return said(flash, "said.retried");
    }

    @PostMapping("/mails/{userId}/send-again")
    String sendAgain(@PathVariable String userId, RedirectAttributes flash) {
        operations.sendAgain(Ids.parse(userId).orElseThrow(() -> new Refusal.NotFound("利用者")));
        return said(flash, "said.retried");
    }

    @PostMapping("/webhook/call-again")
    String callAgain(RedirectAttributes flash) {
        operations.callAgain();
        return said(flash, "said.retried");
    }

    @PostMapping("/streams/{id}/re-seat")
    String reseat(@PathVariable String id, @RequestParam String reason, RedirectAttributes flash) {
        operations.reseat(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース")), reason);
        return said(flash, "said.reseated");
    }

    @PostMapping("/rejected/acknowledge")
    String acknowledge(
            @RequestParam String epoch,
            @RequestParam int partition,
            @RequestParam long position,
            RedirectAttributes flash) {
        operations.acknowledge(Ids.parse(epoch).orElseThrow(() -> new Refusal.NotFound("記録")), partition, position);
        return said(flash, "said.acknowledged");
    }

    @PostMapping("/rebuild")
    String rebuild(RedirectAttributes flash) {
        operations.rebuild();
        return said(flash, "said.rebuilt");
    }

    private static String said(RedirectAttributes flash, String key) {
        flash.addFlashAttribute("said", key);
        return HERE;
    }
}
