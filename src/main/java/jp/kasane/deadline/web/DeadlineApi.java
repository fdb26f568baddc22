package jp.kasane.deadline.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.deadline.DeadlinePolicies;
import jp.kasane.deadline.DeadlinePolicy;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/settings/deadlines")
@Tag(name = "settings", description = "設定：期限と開庁日")
class DeadlineApi {

    private final DeadlinePolicies policies;
    private final SettingChanges changes;

    DeadlineApi(DeadlinePolicies policies, SettingChanges changes) {
        this.policies = policies;
        this.changes = changes;
    }

    @GetMapping
    @Operation(summary = "すべての作業と見守りの期限（policy が null なら設定なし）")
    List<DeadlinePolicies.Row> list() {
        return policies.list();
    }

    @GetMapping("/{step}")
    @Operation(summary = "ひとつの作業・見守りの期限")
    DeadlinePolicies.Row one(@PathVariable String step) {
        return policies.one(step);
    }

    @PutMapping("/{step}")
    @Operation(summary = "期限を変える（開いている期限も計算し直す）")
    DeadlinePolicy save(@PathVariable String step, @RequestBody DeadlinePolicies.Entered entered) {
        return policies.save(step, entered);
    }

    @GetMapping("/{step}/changes")
    @Operation(summary = "期限の変更の記録")
    List<SettingChanges.Change> changes(@PathVariable String step) {
        changes.requireReader();
        return changes.list("deadline", step, 200);
    }
}
