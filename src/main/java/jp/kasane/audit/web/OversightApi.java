package jp.kasane.audit.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.audit.Oversight;
import jp.kasane.audit.Samples;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
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
@RequestMapping("/api/v1/trail")
@Tag(name = "trail", description = "証跡")
class OversightApi {

    private final Oversight oversight;
    private final Samples samples;

    OversightApi(Oversight oversight, Samples samples) {
        this.oversight = oversight;
        this.samples = samples;
    }

    record Across(List<Oversight.Usage> usage, List<Oversight.Unusual> unusual, List<Oversight.Undone> undone) {}

    record Draw(long seed, LocalDate from, LocalDate to, int size) {}

    record Tick(boolean checked, String note) {}

    record Whole(Samples.Sample sample, List<Samples.Drawn> cases) {}

    @GetMapping("/oversight")
    @Operation(summary = "ケースをまたいで：目立つ閲覧、人ごとの閲覧、し残されていること（監査担当者）。from、to は日付")
    Across across(@RequestParam LocalDate from, @RequestParam LocalDate to) {
        return new Across(oversight.usage(from, to), oversight.unusual(from, to), oversight.undone());
    }

    @GetMapping("/samples")
    @Operation(summary = "抜き取りの一覧（監査担当者）")
    List<Samples.Sample> all() {
        return samples.all();
    }

    @OpenToAuditors("their own work list")
    @PostMapping("/samples")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "期間中に動きのあったケースから、種（seed）によって抜き取る（監査担当者）")
    Map<String, UUID> draw(@RequestBody Draw draw) {
        if (draw.from() == null || draw.to() == null) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("from", "期間", "を入力してください。")));
        }
        return Map.of("id", samples.draw(draw.seed(), draw.from(), draw.to(), draw.size()));
    }

    @GetMapping("/samples/{id}")
    @Operation(summary = "抜き取ったケースと所見（監査担当者）")
    Whole one(@PathVariable String id) {
        var sample = id(id, "標本");
        return new Whole(samples.one(sample), samples.cases(sample));
    }

    @OpenToAuditors("their own work list")
    @PutMapping("/samples/{id}/cases/{caseId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "抜き取ったケースに所見を残し、確認済みにする（監査担当者）")
    void tick(@PathVariable String id, @PathVariable String caseId, @RequestBody Tick tick) {
        samples.check(id(id, "標本"), id(caseId, "ケース"), tick.checked(), tick.note());
    }

    private static UUID id(String text, String what) {
        return Ids.parse(text).orElseThrow(() -> new Refusal.NotFound(what));
    }
}
