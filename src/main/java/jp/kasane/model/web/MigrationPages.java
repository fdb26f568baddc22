package jp.kasane.model.web;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.model.Drafts;
import jp.kasane.model.Migrations;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** 移行: what would become of each running instance, the mapping to be corrected, and how it goes. */
@Controller
class MigrationPages {

    /** A field per element of a former version that has no counterpart by its id. */
    static final String FIELD = "to.";
    /** The same for an element of a called process: {@code called.<process>:<element>}; neither id can hold a colon. */
    static final String CALLED = "called.";
    /** The version of a called process that was looked at. */
    static final String VERSION = "version.";

    private final Migrations migrations;
    private final Drafts drafts;
    private final Forms json;

    MigrationPages(Migrations migrations, Drafts drafts, Forms json) {
        this.migrations = migrations;
        this.drafts = drafts;
        this.json = json;
    }

    record Figure(int version, String active) {}

    @GetMapping("/models/{process}/migration")
    String preview(@PathVariable String process, @RequestParam Map<String, String> typed, Model model) {
        var preview = migrations.preview(process, chosen(process, typed));
        model.addAttribute("preview", preview);
        model.addAttribute(
                "mapped",
                !preview.mapping().isEmpty()
                        || preview.called().stream()
                                .anyMatch(one -> !one.mapping().isEmpty()));
        model.addAttribute("figures", figures(preview));
        model.addAttribute("open", migrations.open(process).orElse(null));
        model.addAttribute("may", drafts.mayEdit());
        return "model-migration-new";
    }

    /** How many stand where, on each former diagram. */
    private List<Figure> figures(Migrations.Preview preview) {
        var byVersion = new TreeMap<Integer, Map<String, Integer>>();
        for (var group : preview.groups()) {
            var counts = byVersion.computeIfAbsent(group.version(), version -> new HashMap<>());
            group.standing().forEach(at -> counts.merge(at.id(), group.instances(), Integer::sum));
        }
        return byVersion.entrySet().stream()
                .map(one -> new Figure(
                        one.getKey(),
                        json.write(one.getValue().entrySet().stream()
                                .map(at -> Map.of("elementId", at.getKey(), "count", at.getValue()))
                                .toList())))
                .toList();
    }

    @PostMapping("/models/{process}/migration")
    String begin(@PathVariable String process, @RequestParam Map<String, String> typed) {
        return "redirect:/model-migrations/"
                + migrations.begin(process, chosen(process, typed), typed.containsKey("withCalled"));
    }

    private static int version(String typed) {
        return typed != null && typed.matches("[0-9]{1,9}") ? Integer.parseInt(typed) : 0;
    }

    private static Map<String, Migrations.Choice> chosen(String process, Map<String, String> typed) {
        var versions = new HashMap<String, Integer>(Map.of(process, version(typed.get("version"))));
        var mappings = new HashMap<String, Map<String, String>>();
        typed.forEach((name, value) -> {
            if (name.startsWith(VERSION)) {
                versions.put(name.substring(VERSION.length()), version(value));
            } else if (name.startsWith(FIELD) && !value.isBlank()) {
                mappings.computeIfAbsent(process, any -> new HashMap<>()).put(name.substring(FIELD.length()), value);
            } else if (name.startsWith(CALLED) && name.contains(":") && !value.isBlank()) {
                mappings.computeIfAbsent(name.substring(CALLED.length(), name.indexOf(':')), any -> new HashMap<>())
                        .put(name.substring(name.indexOf(':') + 1), value);
            }
        });
        return Stream.concat(versions.keySet().stream(), mappings.keySet().stream())
                .distinct()
                .collect(Collectors.toMap(
                        id -> id,
                        id -> new Migrations.Choice(
                                versions.getOrDefault(id, 0), mappings.getOrDefault(id, Map.of()))));
    }

    @GetMapping("/model-migrations")
    String all(Model model) {
        model.addAttribute("migrations", migrations.all());
        return "model-migrations";
    }

    @GetMapping("/model-migrations/{id}")
    String one(@PathVariable String id, Model model) {
        var migration = migrations.one(known(id));
        model.addAttribute("migration", migration);
        model.addAttribute("parts", migrations.parts(migration.id()));
        model.addAttribute("left", migrations.left(migration.id()));
        model.addAttribute("may", drafts.mayEdit());
        return "model-migration";
    }

    @PostMapping("/model-migrations/{id}/pause")
    String pause(@PathVariable String id) {
        migrations.pause(known(id), true);
        return "redirect:/model-migrations/" + id;
    }

    @PostMapping("/model-migrations/{id}/resume")
    String resume(@PathVariable String id) {
        migrations.pause(known(id), false);
        return "redirect:/model-migrations/" + id;
    }

    @PostMapping("/model-migrations/{id}/instances/{key}/reseat")
    String reseat(@PathVariable String id, @PathVariable String key, RedirectAttributes flash) {
        migrations.reseat(known(id), key(key));
        flash.addFlashAttribute("said", "migrating.said.reseated");
        return "redirect:/model-migrations/" + id;
    }

    static long key(String key) {
        if (!key.matches("[0-9]{1,18}")) {
            throw new Refusal.NotFound("移行");
        }
        return Long.parseLong(key);
    }

    static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("移行"));
    }
}
