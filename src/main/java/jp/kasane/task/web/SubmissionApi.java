package jp.kasane.task.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import jp.kasane.form.Forms;
import jp.kasane.form.SheetDifference;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Corrections;
import jp.kasane.task.Entered;
import jp.kasane.task.People;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/submissions/{id}")
@Tag(name = "submissions", description = "記録されたものと、その訂正・取消")
class SubmissionApi {

    private final Corrections corrections;
    private final Forms forms;
    private final People people;

    SubmissionApi(Corrections corrections, Forms forms, People people) {
        this.corrections = corrections;
        this.forms = forms;
        this.people = people;
    }

    /** @param data what was entered in this version, without the options the form offers */
    record Version(
            UUID id,
            String state,
            Instant occurredAt,
            Instant recordedAt,
            String submittedBy,
            String onBehalfOf,
            String reason,
            Instant voidedAt,
            String voidedBy,
            String voidReason,
            JsonNode data) {}

    /** @param data what was entered, with the options the form offers */
    record Sheet(
            UUID id,
            UUID caseId,
            UUID consultationId,
            String step,
            String formId,
            JsonNode form,
            Map<String, Object> data,
            String state,
            boolean mayCorrect,
            List<Version> versions) {}

    /**
     * @param changePath confirms that the case may go another way
     * @param occurredAt when it happened; left out: as before
     * @param onBehalfOf login of the colleague in whose place it is corrected
     */
    record Correction(JsonNode data, String reason, boolean changePath, Instant occurredAt, String onBehalfOf) {}

    record Voiding(String reason, boolean changePath) {}

    @GetMapping
    @Operation(summary = "記録された内容と様式、その版（訂正前・取消を含む）")
    Sheet one(@PathVariable String id) {
        var sheet = corrections.sheet(id(id));
        return new Sheet(
                sheet.id(),
                sheet.caseId(),
                sheet.consultationId(),
                sheet.step(),
                sheet.formId(),
                sheet.form(),
                sheet.data(),
                sheet.version().state(),
                sheet.mayCorrect(),
                sheet.versions().stream()
                        .map(each -> new Version(
                                each.id(),
                                each.state(),
                                each.occurredAt(),
                                each.recordedAt(),
                                each.submittedBy(),
                                each.onBehalfOf(),
                                each.reason(),
                                each.voidedAt(),
                                each.voidedBy(),
                                each.voidReason(),
                                forms.parse(each.data())))
                        .toList());
    }

    @GetMapping("/difference")
    @Operation(summary = "訂正で変わった項目（前の版との違いを、語ごとに）。訂正でなければ fields は空")
    SheetDifference difference(@PathVariable String id) {
        return corrections
                .difference(corrections.sheet(id(id)), Locale.JAPANESE)
                .orElse(new SheetDifference(List.of()));
    }

    @PostMapping("/correction")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "訂正する（理由が要る。ケースの道が変わるときは changePath で確認する。古い版は残る）")
    Map<String, UUID> correct(@PathVariable String id, @RequestBody Correction correction) {
        var circumstances =
                new Entered(correction.data(), correction.occurredAt(), correction.onBehalfOf()).circumstances(people);
        return Map.of(
                "submissionId",
                corrections.correct(
                        id(id), correction.data(), correction.reason(), correction.changePath(), circumstances));
    }

    @PostMapping("/void")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "取り消す（理由が要る。記録は取消線つきで残り、段階の作業はもう一度開く）")
    void voidIt(@PathVariable String id, @RequestBody Voiding voiding) {
        corrections.voidIt(id(id), voiding.reason(), voiding.changePath());
    }

    static UUID id(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("記録"));
    }
}
