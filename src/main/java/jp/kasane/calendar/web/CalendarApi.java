package jp.kasane.calendar.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import jp.kasane.calendar.CalendarSettings;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/settings/calendar")
@Tag(name = "settings", description = "設定：期限と開庁日")
class CalendarApi {

    private final CalendarSettings settings;
    private final SettingChanges changes;

    CalendarApi(CalendarSettings settings, SettingChanges changes) {
        this.settings = settings;
        this.changes = changes;
    }

    record Week(List<Integer> closedWeekdays) {}

    record Closure(String name, String from, String to) {}

    record Day(boolean open, String name) {}

    @GetMapping
    @Operation(summary = "開庁日の設定と、ことし・来年の祝日")
    CalendarSettings.Settings read() {
        return settings.read();
    }

    @GetMapping("/changes")
    @Operation(summary = "開庁日の設定の変更の記録")
    List<SettingChanges.Change> changes() {
        changes.requireReader();
        return changes.list("calendar", null, 200);
    }

    @PutMapping("/week")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "閉庁する曜日を決める（1 月曜…7 日曜）")
    void week(@RequestBody Week week) {
        settings.closeWeekdays(week.closedWeekdays() == null ? List.of() : week.closedWeekdays());
    }

    @PostMapping("/closures")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "毎年の閉庁を加える（月-日、例：12-29 から 01-03）")
    void closure(@RequestBody Closure closure) {
        settings.addClosure(closure.name(), closure.from(), closure.to());
    }

    @DeleteMapping("/closures/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "毎年の閉庁を取り消す")
    void removeClosure(@PathVariable String id) {
        settings.removeClosure(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound(changes.word("calendar.closure"))));
    }

    @PutMapping("/days/{date}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "一日だけ、開庁か閉庁かを決める（祝日を外すこともできる）")
    void day(@PathVariable String date, @RequestBody Day day) {
        settings.decideDay(date, day.open(), day.name());
    }

    @DeleteMapping("/days/{date}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "その日の設定を取り消す")
    void removeDay(@PathVariable String date) {
        settings.removeDay(date);
    }
}
