package jp.kasane.network.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.network.NetworkMeeting;
import jp.kasane.network.NetworkMeetings;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/network-meetings")
@Tag(name = "network-meetings", description = "定例会議")
class NetworkMeetingApi {

    private final NetworkMeetings meetings;

    NetworkMeetingApi(NetworkMeetings meetings) {
        this.meetings = meetings;
    }

    record HandedIn(String title, String detail) {}

    @GetMapping
    @Operation(summary = "定例会議：次の開催・議題・記録")
    List<NetworkMeeting> list() {
        return meetings.list();
    }

    @GetMapping("/{id}")
    @Operation(summary = "一つの定例会議")
    NetworkMeeting one(@PathVariable String id) {
        return meetings.required(known(id));
    }

    @PostMapping("/{id}/agenda")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "議題を出す")
    Map<String, UUID> handIn(@PathVariable String id, @RequestBody HandedIn item) {
        return Map.of("itemId", meetings.handIn(known(id), item.title(), item.detail()));
    }

    @DeleteMapping("/{id}/agenda/{item}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "議題を取り下げる（締切まで）")
    void takeBack(@PathVariable String id, @PathVariable String item) {
        meetings.takeBack(known(id), Ids.parse(item).orElseThrow(() -> new Refusal.NotFound("議題")));
    }

    private static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("定例会議"));
    }
}
