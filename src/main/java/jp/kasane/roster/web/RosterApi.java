package jp.kasane.roster.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Timeline;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.roster.Roster;
import jp.kasane.roster.RosterImport;
import jp.kasane.roster.RosterImports;
import jp.kasane.roster.RosterPerson;
import jp.kasane.roster.Rosters;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/rosters")
@Tag(name = "rosters", description = "名簿訪問")
class RosterApi {

    /** More than any file may have: what comes after is not read. */
    private static final int MOST_READ = 11 * 1024 * 1024;

    private final Rosters rosters;
    private final RosterImports imports;
    private final Timeline timeline;

    RosterApi(Rosters rosters, RosterImports imports, Timeline timeline) {
        this.rosters = rosters;
        this.imports = imports;
        this.timeline = timeline;
    }

    record Planned(List<UUID> people, LocalDate visitOn, String companion) {}

    record Off(String reason) {}

    @GetMapping
    @Operation(summary = "名簿の一覧と進み具合（人数）")
    List<Roster> list() {
        return rosters.list();
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "名簿を作る")
    Map<String, UUID> begin(@RequestBody Rosters.Entered entered) {
        return Map.of("rosterId", rosters.begin(entered));
    }

    @GetMapping("/{id}")
    @Operation(summary = "一つの名簿")
    Roster one(@PathVariable String id) {
        return rosters.one(known(id));
    }

    @GetMapping("/{id}/people")
    @Operation(summary = "名簿の人（after に前のページの最後の position。status=open はまだ訪ねる人）")
    List<RosterPerson> people(
            @PathVariable String id,
            @RequestParam(required = false) String status,
            @RequestParam(required = false) String agency,
            @RequestParam(defaultValue = "0") int after) {
        rosters.one(known(id));
        return rosters.people(known(id), status, agency, after, 200);
    }

    @PostMapping(path = "/{id}/imports", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "CSV または Excel（.xlsx）を取り込む（本文がファイルそのもの）")
    RosterImport importInto(@PathVariable String id, @RequestParam(defaultValue = "") String fileName, InputStream file)
            throws IOException {
        return imports.one(imports.importInto(known(id), fileName, file.readNBytes(MOST_READ)));
    }

    @GetMapping("/{id}/imports")
    @Operation(summary = "取り込みの結果（新しい順、誤りの行は含まない）")
    List<RosterImport> imports(@PathVariable String id) {
        rosters.one(known(id));
        return imports.of(known(id));
    }

    @GetMapping("/{id}/imports/{importId}")
    @Operation(summary = "一回の取り込みの結果と、行ごとの誤り")
    RosterImport imported(@PathVariable String id, @PathVariable String importId) {
        return imports.one(known(importId));
    }

    @PostMapping("/{id}/plan")
    @Operation(summary = "訪ねる日と同行を、何人かまとめて決める")
    Map<String, Integer> plan(@PathVariable String id, @RequestBody Planned planned) {
        return Map.of(
                "planned",
                rosters.plan(
                        known(id),
                        planned.people() == null ? List.of() : planned.people(),
                        planned.visitOn(),
                        planned.companion()));
    }

    @GetMapping("/people/{id}")
    @Operation(summary = "名簿の一人と、その訪問")
    RosterPerson person(@PathVariable String id) {
        return rosters.person(known(id));
    }

    @GetMapping("/people/{id}/events")
    @Operation(summary = "名簿の一人の経過")
    List<Timeline.Entry> events(@PathVariable String id) {
        return timeline.ofMatter(rosters.person(known(id)).id());
    }

    @PostMapping("/people/{id}/off")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "名簿から外す（所管課。理由が要る）")
    void takeOff(@PathVariable String id, @RequestBody Off off) {
        rosters.takeOff(known(id), off.reason());
    }

    @DeleteMapping("/people/{id}/off")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "名簿に戻す（所管課）")
    void putBack(@PathVariable String id) {
        rosters.putBack(known(id));
    }

    private static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("名簿"));
    }
}
