package jp.kasane.meeting.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import jp.kasane.meeting.MeetingBodies;
import jp.kasane.meeting.MeetingBody;
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
@RequestMapping("/api/v1/settings/meetings")
@Tag(name = "settings", description = "設定：期限・開庁日・会議体")
class MeetingBodyApi {

    private final MeetingBodies bodies;

    MeetingBodyApi(MeetingBodies bodies) {
        this.bodies = bodies;
    }

    @GetMapping
    @Operation(summary = "会議体と、その開催の決まり")
    List<MeetingBody> list() {
        return bodies.list();
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "会議体を加える")
    MeetingBody add(@RequestBody MeetingBodies.Entered entered) {
        return bodies.save(entered, true);
    }

    @PutMapping("/{code}")
    @Operation(summary = "会議体を変える（ケースが付議されていない予定の開催も変わる）")
    MeetingBody save(@PathVariable String code, @RequestBody MeetingBodies.Entered entered) {
        return bodies.save(entered.withCode(code), false);
    }
}
