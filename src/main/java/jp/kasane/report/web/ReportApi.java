package jp.kasane.report.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import jp.kasane.foundation.Refusal;
import jp.kasane.report.Reports;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/reports")
@Tag(name = "reports", description = "集計：数え方・期間・基準日を添えた数")
class ReportApi {

    private final Reports reports;

    ReportApi(Reports reports) {
        this.reports = reports;
    }

    @GetMapping("/closure-rate")
    @Operation(summary = "終結率（所管課・監査。何で割るか、引継ぎを数えるかは市町村の決まり）")
    Reports.ClosureRate closureRate(@RequestParam String from, @RequestParam String to) {
        return reports.closureRate(day("from", "期間の始まり", from), day("to", "期間の終わり", to));
    }

    @GetMapping("/participation")
    @Operation(summary = "参加支援の件数（所管課・監査。プランのないものを数えるかは市町村の決まり）")
    Reports.Participation participation(@RequestParam String from, @RequestParam String to) {
        return reports.participation(day("from", "期間の始まり", from), day("to", "期間の終わり", to));
    }

    @GetMapping("/consultations")
    @Operation(summary = "相談の件数（所管課・監査。情報提供だけで終わったものを数えるかは市町村の決まり）")
    Reports.Consultations consultations(@RequestParam String from, @RequestParam String to) {
        return reports.consultations(day("from", "期間の始まり", from), day("to", "期間の終わり", to));
    }

    private static LocalDate day(String field, String label, String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(field, label, "は、2026-04-01 のように入力してください。")));
        }
    }
}
