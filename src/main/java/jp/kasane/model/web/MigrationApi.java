package jp.kasane.model.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.model.Migrations;
import org.springframework.http.HttpStatus;
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
class MigrationApi {

    private final Migrations migrations;

    MigrationApi(Migrations migrations) {
        this.migrations = migrations;
    }

    /** @param version in force when the preview was looked at; of no matter for a preview */
    record CalledProcess(Integer version, Map<String, String> mapping) {
        Migrations.Choice choice() {
            return MigrationApi.choice(version, mapping);
        }
    }

    /**
     * @param mapping elements of former versions to elements of the one in force, beyond those of the same id; may be null
     * @param called the same for called processes, by their id; may be null
     */
    record Mapping(Map<String, String> mapping, Map<String, CalledProcess> called) {}

    /**
     * @param version in force when the preview was looked at
     * @param called each process that the preview named under {@code called}: what runs of it goes with them; null: it stays
     */
    record Begun(Integer version, Map<String, String> mapping, Map<String, CalledProcess> called) {}

    record One(Migrations.Migration migration, List<Migrations.Part> processes, List<Migrations.Left> left) {}

    private static Migrations.Choice choice(Integer version, Map<String, String> mapping) {
        return new Migrations.Choice(version == null ? 0 : version, mapping == null ? Map.of() : mapping);
    }

    private static Map<String, Migrations.Choice> choices(
            String process, Integer version, Map<String, String> mapping, Map<String, CalledProcess> called) {
        var choices = new HashMap<String, Migrations.Choice>();
        if (called != null) {
            called.forEach((id, one) -> choices.put(id, one == null ? choice(null, null) : one.choice()));
        }
        choices.put(process, choice(version, mapping));
        return choices;
    }

    @PostMapping("/{process}/migration/preview")
    @Operation(
            summary = "いま移行したら、動いているものがそれぞれどうなるか（所管課・監査。何も変わりません）",
            description =
                    "mapping は、id の変わった部品の行き先。called は呼び出した先の図ごとの行き先。obstacles の code は gone（なくなった）、kind（種類が違う）、scope（入れ物が違う）、parent（呼び出し元が移らない）。timers は、新しい図で待ち直すもの。")
    Migrations.Preview preview(@PathVariable String process, @RequestBody Mapping mapping) {
        return migrations.preview(process, choices(process, null, mapping.mapping(), mapping.called()));
    }

    @PostMapping("/{process}/migration")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "移行を始める（所管課）",
            description =
                    "version は、試し見たときに使われていた版。その後に公開されていれば 409。called に、試し見の called にある図をすべて（版とともに）書けば、呼び出した先もいっしょに移します。書かなければ残します。呼び出した先の移行が終わっていなければ 409。")
    Map<String, UUID> begin(@PathVariable String process, @RequestBody Begun begun) {
        return Map.of(
                "id",
                migrations.begin(
                        process,
                        choices(process, begun.version(), begun.mapping(), begun.called()),
                        begun.called() != null));
    }

    @GetMapping("/migrations")
    @Operation(summary = "移行、新しい順に 200 件まで（所管課・監査）")
    List<Migrations.Migration> all() {
        return migrations.all();
    }

    @GetMapping("/migrations/{id}")
    @Operation(summary = "一つの移行の進みぐあい（図ごとにも）と、移行しなかったもの、タイマーが前のままのもの")
    One one(@PathVariable String id) {
        var migration = migrations.one(MigrationPages.known(id));
        return new One(migration, migrations.parts(migration.id()), migrations.left(migration.id()));
    }

    @PostMapping("/migrations/{id}/pause")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "移行を止める（所管課。終わったものは 409）")
    void pause(@PathVariable String id) {
        migrations.pause(MigrationPages.known(id), true);
    }

    @PostMapping("/migrations/{id}/resume")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "止めた移行を続ける（所管課）")
    void resume(@PathVariable String id) {
        migrations.pause(MigrationPages.known(id), false);
    }

    @PostMapping("/migrations/{id}/instances/{key}/reseat")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "移行できないもの、タイマーが前のままのものを、いまの場所から始め直す（所管課）")
    void reseat(@PathVariable String id, @PathVariable String key) {
        migrations.reseat(MigrationPages.known(id), MigrationPages.key(key));
    }
}
