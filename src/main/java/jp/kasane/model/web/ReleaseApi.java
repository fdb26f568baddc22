package jp.kasane.model.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.deadline.DeadlinePolicies;
import jp.kasane.foundation.Ids;
import jp.kasane.model.Drafts;
import jp.kasane.model.ReleaseComments;
import jp.kasane.model.Releases;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/models")
@Tag(name = "models", description = "図・様式・決定表の下書き、点検、比較、公開、移行")
class ReleaseApi {

    private final Releases releases;
    private final ReleaseComments comments;
    private final Drafts drafts;
    private final DeadlinePolicies deadlines;
    private final FindingSentences sentences;

    ReleaseApi(
            Releases releases,
            ReleaseComments comments,
            Drafts drafts,
            DeadlinePolicies deadlines,
            FindingSentences sentences) {
        this.releases = releases;
        this.comments = comments;
        this.drafts = drafts;
        this.deadlines = deadlines;
        this.sentences = sentences;
    }

    /**
     * @param forms drafts of forms that go with it
     * @param releaseAt ISO date and time in Japan; null for as soon as it is approved
     * @param overNewer replaces a version that came after the one the draft began from
     */
    record Asked(List<String> forms, String versionTag, String note, String releaseAt, boolean overNewer) {}

    record ToStandard(String kind, String resourceId, String versionTag, String note, String releaseAt) {}

    /** @param waitsForEngine whether it stands still because the engine does not answer; it goes on by itself */
    record One(
            Releases.Release release,
            List<Releases.ReleasedFile> files,
            List<FindingSentences.Told> findings,
            List<ReleaseComments.Comment> comments,
            boolean waitsForEngine) {}

    record Said(String said) {}

    @PostMapping("/drafts/{id}/release")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "下書きの公開を申請する（所管課）",
            description = "別の所管課の担当者が作業「図の公開の審査」で認めると、すぐに、または releaseAt に公開されます。点検の誤りがあれば 422。")
    Map<String, UUID> ask(@PathVariable String id, @RequestBody Asked asked) {
        var forms = asked.forms() == null
                ? List.<UUID>of()
                : asked.forms().stream()
                        .flatMap(form -> Ids.parse(form).stream())
                        .toList();
        return Map.of(
                "id",
                releases.ask(new Releases.Asked(
                        ModelApi.known(id),
                        forms,
                        asked.versionTag(),
                        asked.note(),
                        asked.releaseAt(),
                        asked.overNewer())));
    }

    /** @param dueDays calendar days, as typed */
    record Days(String step, String dueDays) {}

    @PostMapping("/drafts/{id}/deadlines")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "下書きの新しい作業に期限を決める（所管課）", description = "すでに期限のある作業は、そのままです。後の変更は期限の設定で。")
    void deadline(@PathVariable String id, @RequestBody Days days) {
        drafts.one(ModelApi.known(id));
        deadlines.begin(days.step(), days.dueDays());
    }

    @PostMapping("/releases/standard")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "市町村の版をやめて、標準のものに戻すことを申請する（所管課）")
    Map<String, UUID> standard(@RequestBody ToStandard asked) {
        return Map.of(
                "id",
                releases.askForStandard(
                        asked.kind() == null ? "" : asked.kind(),
                        asked.resourceId() == null ? "" : asked.resourceId(),
                        asked.versionTag(),
                        asked.note(),
                        asked.releaseAt()));
    }

    @GetMapping("/releases")
    @Operation(summary = "図の公開、新しい順に 200 件まで（所管課・監査）")
    List<Releases.Release> all() {
        return releases.all();
    }

    @GetMapping("/releases/{id}")
    @Operation(summary = "一つの公開と、そのファイル、いま点検した結果、話し合い")
    One one(@PathVariable String id) {
        var release = releases.one(ReleasePages.known(id));
        return new One(
                release,
                releases.files(release.id()),
                sentences.of(releases.findings(release.id())),
                comments.of(release.id()),
                releases.waitsForEngine(release.id()));
    }

    @GetMapping("/releases/{id}/files/{kind}/{resource}")
    @Operation(summary = "公開を申請したときのファイル（kind は process、decision、form）")
    ResponseEntity<byte[]> file(@PathVariable String id, @PathVariable String kind, @PathVariable String resource) {
        return ResponseEntity.ok()
                .contentType(kind.equals("form") ? MediaType.APPLICATION_JSON : MediaType.APPLICATION_XML)
                .header("X-Content-Type-Options", "nosniff")
                .cacheControl(CacheControl.noStore())
                .body(releases.file(ReleasePages.known(id), kind, resource));
    }

    @PostMapping("/releases/{id}/comments")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "公開について書きこむ（所管課）",
            description = "1～2000 字。審査中か公開待ちの間だけで、終わった後は 409。書きかえも取り消しもできません。申請した人、描いた人、審査した人、前に書きこんだ人に知らせます。")
    Map<String, UUID> say(@PathVariable String id, @RequestBody Said comment) {
        return Map.of("id", comments.say(ReleasePages.known(id), comment.said()));
    }

    @PostMapping("/releases/{id}/withdraw")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "公開の申請を取り下げる（所管課。公開された後は 409）")
    void withdraw(@PathVariable String id) {
        releases.withdraw(ReleasePages.known(id));
    }
}
