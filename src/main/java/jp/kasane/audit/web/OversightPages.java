package jp.kasane.audit.web;

import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.audit.Oversight;
import jp.kasane.audit.Samples;
import jp.kasane.audit.Trails;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.table.CsvDownload;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Across all cases: what stands out, samples, and lists as files. */
@Controller
class OversightPages {

    /** Lines of a file of the trail at most. */
    private static final int LINES = 10_000;

    private final Oversight oversight;
    private final Samples samples;
    private final Trails trails;
    private final SecureRandom random = new SecureRandom();

    OversightPages(Oversight oversight, Samples samples, Trails trails) {
        this.oversight = oversight;
        this.samples = samples;
        this.trails = trails;
    }

    @GetMapping("/trail/oversight")
    String oversight(@RequestParam Map<String, String> asked, Model model) {
        var from = from(asked);
        var to = to(asked);
        model.addAttribute("from", from);
        model.addAttribute("to", to);
        model.addAttribute("usage", oversight.usage(from, to));
        model.addAttribute("unusual", oversight.unusual(from, to));
        model.addAttribute("undone", oversight.undone());
        return "trail-oversight";
    }

    @GetMapping("/trail/oversight/{list}.csv")
    ResponseEntity<byte[]> file(@PathVariable String list, @RequestParam Map<String, String> asked) {
        var from = from(asked);
        var to = to(asked);
        return switch (list) {
            case "usage" ->
                CsvDownload.of(
                        "usage.csv",
                        List.of("人", "役割", "見た回数", "ケース等の数", "出力", "拒否", "夜間"),
                        oversight.usage(from, to).stream()
                                .map(each -> java.util.Arrays.asList(
                                        each.person(),
                                        each.roles(),
                                        each.looks(),
                                        each.opened(),
                                        each.exports(),
                                        each.denied(),
                                        each.night()))
                                .toList());
            case "unusual" ->
                CsvDownload.of(
                        "unusual.csv",
                        List.of("種類", "人", "ケース番号", "回数", "最後"),
                        oversight.unusual(from, to).stream()
                                .map(each -> java.util.Arrays.asList(
                                        each.kind(), each.person(), each.number(), each.count(), each.last()))
                                .toList());
            case "undone" ->
                CsvDownload.of(
                        "undone.csv",
                        List.of("種類", "ケース番号", "いつから", "作業"),
                        oversight.undone().stream()
                                .map(each ->
                                        java.util.Arrays.asList(each.kind(), each.number(), each.since(), each.step()))
                                .toList());
            default -> throw new Refusal.NotFound("一覧");
        };
    }

    @GetMapping("/trail.csv")
    ResponseEntity<byte[]> trail(@RequestParam Map<String, String> asked) {
        var number = TrailAsked.text(asked, "number");
        var page = trails.page(TrailAsked.filter(asked, number == null ? null : trails.caseOf(number)), LINES);
        return CsvDownload.of(
                "trail.csv",
                List.of("日時", "人", "種類", "内容", "ケース番号", "含まれた件数", "応答", "リクエスト", "詳細"),
                page.entries().stream()
                        .map(each -> java.util.Arrays.asList(
                                each.at(),
                                each.actor(),
                                each.kind(),
                                each.what(),
                                each.about(),
                                each.subjects(),
                                each.status(),
                                each.requestId(),
                                each.refs()))
                        .toList());
    }

    @GetMapping("/trail/samples")
    String samples(Model model) {
        model.addAttribute("samples", samples.all());
        model.addAttribute("seed", random.nextInt(1, 1_000_000_000));
        model.addAttribute("from", oversight.today().minusMonths(3));
        model.addAttribute("to", oversight.today());
        return "trail-samples";
    }

    @OpenToAuditors("their own work list")
    @PostMapping("/trail/samples")
    String draw(@RequestParam Map<String, String> asked) {
        var id = samples.draw(number(asked, "seed", "種"), from(asked), to(asked), (int)
                Math.min(Integer.MAX_VALUE, Math.max(0, number(asked, "size", "件数"))));
        return "redirect:/trail/samples/" + id;
    }

    @GetMapping("/trail/samples/{id}")
    String sample(@PathVariable String id, Model model) {
        var sample = Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("標本"));
        model.addAttribute("sample", samples.one(sample));
        model.addAttribute("cases", samples.cases(sample));
        return "trail-sample";
    }

    @OpenToAuditors("their own work list")
    @PostMapping("/trail/samples/{id}/cases/{caseId}")
    String check(
            @PathVariable String id,
            @PathVariable String caseId,
            @RequestParam(defaultValue = "false") boolean checked,
            @RequestParam(required = false) String note,
            RedirectAttributes flash) {
        samples.check(
                Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("標本")),
                Ids.parse(caseId).orElseThrow(() -> new Refusal.NotFound("ケース")),
                checked,
                note);
        flash.addFlashAttribute("said", "trail.sample.saved");
        return "redirect:/trail/samples/" + id + "#case-" + caseId;
    }

    private LocalDate from(Map<String, String> asked) {
        var day = TrailAsked.filter(Map.of("from", asked.getOrDefault("from", "")), null)
                .from();
        return day == null ? oversight.today().minusDays(30) : day;
    }

    private LocalDate to(Map<String, String> asked) {
        var day = TrailAsked.filter(Map.of("to", asked.getOrDefault("to", "")), null)
                .to();
        return day == null ? oversight.today() : day;
    }

    private static long number(Map<String, String> asked, String field, String label) {
        try {
            return Long.parseLong(java.text.Normalizer.normalize(
                    asked.getOrDefault(field, "").strip(), java.text.Normalizer.Form.NFKC));
        } catch (NumberFormatException none) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(field, label, "は数で入力してください。")));
        }
    }
}
