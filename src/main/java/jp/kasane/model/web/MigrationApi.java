package jp.kasane.model.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
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

    /** @param mapping elements of former versions to elements of the one in force, beyond those of the same id; may be null */
    record Mapping(Map<String, String> mapping) {}

    /** @param version in force when the preview was looked at */
    record Begun(Integer version, Map<String, String> mapping) {}

    record One(Migrations.Migration migration, List<Migrations.Left> left) {}

    @PostMapping("/{process}/migration/preview")
    @Operation(
            summary = "いま移行したら、動いているものがそれぞれどうなるか（所管課・監査。何も変わりません）",
            description = "mapping は、id の変わった部品の行き先。obstacles の code は gone（なくなった）、kind（種類が違う）、scope（入れ物が違う）。")
    Migrations.Preview preview(@PathVariable String process, @RequestBody Mapping mapping) {
        return migrations.preview(process, mapping.mapping() == null ? Map.of() : mapping.mapping());
    }

    @PostMapping("/{process}/migration")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "移行を始める（所管課）", description = "version は、試し見たときに使われていた版。その後に公開されていれば 409。")
    Map<String, UUID> begin(@PathVariable String process, @RequestBody Begun begun) {
        return Map.of(
                "id",
                migrations.begin(
                        process,
                        begun.version() == null ? 0 : begun.version(),
                        begun.mapping() == null ? Map.of() : begun.mapping()));
    }

    @GetMapping("/migrations")
    @Operation(summary = "移行、新しい順に 200 件まで（所管課・監査）")
    List<Migrations.Migration> all() {
        return migrations.all();
    }

    @GetMapping("/migrations/{id}")
    @Operation(summary = "一つの移行の進みぐあいと、移行しなかったもの")
    One one(@PathVariable String id) {
        var migration = migrations.one(MigrationPages.known(id));
        return new One(migration, migrations.left(migration.id()));
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
    @Operation(summary = "移行できないものを、いまの場所から始め直す（所管課）")
    void reseat(@PathVariable String id, @PathVariable String key) {
        migrations.reseat(MigrationPages.known(id), MigrationPages.key(key));
    }
}
