package jp.kasane.plan.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jp.kasane.plan.Plans;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/plans")
@Tag(name = "plans", description = "プラン")
class PlanApi {

    private final Plans plans;

    PlanApi(Plans plans) {
        this.plans = plans;
    }

    @GetMapping("/started-at-once")
    @Operation(summary = "会議より先に始めたプランの数と、そのうち追認を待つ数（見えるケースのうち）")
    Plans.StartedAtOnce startedAtOnce() {
        return plans.startedAtOnce();
    }
}
