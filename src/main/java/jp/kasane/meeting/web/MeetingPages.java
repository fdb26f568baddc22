package jp.kasane.meeting.web;

import java.util.List;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.InvitationLinks;
import jp.kasane.meeting.MeetingDrafts;
import jp.kasane.meeting.Meetings;
import jp.kasane.task.Tasks;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
class MeetingPages {

    private static final String ANSWER = "Task_AnswerInvitation";

    private final Meetings meetings;
    private final Tasks tasks;
    private final InvitationLinks links;

    private final MeetingDrafts drafts;

    MeetingPages(Meetings meetings, Tasks tasks, InvitationLinks links, MeetingDrafts drafts) {
        this.drafts = drafts;
        this.links = links;
        this.meetings = meetings;
        this.tasks = tasks;
    }

    @GetMapping("/meetings/{id}")
    String one(@PathVariable String id, Model model) {
        var meeting = Ids.parse(id).flatMap(meetings::find).orElseThrow(() -> new Refusal.NotFound("会議"));
        model.addAttribute("meeting", meeting);
        model.addAttribute(
                "mine",
                meeting.attendees().stream()
                        .filter(attendee -> attendee.mine())
                        .findFirst()
                        .orElse(null));
        model.addAttribute(
                "answers",
                tasks.ofStream(meeting.caseId(), ANSWER, 50).stream()
                        .filter(task -> task.workable() && meeting.status().equals("convened"))
                        .toList());
        model.addAttribute(
                "askable",
                meeting.status().equals("convened") && links.mayMake(meeting.id())
                        ? meeting.attendees().stream()
                                .filter(attendee ->
                                        attendee.invitedAt() != null && attendee.answer() == null && !attendee.mine())
                                .toList()
                        : List.of());
        model.addAttribute("holding", drafts.task(meeting).stream().toList());
        model.addAttribute(
                "following", meeting.status().equals("held") ? tasks.ofStream(meeting.caseId(), null, 10) : List.of());
        return "meeting";
    }

    @PostMapping("/meetings/{id}/attendees/{attendee}/link")
    String link(@PathVariable String id, @PathVariable String attendee, RedirectAttributes flash) {
        var meeting = Ids.parse(id).flatMap(meetings::find).orElseThrow(() -> new Refusal.NotFound("会議"));
        var asked = meeting.attendees().stream()
                .filter(each -> each.id().toString().equals(attendee))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("会議"));
        flash.addFlashAttribute("made", links.make(meeting.id(), asked.id()));
        flash.addFlashAttribute("madeFor", asked.agency());
        return "redirect:/meetings/" + meeting.id() + "#made";
    }

    @PostMapping("/meetings/{id}/attendees/{attendee}/link/revoke")
    String revoke(@PathVariable String id, @PathVariable String attendee, RedirectAttributes flash) {
        var meeting = Ids.parse(id).flatMap(meetings::find).orElseThrow(() -> new Refusal.NotFound("会議"));
        links.revoke(meeting.id(), Ids.parse(attendee).orElseThrow(() -> new Refusal.NotFound("招集")));
        flash.addFlashAttribute("said", "links.revoked");
        return "redirect:/meetings/" + meeting.id();
    }
}
