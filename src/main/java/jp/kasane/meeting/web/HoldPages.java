package jp.kasane.meeting.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.Meeting;
import jp.kasane.meeting.MeetingDrafts;
import jp.kasane.meeting.Meetings;
import jp.kasane.meeting.Sittings;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.Agency;
import jp.kasane.task.Submissions;
import jp.kasane.task.Tasks;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * 会議を進める: one page while a meeting is held. It is another front of the step 会議の開催・記録: what is sent is that form's data,
 * submitted to its task, and checked there.
 */
@Controller
@RequestMapping("/meetings/{id}/hold")
class HoldPages {

    private static final List<String> FREE = List.of("heldAt", "outcome", "note", "minutes", "approach", "quorumNote");

    private final Meetings meetings;
    private final MeetingDrafts drafts;
    private final Sittings sittings;
    private final Tasks tasks;
    private final Agencies agencies;
    private final SettingChanges words;
    private final ObjectMapper json;

    HoldPages(
            Meetings meetings,
            MeetingDrafts drafts,
            Sittings sittings,
            Tasks tasks,
            Agencies agencies,
            SettingChanges words,
            ObjectMapper json) {
        this.meetings = meetings;
        this.drafts = drafts;
        this.sittings = sittings;
        this.tasks = tasks;
        this.agencies = agencies;
        this.words = words;
        this.json = json;
    }

    /** An agency's line: {@code at} is present, substitute, absent or empty. */
    record Line(String code, String agency, String answer, boolean pledgedBefore) {}

    @GetMapping
    ModelAndView look(@PathVariable String id) {
        var meeting = meeting(id);
        requireTask(meeting);
        var draft = drafts.find(meeting.id());
        var entered = draft.map(each -> entered(each.data())).orElseGet(() -> known(meeting));
        var page = page(
                meeting,
                entered,
                Map.of(),
                draft.map(MeetingDrafts.Draft::version).orElse(0));
        draft.ifPresent(each -> page.addObject("draft", each));
        return page;
    }

    @PostMapping
    Object save(
            @PathVariable String id,
            @RequestParam Map<String, String> sent,
            @RequestParam(defaultValue = "0") int version,
            RedirectAttributes flash) {
        var meeting = meeting(id);
        var task = requireTask(meeting);
        var entered = only(sent);
        if (!"submit".equals(sent.get("action"))) {
            return keep(meeting, entered, version, flash);
        }
        // Whoever sends the record has seen what the others wrote, or is told of it first.
        var latest = drafts.find(meeting.id()).map(MeetingDrafts.Draft::version).orElse(0);
        if (latest != version) {
            return overtaken(meeting, entered);
        }
        try {
            tasks.submit(task.id().toString(), record(meeting, entered), Submissions.Circumstances.HERE_AND_NOW);
        } catch (Refusal.Invalid invalid) {
            var page = page(meeting, entered, sentences(meeting, entered, invalid), latest);
            page.setStatus(HttpStatus.UNPROCESSABLE_ENTITY);
            return page;
        } catch (Refusal.Conflict conflict) {
            var page = page(meeting, entered, Map.of(), latest);
            page.addObject("conflict", conflict.getMessage());
            page.setStatus(HttpStatus.CONFLICT);
            return page;
        }
        drafts.drop(meeting.id());
        flash.addFlashAttribute("said", "hold.done");
        return "redirect:/meetings/" + meeting.id();
    }

    private Object keep(Meeting meeting, Map<String, String> entered, int version, RedirectAttributes flash) {
        try {
            drafts.save(meeting, version, json.valueToTree(entered));
        } catch (Refusal.Conflict meanwhile) {
            return overtaken(meeting, entered);
        }
        flash.addFlashAttribute("said", "hold.kept");
        return "redirect:/meetings/" + meeting.id() + "/hold";
    }

    /** What was typed stays; beside it stands what somebody else wrote. Saving once more is then meant. */
    private ModelAndView overtaken(Meeting meeting, Map<String, String> entered) {
        var theirs = drafts.find(meeting.id());
        var page = page(
                meeting,
                entered,
                Map.of(),
                theirs.map(MeetingDrafts.Draft::version).orElse(0));
        page.addObject("theirs", theirs.orElse(null));
        page.setStatus(HttpStatus.CONFLICT);
        return page;
    }

    private ModelAndView page(Meeting meeting, Map<String, String> entered, Map<String, String> errors, int version) {
        boolean support = meeting.meetingType().equals("support");
        var lines = lines(meeting, entered);
        var page = new ModelAndView("hold");
        page.addObject("meeting", meeting);
        page.addObject("support", support);
        page.addObject("lines", lines);
        page.addObject(
                "others",
                agencies.all().stream()
                        .filter(agency ->
                                lines.stream().noneMatch(line -> line.code().equals(agency.code())))
                        .toList());
        page.addObject(
                "outcomes",
                support
                        ? List.of("outreach", "plan", "adjustment", "postponed", "cancelled")
                        : List.of("approved", "revise", "postponed", "cancelled"));
        page.addObject("entered", entered);
        page.addObject("errors", errors);
        page.addObject("version", version);
        page.addObject(
                "quorum",
                sittings.find(meeting.sittingId() == null ? meeting.id() : meeting.sittingId())
                        .map(sitting -> sitting.quorum())
                        .orElse(null));
        return page;
    }

    /** Whoever was invited, and whoever was added while the meeting was held. */
    private List<Line> lines(Meeting meeting, Map<String, String> entered) {
        var lines = new LinkedHashMap<String, Line>();
        meeting.attendees().stream()
                .filter(each -> each.invitedAt() != null || each.answer() != null)
                .forEach(each -> lines.put(
                        each.agencyCode(),
                        new Line(each.agencyCode(), each.agency(), each.answer(), each.pledgedAt() != null)));
        for (Agency agency : agencies.all()) {
            boolean added =
                    entered.containsKey("at-" + agency.code()) || agency.code().equals(entered.get("more"));
            if (added) {
                lines.putIfAbsent(agency.code(), new Line(agency.code(), agency.name(), null, false));
            }
        }
        return List.copyOf(lines.values());
    }

    /** What is known before anybody has written anything. */
    private static Map<String, String> known(Meeting meeting) {
        var known = new HashMap<String, String>();
        if (meeting.scheduledAt() != null) {
            known.put(
                    "heldAt",
                    LocalDateTime.ofInstant(meeting.scheduledAt(), JapaneseTime.ZONE)
                            .toString());
        }
        for (var attendee : meeting.attendees()) {
            if ("attend".equals(attendee.answer())) {
                known.put("at-" + attendee.agencyCode(), attendee.substitute() == null ? "present" : "substitute");
            } else if ("absent".equals(attendee.answer())) {
                known.put("at-" + attendee.agencyCode(), "absent");
            }
            if (attendee.substitute() != null) {
                known.put("sub-" + attendee.agencyCode(), attendee.substitute());
            }
            if (attendee.pledgedAt() != null) {
                known.put("pledge-" + attendee.agencyCode(), "true");
            }
        }
        return known;
    }

    private static Map<String, String> only(Map<String, String> sent) {
        var entered = new HashMap<String, String>();
        sent.forEach((field, value) -> {
            if (FREE.contains(field)
                    || field.startsWith("at-")
                    || field.startsWith("sub-")
                    || field.startsWith("pledge-")) {
                entered.put(field, value);
            }
        });
        var more = sent.getOrDefault("more", "");
        if (!more.isBlank()) {
            entered.putIfAbsent("at-" + more, "present");
        }
        return entered;
    }

    private static Map<String, String> entered(ObjectNode data) {
        var entered = new HashMap<String, String>();
        data.fields()
                .forEachRemaining(
                        field -> entered.put(field.getKey(), field.getValue().asText()));
        return only(entered);
    }

    /** As the form {@code meeting-record} has it. */
    private ObjectNode record(Meeting meeting, Map<String, String> entered) {
        var record = json.createObjectNode();
        var outcome = entered.getOrDefault("outcome", "");
        if (!outcome.isEmpty()) {
            record.put(meeting.meetingType().equals("support") ? "outcomeSupport" : "outcomeCoordination", outcome);
        }
        for (var field : List.of("note", "minutes", "approach", "quorumNote")) {
            if (!entered.getOrDefault(field, "").isBlank()) {
                record.put(field, entered.get(field));
            }
        }
        try {
            record.put(
                    "heldAt",
                    LocalDateTime.parse(entered.getOrDefault("heldAt", ""))
                            .atZone(JapaneseTime.ZONE)
                            .toOffsetDateTime()
                            .toString());
        } catch (DateTimeException notATime) {
            // The form asks for it.
            record.remove("heldAt");
        }
        var attendance = record.putArray("attendance");
        for (var line : lines(meeting, entered)) {
            var at = entered.getOrDefault("at-" + line.code(), "");
            var row = attendance.addObject();
            row.put("agency", line.code());
            row.put("attended", at.equals("present") || at.equals("substitute"));
            row.put("pledge", line.pledgedBefore() || "true".equals(entered.get("pledge-" + line.code())));
            var substitute = entered.getOrDefault("sub-" + line.code(), "");
            if (at.equals("substitute") && !substitute.isBlank()) {
                row.put("substitute", substitute);
            }
        }
        return record;
    }

    /** The form's sentences, at this page's fields. */
    private Map<String, String> sentences(Meeting meeting, Map<String, String> entered, Refusal.Invalid invalid) {
        var lines = lines(meeting, entered);
        var sentences = new LinkedHashMap<String, String>();
        for (var error : invalid.fields()) {
            var field = error.field();
            if (Set.of("outcomeSupport", "outcomeCoordination").contains(field)) {
                sentences.putIfAbsent("outcome", error.label() + error.message());
            } else if (field.matches("attendance\\[\\d+]\\..*")) {
                var line = lines.get(Integer.parseInt(field.substring(11, field.indexOf(']'))));
                var what = field.substring(field.indexOf('.') + 1);
                sentences.putIfAbsent(
                        (what.equals("pledge") ? "pledge-" : what.equals("substitute") ? "sub-" : "at-") + line.code(),
                        line.agency() + "："
                                + (what.equals("pledge") ? words.word("hold.error.pledge") : error.message()));
            } else {
                sentences.putIfAbsent(field, error.label() + error.message());
            }
        }
        return sentences;
    }

    private Meeting meeting(String id) {
        return Ids.parse(id)
                .flatMap(meetings::find)
                .orElseThrow(() -> new Refusal.NotFound(words.word("meeting.title")));
    }

    private Tasks.Row requireTask(Meeting meeting) {
        return drafts.task(meeting).orElseThrow(() -> new Refusal.Conflict(words.word("hold.error.notYours")));
    }
}
