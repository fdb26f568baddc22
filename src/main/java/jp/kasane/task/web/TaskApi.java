package jp.kasane.task.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Absences;
import jp.kasane.task.Assignments;
import jp.kasane.task.Entered;
import jp.kasane.task.People;
import jp.kasane.task.TaskFilters;
import jp.kasane.task.TaskLists;
import jp.kasane.task.TaskSelection;
import jp.kasane.task.Tasks;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
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
@RequestMapping("/api/v1")
@Tag(name = "tasks", description = "作業：人がすること")
class TaskApi {

    private static final int MOST = 200;

    private final Tasks tasks;
    private final TaskLists lists;
    private final Assignments assignments;
    private final Absences absences;
    private final TaskFilters filters;
    private final People people;

    TaskApi(
            Tasks tasks,
            TaskLists lists,
            Assignments assignments,
            Absences absences,
            TaskFilters filters,
            People people) {
        this.tasks = tasks;
        this.lists = lists;
        this.assignments = assignments;
        this.absences = absences;
        this.filters = filters;
        this.people = people;
    }

    @GetMapping("/tasks")
    @Operation(
            summary = "作業の一覧（mine 自分／group 誰も担当していない／overdue 期限超過／waiting 他の人を待っている／watched 見守っている／all 見えるものすべて）",
            description = "絞り込みは phase、urgency、agency、area、concern、main、step（それぞれ複数可）と from、to、none、s、sort。"
                    + "続きがあるときは Link ヘッダー（rel=next）。caseId、consultationId、matterId を付けると、その一件の作業だけ。")
    ResponseEntity<List<Tasks.Row>> list(
            HttpServletRequest request,
            @RequestParam(required = false) String caseId,
            @RequestParam(required = false) String consultationId,
            @RequestParam(required = false) String matterId,
            @RequestParam(required = false) String step,
            @RequestParam(defaultValue = "50") int most) {
        var selection = TaskSelection.of(request.getParameterMap(), Tasks.View.ALL);
        var stream = caseId != null ? caseId : consultationId != null ? consultationId : matterId;
        if (stream != null) {
            var id = Ids.parse(stream).orElseThrow(() -> new Refusal.NotFound("ケース"));
            return ResponseEntity.ok(tasks.ofStream(id, step, MOST).stream()
                    .filter(row -> switch (selection.view()) {
                        case MINE -> row.mine();
                        case GROUP -> row.workable() && row.claimedBy() == null;
                        default -> true;
                    })
                    .toList());
        }
        if (most < 1 || most > MOST) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("most", "most", "は1から200までです。")));
        }
        var page = lists.page(selection, most);
        var answer = ResponseEntity.ok();
        if (page.next() != null) {
            answer.header(
                    HttpHeaders.LINK,
                    "</api/v1/tasks?%s&most=%d>; rel=\"next\""
                            .formatted(selection.from(page.next()).query(), most));
        }
        return answer.body(page.rows());
    }

    @GetMapping("/tasks/counts")
    @Operation(summary = "表示ごとの件数（1000を超えると more が true）")
    Map<String, TaskLists.Count> counts() {
        var counts = new LinkedHashMap<String, TaskLists.Count>();
        lists.counts().forEach((view, count) -> counts.put(TaskSelection.code(view), count));
        return counts;
    }

    record Search(String words) {}

    @OpenToAuditors("their own view of the list")
    @PostMapping("/tasks/searches")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "ことば（ケース番号・名前・ふりがなの初め）で探す：返る s を一覧に付ける", description = "ことばは人の名前かもしれないため、アドレスには書かない。一日で消える。")
    Map<String, String> search(@RequestBody Search search) {
        var id = lists.search(search.words());
        if (id == null) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("words", "ことば", "を入力してください。")));
        }
        return Map.of("s", id);
    }

    @GetMapping("/tasks/{id}")
    @Operation(summary = "作業と、その様式・入力済みの内容")
    Tasks.Sheet sheet(@PathVariable String id) {
        return tasks.sheet(id);
    }

    @PostMapping("/tasks/{id}/claim")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "担当する")
    void claim(@PathVariable String id) {
        assignments.claim(id);
    }

    @DeleteMapping("/tasks/{id}/claim")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "担当を外す")
    void release(@PathVariable String id) {
        assignments.release(id);
    }

    @PutMapping("/tasks/{id}/draft")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "下書きを保存する")
    void draft(@PathVariable String id, @RequestBody ObjectNode data) {
        tasks.saveDraft(id, data);
    }

    @PostMapping("/tasks/{id}/submission")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "提出する")
    Map<String, UUID> submit(@PathVariable String id, @RequestBody Entered entered) {
        return Map.of("submissionId", tasks.submit(id, entered.data(), entered.circumstances(people)));
    }

    // ── many at once ───────────────────────────────────────────────────────────────────────────────────────────────

    /** @param tasks each with whoever had it on the page it was chosen on */
    record Assigned(List<Assignments.Chosen> tasks, String assignee) {}

    @PostMapping("/tasks/assignments")
    @Operation(summary = "作業を同僚の担当にする（まとめて）", description = "断られた作業は、理由の文とともに返る。ほかの作業は割り当てられる。")
    Assignments.Outcome assign(@RequestBody Assigned assigned) {
        return assignments.assign(assigned.tasks() == null ? List.of() : assigned.tasks(), assigned.assignee());
    }

    /** @param on null: the setting counts again */
    record Due(List<Assignments.Chosen> tasks, LocalDate on, String reason) {}

    @PostMapping("/tasks/due-dates")
    @Operation(summary = "作業の期限を、決めた日に変える（まとめて）")
    Assignments.Outcome due(@RequestBody Due due) {
        return assignments.due(due.tasks() == null ? List.of() : due.tasks(), due.on(), due.reason());
    }

    // ── filters, watches, absences ─────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/task-filters")
    @Operation(summary = "保存した絞り込み（自分のものと、所属機関で共有されたもの）")
    List<TaskFilters.Saved> filters() {
        return filters.saved();
    }

    record Filter(String name, Map<String, List<String>> query, boolean shared) {}

    @OpenToAuditors("their own view of the list")
    @PostMapping("/task-filters")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "絞り込みを保存する")
    Map<String, UUID> save(@RequestBody Filter filter) {
        var parameters = new LinkedHashMap<String, String[]>();
        if (filter.query() != null) {
            filter.query().forEach((name, values) -> parameters.put(name, values.toArray(String[]::new)));
        }
        return Map.of(
                "id", filters.save(filter.name(), TaskSelection.of(parameters, Tasks.View.GROUP), filter.shared()));
    }

    @OpenToAuditors("their own view of the list")
    @DeleteMapping("/task-filters/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "自分の絞り込みを消す")
    void forget(@PathVariable String id) {
        filters.forget(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("この条件")));
    }

    @OpenToAuditors("what they themselves are told of")
    @PutMapping("/watches/{streamId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "ケース・相談を自分の「見守っている」に加える")
    void watch(@PathVariable String streamId) {
        filters.watch(Ids.parse(streamId).orElseThrow(() -> new Refusal.NotFound("ケース")));
    }

    @OpenToAuditors("what they themselves are told of")
    @DeleteMapping("/watches/{streamId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "自分の「見守っている」から外す")
    void unwatch(@PathVariable String streamId) {
        filters.unwatch(Ids.parse(streamId).orElseThrow(() -> new Refusal.NotFound("ケース")));
    }

    @GetMapping("/absences")
    @Operation(summary = "不在と代理（自分の分、代理をする分、所管課には全員の分）")
    List<Absences.Absence> absences() {
        return absences.coming();
    }

    /** @param login whose; null for one's own */
    record Away(String login, String deputy, LocalDate from, LocalDate to) {}

    @PostMapping("/absences")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "不在と代理を登録する")
    Map<String, UUID> enter(@RequestBody Away away) {
        return Map.of("id", absences.enter(away.login(), away.deputy(), away.from(), away.to()));
    }

    @DeleteMapping("/absences/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "不在を終える")
    void end(@PathVariable String id) {
        absences.end(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("この不在の登録")));
    }
}
