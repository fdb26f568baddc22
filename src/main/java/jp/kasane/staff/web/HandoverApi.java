package jp.kasane.staff.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.staff.Handovers;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/handovers")
@Tag(name = "people")
class HandoverApi {

    private final Handovers handovers;

    HandoverApi(Handovers handovers) {
        this.handovers = handovers;
    }

    record Whole(Handovers.Handover handover, Handovers.Work work) {}

    @GetMapping
    @Operation(summary = "引継ぎの一覧（自分が関わるもの。管理職はすべて）")
    List<Handovers.Handover> list() {
        return handovers.list();
    }

    @GetMapping("/work")
    @Operation(summary = "その人がいま持っているケースと作業（本人と管理職）")
    Handovers.Work work(@RequestParam String person) {
        return handovers.work(PeopleApi.parse(person), null);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "引継ぎを準備する", description = "toId が空なら、担当している作業は係へ戻ります。notes はケースの ID ごとの引継ぎメモ。")
    Map<String, UUID> prepare(@RequestBody Handovers.Entered entered) {
        return Map.of("handoverId", handovers.prepare(noted(entered)));
    }

    @GetMapping("/{id}")
    @Operation(summary = "一つの引継ぎ")
    Whole one(@PathVariable String id) {
        var handover = handovers.required(parse(id));
        return new Whole(
                handover,
                handover.mayChange()
                        ? handovers.work(handover.fromId(), handover.id())
                        : new Handovers.Work(List.of(), List.of()));
    }

    @PutMapping("/{id}")
    @Operation(summary = "準備した引継ぎを変える", description = "notes にないケースのメモはそのままです。空のメモは消します。")
    Whole change(@PathVariable String id, @RequestBody Handovers.Entered entered) {
        handovers.change(parse(id), noted(entered));
        return one(id);
    }

    @PostMapping("/{id}/carry-out")
    @Operation(summary = "いま引き継ぐ", description = "決めた日になれば自動でも行われます。")
    Handovers.Handover carryOut(@PathVariable String id) {
        return handovers.carryOut(parse(id));
    }

    @PostMapping("/{id}/withdraw")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "準備した引継ぎを取りやめる")
    void withdraw(@PathVariable String id) {
        handovers.withdraw(parse(id));
    }

    private static Handovers.Entered noted(Handovers.Entered entered) {
        return entered.notes() != null
                ? entered
                : new Handovers.Entered(entered.personId(), entered.toId(), entered.effectiveOn(), Map.of());
    }

    static UUID parse(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("引継ぎ"));
    }
}
