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
import jp.kasane.table.CsvList;
import jp.kasane.table.CsvList.Column;
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

    private final Oversight oversight;
    private final Samples samples;
    private final Trails trails;
    private final CsvList csv;
    private final SecureRandom random = new SecureRandom();

    OversightPages(Oversight oversight, Samples samples, Trails trails, CsvList csv) {
        this.oversight = oversight;
        this.samples = samples;
        this.trails = trails;
        this.csv = csv;
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
                csv.of(
                        "usage.csv",
                        oversight.usage(from, to),
                        Column.of("trail.who", Oversight.Usage::person),
                        Column.of("trail.usage.roles", Oversight.Usage::roles),
                        Column.of("trail.usage.looks", Oversight.Usage::looks),
                        Column.of("trail.usage.opened", Oversight.Usage::opened),
                        Column.of("trail.kind.export", Oversight.Usage::exports),
                        Column.of("trail.kind.denied", Oversight.Usage::denied),
                        Column.of("trail.unusual.night", Oversight.Usage::night));
            case "unusual" ->
                csv.of(
                        "unusual.csv",
                        oversight.unusual(from, to),
                        Column.coded("trail.kind", "trail.unusual", Oversight.Unusual::kind),
                        Column.of("trail.who", Oversight.Unusual::person),
                        Column.of("trail.about", Oversight.Unusual::number),
                        Column.of("trail.count", Oversight.Unusual::count),
                        Column.of("trail.lastly", Oversight.Unusual::last));
            case "undone" ->
                csv.of(
                        "undone.csv",
                        oversight.undone(),
                        Column.coded("trail.kind", "trail.undone", Oversight.Undone::kind),
                        Column.of("trail.about", Oversight.Undone::number),
                        Column.of("trail.since", Oversight.Undone::since),
                        Column.coded("tasks.what", "step", Oversight.Undone::step));
            default -> throw new Refusal.NotFound("一覧");
        };
    }

    @GetMapping("/trail.csv")
    ResponseEntity<byte[]> trail(@RequestParam Map<String, String> asked) {
        var number = TrailAsked.text(asked, "number");
        var page = trails.page(TrailAsked.filter(asked, number == null ? null : trails.caseOf(number)), CsvList.MOST);
        return csv.of(
                "trail.csv",
                page.entries(),
                Column.of("trail.when", Trails.Entry::at),
                Column.of("trail.who", Trails.Entry::actor),
                Column.coded("trail.kind", "trail.kind", Trails.Entry::kind),
                // As it stands on the trail: whoever works with the file looks for it.
                Column.of("trail.what", Trails.Entry::what),
                Column.of("trail.about", Trails.Entry::about),
                Column.of("trail.contained", Trails.Entry::subjects),
                Column.of("trail.status", Trails.Entry::status),
                Column.of("trail.request", Trails.Entry::requestId),
                Column.of("trail.details", Trails.Entry::refs));
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
