package jp.kasane.staff.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.staff.Staff;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/settings/people")
@Tag(name = "people", description = "利用者と配属（人事異動）")
class PeopleApi {

    private final Staff staff;

    PeopleApi(Staff staff) {
        this.staff = staff;
    }

    record LastDay(String to) {}

    record Leaving(boolean sure) {}

    @GetMapping
    @Operation(summary = "利用者と配属の一覧（管理職・管理者・監査）")
    List<Staff.Person> all() {
        return staff.all();
    }

    @GetMapping("/{id}")
    @Operation(summary = "一人の利用者と配属")
    Staff.Person one(@PathVariable String id) {
        return staff.required(parse(id));
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "利用者を加える", description = "はじめのパスワードはハッシュだけを保存します。")
    Map<String, UUID> add(@RequestBody Staff.NewPerson entered) {
        return Map.of("personId", staff.add(entered));
    }

    @PostMapping("/{id}/posts")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "配属を加える", description = "from は今日以降（空なら今日）。to はその日まで有効（空なら期限なし）。")
    Map<String, UUID> appoint(@PathVariable String id, @RequestBody Staff.NewPost entered) {
        return Map.of("postId", staff.appoint(parse(id), entered));
    }

    @PutMapping("/{id}/posts/{post}")
    @Operation(summary = "配属の最後の日を決める（空なら期限なしに戻す）")
    Staff.Person end(@PathVariable String id, @PathVariable String post, @RequestBody LastDay entered) {
        staff.end(parse(id), parse(post), entered.to());
        return one(id);
    }

    @DeleteMapping("/{id}/posts/{post}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "まだ始まっていない配属を取り消す")
    void takeBack(@PathVariable String id, @PathVariable String post) {
        staff.takeBack(parse(id), parse(post));
    }

    @PostMapping("/{id}/deactivate")
    @Operation(summary = "利用を止める", description = "担当している作業が残っていれば断ります（409）。先に引き継いでください。")
    Staff.Person deactivate(@PathVariable String id, @RequestBody Leaving entered) {
        staff.deactivate(parse(id), entered.sure());
        return one(id);
    }

    @PostMapping("/{id}/reactivate")
    @Operation(summary = "利用を再開する")
    Staff.Person reactivate(@PathVariable String id) {
        staff.reactivate(parse(id));
        return one(id);
    }

    static UUID parse(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("利用者または配属"));
    }
}
