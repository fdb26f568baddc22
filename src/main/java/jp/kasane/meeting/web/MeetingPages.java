package jp.kasane.meeting.web;

import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.Meetings;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
class MeetingPages {

    private final Meetings meetings;

    MeetingPages(Meetings meetings) {
        this.meetings = meetings;
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
        return "meeting";
    }

    @PostMapping("/meetings/{id}/answer")
    String answer(
            @PathVariable String id,
            @RequestParam String attend,
            @RequestParam(defaultValue = "false") boolean pledge,
            @RequestParam(required = false) String information,
            RedirectAttributes flash) {
        meetings.answer(
                Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("会議")), attend.equals("yes"), pledge, information);
        flash.addFlashAttribute("said", "said.answered");
        return "redirect:/meetings/" + id;
    }
}
