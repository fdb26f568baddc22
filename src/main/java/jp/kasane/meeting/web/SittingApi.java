package jp.kasane.meeting.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.Sitting;
import jp.kasane.meeting.SittingAnswers;
import jp.kasane.meeting.Sittings;
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
@RequestMapping("/api/v1/sittings")
@Tag(name = "meetings", description = "会議")
class SittingApi {

    private final Sittings sittings;
    private final SittingAnswers answers;
    private final SettingChanges changes;

    SittingApi(Sittings sittings, SittingAnswers answers, SettingChanges changes) {
        this.sittings = sittings;
        this.answers = answers;
        this.changes = changes;
    }

    /** @param body the code of the body that meets */
    record Added(String body, OffsetDateTime startsAt, String place) {}

    record Moved(OffsetDateTime startsAt, String place, String reason) {}

    record Merged(String into, String reason) {}

    record Cancelled(String reason) {}

    record Answer(String outcome, boolean pledge) {}

    @GetMapping
    @Operation(summary = "これからの開催と、終わった開催（見えるケースだけが並ぶ）")
    Sittings.Lists list() {
        return sittings.lists(100);
    }

    @GetMapping("/month/{month}")
    @Operation(summary = "ひと月の開催（month は 2026-12 の形、body は会議体のコード）")
    List<Sitting> month(@PathVariable String month, @RequestParam(required = false) String body) {
        try {
            return sittings.month(YearMonth.parse(month), body);
        } catch (DateTimeException notAMonth) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "month", changes.word("sittings.month"), changes.word("sittings.error.month"))));
        }
    }

    @GetMapping("/{id}/expected")
    @Operation(summary = "この開催に来る見込みの機関")
    List<Sitting.Expected> expected(@PathVariable String id) {
        return sittings.expected(one(id).id());
    }

    @GetMapping("/{id}")
    @Operation(summary = "ひとつの開催と、付議されたケース")
    Sitting one(@PathVariable String id) {
        return sittings.find(id(id)).orElseThrow(this::unknown);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "定例のほかに開催を加える（招集者）")
    Sitting add(@RequestBody Added added) {
        return sittings.find(sittings.add(added.body(), instant(added.startsAt()), text(added.place())))
                .orElseThrow();
    }

    @PostMapping("/{id}/move")
    @Operation(summary = "開催の日時を変える：付議されたすべてのケースの構成員に、改めて聞く")
    Sitting move(@PathVariable String id, @RequestBody Moved moved) {
        sittings.move(id(id), instant(moved.startsAt()), text(moved.place()), moved.reason());
        return one(id);
    }

    @PostMapping("/{id}/merge")
    @Operation(summary = "ほかの開催と一つにする")
    Sitting merge(@PathVariable String id, @RequestBody Merged merged) {
        sittings.merge(id(id), id(merged.into()), merged.reason());
        return one(merged.into());
    }

    @PostMapping("/{id}/cancel")
    @Operation(summary = "開催を取りやめる：ケースは次の開催へ回り、招集からやり直す")
    Sitting cancel(@PathVariable String id, @RequestBody Cancelled cancelled) {
        sittings.cancel(id(id), cancelled.reason());
        return one(id);
    }

    @PostMapping("/{id}/answers")
    @Operation(summary = "この開催への招集に、まとめて答える（attend 出席／absent 欠席）")
    SittingAnswers.Answered answer(@PathVariable String id, @RequestBody Answer answer) {
        return answers.answer(one(id), answer.outcome(), answer.pledge());
    }

    private UUID id(String id) {
        return Ids.parse(id == null ? "" : id).orElseThrow(this::unknown);
    }

    private Refusal.NotFound unknown() {
        return new Refusal.NotFound(changes.word("sittings.sitting"));
    }

    private static Instant instant(OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static String text(String text) {
        return text == null ? "" : text.strip();
    }
}
