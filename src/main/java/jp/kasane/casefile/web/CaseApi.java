package jp.kasane.casefile.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Timeline;
import jp.kasane.foundation.Asked;
import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1")
@Tag(name = "cases", description = "支援ケース")
class CaseApi {

    private final Cases cases;
    private final CaseView view;
    private final Timeline timeline;
    private final SystemActor system;

    CaseApi(Cases cases, CaseView view, Timeline timeline, SystemActor system) {
        this.cases = cases;
        this.view = view;
        this.timeline = timeline;
        this.system = system;
    }

    record Reason(String reason) {
        String required() {
            if (reason == null || reason.isBlank()) {
                throw new Refusal.Invalid(List.of(new Refusal.FieldError("reason", "理由", "を入力してください。")));
            }
            return reason;
        }
    }

    @GetMapping("/cases")
    @Operation(summary = "支援ケースの一覧（開いているものから、新しい順に 200 件まで）")
    List<CaseFile> list() {
        return cases.list(200);
    }

    @GetMapping("/cases/{id}")
    @Operation(summary = "支援ケースと、世帯・同意・会議・プラン・経過など見えるものすべて")
    Map<String, Object> one(@PathVariable String id) {
        var result = new LinkedHashMap<String, Object>();
        var file = view.required(id);
        result.put("case", file);
        result.putAll(view.sections(file.id()));
        return result;
    }

    @GetMapping("/cases/{id}/events")
    @Operation(summary = "支援ケースの経過（だれが、いつ、どの段階を、どの版の図で）")
    List<Timeline.Entry> events(@PathVariable String id) {
        return timeline.ofCase(view.required(id).id());
    }

    @GetMapping("/cases/{id}/timeline")
    @Operation(
            summary = "支援ケースの経過を新しい順に、絞り込んで、少しずつ",
            description =
                    "topic は contact・consent・meeting・plan・assessment・referral・document・deadline・case、person は行った人の id、"
                            + "from と to は起きた日（その日を含む、日本時間）、limit は 1 から 200 まで（既定 50）。"
                            + "続きがあれば older にその場所があり、次の before に渡す。")
    @Parameter(name = "asked", hidden = true)
    Timeline.Page timeline(
            @PathVariable String id,
            @RequestParam Map<String, String> asked,
            @RequestParam(required = false) String topic,
            @RequestParam(required = false) String person,
            @RequestParam(required = false) String from,
            @RequestParam(required = false) String to,
            @RequestParam(required = false) String before,
            @RequestParam(defaultValue = "50") int limit) {
        return timeline.ofCase(
                view.required(id).id(), TimelineAsked.filter(asked), TimelineAsked.before(asked), Asked.limit(limit));
    }

    @PostMapping("/cases/{id}/re-seat")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "エンジンの流れを終わらせ、データベースが示す段階から始め直す（所管課・管理者）")
    void reseat(@PathVariable String id, @RequestBody Reason reason) {
        view.reseat(id, reason.required());
    }

    @PostMapping("/operations/re-seat")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "開いているケースをすべて始め直す（管理者。復元やエンジンの入れ替えのあと）")
    Map<String, Integer> reseatAll(@RequestBody Reason reason) {
        if (!Acting.required().has("admin")) {
            throw new Refusal.Forbidden("管理者だけができます。");
        }
        var why = reason.required();
        return Map.of("cases", system.inTransaction(() -> cases.reseatAll(why)));
    }
}
