package jp.kasane.meeting.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.Meeting;
import jp.kasane.meeting.Meetings;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/meetings/{id}")
@Tag(name = "meetings", description = "会議")
class MeetingApi {

    private final Meetings meetings;

    MeetingApi(Meetings meetings) {
        this.meetings = meetings;
    }

    @GetMapping
    @Operation(summary = "会議（出席者と招集者だけが見られる）")
    Meeting one(@PathVariable String id) {
        return Ids.parse(id).flatMap(meetings::find).orElseThrow(() -> new Refusal.NotFound("会議"));
    }
}
