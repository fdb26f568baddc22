package jp.kasane.meeting.web;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.CalendarEntries;
import jp.kasane.meeting.MeetingBodies;
import jp.kasane.meeting.MeetingBody;
import jp.kasane.meeting.Sitting;
import jp.kasane.meeting.SittingAnswers;
import jp.kasane.meeting.Sittings;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The sittings to come, and a page for each: its cases, one answer for all of them, and what its convener decides about it. */
@Controller
@RequestMapping("/sittings")
class SittingPages {

    private final Sittings sittings;
    private final SittingAnswers answers;
    private final MeetingBodies bodies;
    private final SettingChanges changes;
    private final CalendarEntries entries;
    private final Clock clock;

    SittingPages(
            Sittings sittings,
            SittingAnswers answers,
            MeetingBodies bodies,
            SettingChanges changes,
            CalendarEntries entries,
            Clock clock) {
        this.entries = entries;
        this.sittings = sittings;
        this.answers = answers;
        this.bodies = bodies;
        this.changes = changes;
        this.clock = clock;
    }

    @GetMapping
    String all(
            @RequestParam(defaultValue = "") String view,
            @RequestParam(defaultValue = "") String month,
            @RequestParam(defaultValue = "") String body,
            Model model) {
        var chosen =
                bodies.list().stream().filter(each -> each.code().equals(body)).findFirst();
        model.addAttribute(
                "allBodies", bodies.list().stream().filter(MeetingBody::active).toList());
        model.addAttribute("body", chosen.map(MeetingBody::code).orElse(""));
        if (view.equals("month")) {
            var shown = month(month);
            var sheet = MonthSheet.of(
                    shown, sittings.month(shown, chosen.map(MeetingBody::code).orElse(null)));
            model.addAttribute("sheet", sheet);
            model.addAttribute("today", JapaneseTime.dayOf(clock.instant()));
            return "sittings-month";
        }
        list(Map.of(), Map.of(), chosen.map(MeetingBody::name).orElse(null)).forEach(model::addAttribute);
        return "sittings";
    }

    @GetMapping("/mine.ics")
    ResponseEntity<byte[]> mine() {
        return calendar(entries.mine(LocaleContextHolder.getLocale()), "kasane.ics");
    }

    @GetMapping("/{id}/sitting.ics")
    ResponseEntity<byte[]> calendarOf(@PathVariable String id) {
        return calendar(
                entries.one(sitting(id), LocaleContextHolder.getLocale())
                        .orElseThrow(() -> new Refusal.NotFound(changes.word("sittings.sitting"))),
                "sitting.ics");
    }

    private static ResponseEntity<byte[]> calendar(byte[] content, String name) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("text/calendar; charset=UTF-8"))
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=" + name)
                .body(content);
    }

    /** What is no month is this one. */
    private YearMonth month(String text) {
        try {
            var month = YearMonth.parse(text);
            return month.getYear() < 2000 || month.getYear() > 2199 ? thisMonth() : month;
        } catch (DateTimeException notAMonth) {
            return thisMonth();
        }
    }

    private YearMonth thisMonth() {
        return YearMonth.from(JapaneseTime.dayOf(clock.instant()));
    }

    @PostMapping
    Object add(
            @RequestParam(defaultValue = "") String body,
            @RequestParam(defaultValue = "") String startsAt,
            @RequestParam(defaultValue = "") String place,
            RedirectAttributes flash) {
        try {
            var id = sittings.add(body, time(startsAt), place.strip());
            flash.addFlashAttribute("said", "sittings.added");
            return "redirect:/sittings/" + id;
        } catch (Refusal.Invalid invalid) {
            var page = new ModelAndView("sittings", HttpStatus.UNPROCESSABLE_ENTITY);
            page.addAllObjects(
                    list(Map.of("body", body, "startsAt", startsAt, "place", place), sentences(invalid), null));
            page.addObject("allBodies", List.of());
            page.addObject("body", "");
            return page;
        }
    }

    @GetMapping("/{id}")
    String one(@PathVariable String id, Model model) {
        page(required(id), Map.of(), Map.of()).forEach(model::addAttribute);
        return "sitting";
    }

    @PostMapping("/{id}/answers")
    Object answer(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String outcome,
            @RequestParam(defaultValue = "false") boolean pledge,
            RedirectAttributes flash) {
        return decided(
                id,
                Map.of("outcome", outcome),
                () -> {
                    if (!outcome.equals("attend") && !outcome.equals("absent")) {
                        throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                                "outcome", changes.word("sittings.answer"), changes.word("bodies.error.choose"))));
                    }
                    var answered = answers.answer(required(id), outcome, pledge);
                    if (!answered.refused().isEmpty()) {
                        flash.addFlashAttribute("refused", answered.refused());
                    }
                    return answered.given() > 0 ? "sittings.answered" : null;
                },
                flash);
    }

    @PostMapping("/{id}/move")
    Object move(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String startsAt,
            @RequestParam(defaultValue = "") String place,
            @RequestParam(name = "moveReason", defaultValue = "") String reason,
            RedirectAttributes flash) {
        return decided(
                id,
                Map.of("startsAt", startsAt, "place", place, "moveReason", reason),
                () -> {
                    sittings.move(sitting(id), time(startsAt), place.strip(), reason);
                    return "sittings.moved";
                },
                flash);
    }

    @PostMapping("/{id}/merge")
    Object merge(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String into,
            @RequestParam(name = "mergeReason", defaultValue = "") String reason,
            RedirectAttributes flash) {
        return decided(
                id,
                Map.of("into", into, "mergeReason", reason),
                () -> {
                    sittings.merge(sitting(id), Ids.parse(into).orElse(sitting(id)), reason);
                    return "sittings.merged";
                },
                flash);
    }

    @PostMapping("/{id}/cancel")
    Object cancel(
            @PathVariable String id,
            @RequestParam(name = "cancelReason", defaultValue = "") String reason,
            RedirectAttributes flash) {
        return decided(
                id,
                Map.of("cancelReason", reason),
                () -> {
                    sittings.cancel(sitting(id), reason);
                    return "sittings.cancelled";
                },
                flash);
    }

    /** What was typed stays on the page when it cannot be accepted, with a sentence at its field. */
    private Object decided(String id, Map<String, String> typed, Supplier<String> decision, RedirectAttributes flash) {
        try {
            var said = decision.get();
            if (said != null) {
                flash.addFlashAttribute("said", said);
            }
            return "redirect:/sittings/" + sitting(id);
        } catch (Refusal.Invalid invalid) {
            var page = new ModelAndView("sitting", HttpStatus.UNPROCESSABLE_ENTITY);
            page.addAllObjects(page(required(id), typed, sentences(invalid, typed)));
            return page;
        }
    }

    /** @param ofBody a body's name: only its sittings; null for all */
    private Map<String, Object> list(Map<String, String> typed, Map<String, String> errors, String ofBody) {
        var all = sittings.lists(ofBody == null ? 30 : 200);
        var lists = ofBody == null ? all : new Sittings.Lists(of(ofBody, all.coming()), of(ofBody, all.past()));
        var mine = bodies.list().stream()
                .filter(MeetingBody::active)
                .filter(sittings::mayAdd)
                .toList();
        return Map.of("lists", lists, "bodies", mine, "typed", typed, "errors", errors);
    }

    private static List<Sitting> of(String body, List<Sitting> rows) {
        return rows.stream().filter(row -> body.equals(row.body())).limit(30).toList();
    }

    private Map<String, Object> page(Sitting sitting, Map<String, String> typed, Map<String, String> errors) {
        var model = new HashMap<String, Object>(Map.of(
                "sitting",
                sitting,
                "typed",
                typed,
                "errors",
                errors,
                "answers",
                answers.open(sitting),
                "changes",
                sittings.history(sitting.id()),
                "decides",
                sitting.planned()
                        && sittings.mayDecide(sitting)
                        && sitting.items().stream()
                                .noneMatch(item -> item.status().equals("held"))
                        && sitting.startsAt().isAfter(clock.instant()),
                "others",
                sittings.besides(sitting),
                "startsAt",
                LocalDateTime.ofInstant(sitting.startsAt(), JapaneseTime.ZONE),
                "expected",
                sittings.expected(sitting.id())));
        return model;
    }

    private Sitting required(String id) {
        return sittings.find(sitting(id)).orElseThrow(() -> new Refusal.NotFound(changes.word("sittings.sitting")));
    }

    private UUID sitting(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound(changes.word("sittings.sitting")));
    }

    private Instant time(String text) {
        try {
            return LocalDateTime.parse(text).atZone(JapaneseTime.ZONE).toInstant();
        } catch (DateTimeException notATime) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "startsAt", changes.word("sittings.startsAt"), changes.word("sittings.error.time"))));
        }
    }

    private static Map<String, String> sentences(Refusal.Invalid invalid) {
        return sentences(invalid, Map.of());
    }

    /** Three decisions ask for a reason: the sentence stands at the one that was sent. */
    private static Map<String, String> sentences(Refusal.Invalid invalid, Map<String, String> typed) {
        return invalid.fields().stream()
                .collect(Collectors.toMap(
                        error -> typed.keySet().stream()
                                .filter(field -> error.field().equals("reason") && field.endsWith("Reason"))
                                .findFirst()
                                .orElse(error.field()),
                        error -> error.label() + error.message(),
                        (a, b) -> a));
    }
}
