package jp.kasane.task.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Entered;
import jp.kasane.task.People;
import jp.kasane.task.Tasks;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/tasks")
@Tag(name = "tasks", description = "作業：人がすること")
class TaskApi {

    private final Tasks tasks;
    private final People people;

    TaskApi(Tasks tasks, People people) {
        this.tasks = tasks;
        this.people = people;
    }

    @GetMapping
    @Operation(summary = "作業の一覧（mine 自分／group 誰も担当していない／all 見えるものすべて）")
    List<Tasks.Row> list(
            @RequestParam(defaultValue = "all") String view,
            @RequestParam(required = false) String caseId,
            @RequestParam(required = false) String consultationId,
            @RequestParam(required = false) String matterId,
            @RequestParam(required = false) String step) {
        var stream = caseId != null ? caseId : consultationId != null ? consultationId : matterId;
        return tasks.list(view(view), id(stream), step, 200);
    }

    static Tasks.View view(String view) {
        try {
            return Tasks.View.valueOf(view.toUpperCase(java.util.Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("view", "view", "は mine、group、all のどれかです。")));
        }
    }

    private static UUID id(String text) {
        if (text == null) {
            return null;
        }
        return Ids.parse(text).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    @GetMapping("/{id}")
    @Operation(summary = "作業と、その様式・入力済みの内容")
    Tasks.Sheet sheet(@PathVariable String id) {
        return tasks.sheet(id);
    }

    @PostMapping("/{id}/claim")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "担当する")
    void claim(@PathVariable String id) {
        tasks.claim(id);
    }

    @DeleteMapping("/{id}/claim")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "担当を外す")
    void release(@PathVariable String id) {
        tasks.release(id);
    }

    @PutMapping("/{id}/draft")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "下書きを保存する")
    void draft(@PathVariable String id, @RequestBody ObjectNode data) {
        tasks.saveDraft(id, data);
    }

    @PostMapping("/{id}/submission")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "提出する")
    Map<String, UUID> submit(@PathVariable String id, @RequestBody Entered entered) {
        return Map.of("submissionId", tasks.submit(id, entered.data(), entered.circumstances(people)));
    }
}
