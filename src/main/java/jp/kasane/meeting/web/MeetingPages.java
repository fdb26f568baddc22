package jp.kasane.meeting.web;

import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.Meetings;
import jp.kasane.task.Tasks;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

@Controller
class MeetingPages {

    private final Meetings meetings;
    private final Tasks tasks;

    MeetingPages(Meetings meetings, Tasks tasks) {
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
                tasks.ofStream(meeting.caseId(), "Task_AnswerInvitation", 50).stream()
                        .filter(Tasks.Row::workable)
                        .toList());
        return "meeting";
    }
}
