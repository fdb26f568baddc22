package jp.kasane.community.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Timeline;
import jp.kasane.community.CommunityIssue;
import jp.kasane.community.CommunityIssues;
import jp.kasane.community.RaiseIssue;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Entered;
import jp.kasane.task.People;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/community-issues")
@Tag(name = "community-issues", description = "地域課題")
class CommunityIssueApi {

    private final CommunityIssues issues;
    private final RaiseIssue raise;
    private final Timeline timeline;
    private final People people;

    CommunityIssueApi(CommunityIssues issues, RaiseIssue raise, Timeline timeline, People people) {
        this.issues = issues;
        this.raise = raise;
        this.timeline = timeline;
        this.people = people;
    }

    @GetMapping
    @Operation(summary = "地域課題の一覧")
    List<CommunityIssue> list() {
        return issues.list();
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "地域課題を挙げる（ケースからは records/community-issue）")
    Map<String, UUID> raise(@RequestBody Entered entered) {
        return Map.of("issueId", raise.raise(entered.data(), entered.circumstances(people)));
    }

    @GetMapping("/{id}")
    @Operation(summary = "地域課題")
    CommunityIssue one(@PathVariable String id) {
        return issues.one(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("地域課題")));
    }

    @GetMapping("/{id}/events")
    @Operation(summary = "地域課題の経過")
    List<Timeline.Entry> events(@PathVariable String id) {
        return timeline.ofMatter(one(id).id());
    }
}
