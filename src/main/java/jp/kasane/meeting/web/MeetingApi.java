package jp.kasane.meeting.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.InvitationLinks;
import jp.kasane.meeting.Meeting;
import jp.kasane.meeting.MeetingDrafts;
import jp.kasane.meeting.Meetings;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/meetings/{id}")
@Tag(name = "meetings", description = "会議")
class MeetingApi {

    private final Meetings meetings;

    private final InvitationLinks links;
    private final MeetingDrafts drafts;

    MeetingApi(Meetings meetings, InvitationLinks links, MeetingDrafts drafts) {
        this.drafts = drafts;
        this.links = links;
        this.meetings = meetings;
    }

    @GetMapping
    @Operation(summary = "会議（出席者と招集者だけが見られる）")
    Meeting one(@PathVariable String id) {
        return Ids.parse(id).flatMap(meetings::find).orElseThrow(() -> new Refusal.NotFound("会議"));
    }

    @PostMapping("/attendees/{attendee}/link")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "アカウントのない機関が出欠を答えるリンクをつくる（招集者）")
    InvitationLinks.Made link(@PathVariable String id, @PathVariable String attendee) {
        var meeting = one(id);
        return meeting.attendees().stream()
                .filter(each -> each.id().toString().equals(attendee))
                .findFirst()
                .map(each -> links.make(meeting.id(), each.id()))
                .orElseThrow(() -> new Refusal.NotFound("会議"));
    }

    @PostMapping("/attendees/{attendee}/link/revoke")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "その機関に渡したリンクを、全部使えなくする（招集者）。新しいリンクはつくれる")
    void revoke(@PathVariable String id, @PathVariable String attendee) {
        links.revoke(one(id).id(), Ids.parse(attendee).orElseThrow(() -> new Refusal.NotFound("招集")));
    }

    /** @param version the one whoever writes began with, 0 for none */
    record Writing(int version, ObjectNode data) {}

    @GetMapping("/draft")
    @Operation(summary = "会議中に書いている記録の下書き（ないときは version 0）")
    Map<String, Object> draft(@PathVariable String id) {
        return drafts.find(one(id).id())
                .<Map<String, Object>>map(draft -> Map.of(
                        "version", draft.version(),
                        "data", draft.data(),
                        "savedAt", draft.savedAt(),
                        "savedBy", draft.savedBy()))
                .orElse(Map.of("version", 0));
    }

    @PutMapping("/draft")
    @Operation(summary = "下書きを保存する：ほかの人が先に保存していれば 409（上書きしない）")
    Map<String, Integer> save(@PathVariable String id, @RequestBody Writing writing) {
        if (writing.data() == null) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("data", "data", "がありません。")));
        }
        return Map.of("version", drafts.save(one(id), writing.version(), writing.data()));
    }
}
