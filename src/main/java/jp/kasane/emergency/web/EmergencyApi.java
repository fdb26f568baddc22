package jp.kasane.emergency.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.emergency.EmergencyAccess;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/emergency-accesses")
@Tag(name = "emergency")
class EmergencyApi {

    private final EmergencyAccess emergency;

    EmergencyApi(EmergencyAccess emergency) {
        this.emergency = emergency;
    }

    @GetMapping
    @Operation(summary = "緊急閲覧の記録（自分のもの。所管課・監査は全員のもの）")
    List<EmergencyAccess.Access> all() {
        return emergency.all();
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "緊急閲覧を始める（受付・コーディネーター）",
            description = "担当でないケースを番号で開きます。決まった時間で終わり、所管課と担当機関にすぐ知らされます。閲覧が制限されたケースは開けません（404）。")
    Map<String, UUID> open(@RequestBody EmergencyAccess.Wanted wanted) {
        return Map.of("caseId", emergency.open(wanted));
    }

    @PostMapping("/{id}/confirmation")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "緊急閲覧を確かめる（所管課、開いた人とは別の人）", description = "verdict は right か wrong。wrong には note が要ります。")
    void confirm(@PathVariable String id, @RequestBody EmergencyAccess.Judged judged) {
        emergency.confirm(EmergencyPages.parse(id), judged);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "緊急閲覧を終える（開いた人）")
    void end(@PathVariable String id) {
        emergency.end(EmergencyPages.parse(id));
    }
}
