package jp.kasane.plan.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.plan.PlanDifference;
import jp.kasane.plan.Plans;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Two versions of a plan beside each other. */
@RestController
@Tag(name = "plans")
class PlanDifferences {

    private final Cases cases;
    private final Plans plans;

    PlanDifferences(Cases cases, Plans plans) {
        this.cases = cases;
        this.plans = plans;
    }

    @GetMapping("/api/v1/cases/{id}/plans/{kind}/difference")
    @Operation(summary = "プランの二つの版の違い（kind は outreach・support、from と to は版）")
    PlanDifference difference(
            @PathVariable String id, @PathVariable String kind, @RequestParam String from, @RequestParam String to) {
        return plans.difference(known(id), kind, version("from", from), version("to", to));
    }

    private UUID known(String id) {
        return Ids.parse(id)
                .flatMap(cases::find)
                .orElseThrow(() -> new Refusal.NotFound("ケース"))
                .id();
    }

    private static int version(String field, String text) {
        if (!text.matches("[0-9]{1,4}")) {
            throw new Refusal.Invalid(java.util.List.of(new Refusal.FieldError(field, "版", "は数字で指定してください。")));
        }
        return Integer.parseInt(text);
    }

    @Controller
    static class Page {

        private final Cases cases;
        private final Plans plans;

        Page(Cases cases, Plans plans) {
            this.cases = cases;
            this.plans = plans;
        }

        @GetMapping("/cases/{id}/plans/{kind}/difference")
        String page(
                @PathVariable String id,
                @PathVariable String kind,
                @RequestParam String from,
                @RequestParam String to,
                Model model) {
            var file = Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
            var found = plans.difference(file.id(), kind, version("from", from), version("to", to));
            model.addAttribute("file", file);
            model.addAttribute("difference", found);
            model.addAttribute(
                    "versions",
                    plans.of(file.id()).stream()
                            .filter(plan -> plan.kind().equals(kind))
                            .toList());
            return "plan-difference";
        }
    }
}
