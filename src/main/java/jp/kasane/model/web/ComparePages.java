package jp.kasane.model.web;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import jp.kasane.foundation.Refusal;
import jp.kasane.model.Drafts;
import jp.kasane.model.Drafts.Kind;
import jp.kasane.model.Releases;
import jp.kasane.model.Versions;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** 版をくらべる: two versions or drafts of a diagram, a decision table or a form. What is different is found in the browser (ADR 0039). */
@Controller
class ComparePages {

    private static final String DRAFT = "draft:";
    private static final String RELEASE = "release:";
    private static final String STANDARD = "standard:";

    /** Chosen in the browser and not sent anywhere. */
    private static final String FILE = "file";

    private final Versions versions;
    private final Drafts drafts;
    private final Releases releases;

    ComparePages(Versions versions, Drafts drafts, Releases releases) {
        this.versions = versions;
        this.drafts = drafts;
        this.releases = releases;
    }

    /**
     * Something that can be compared.
     *
     * @param value as the address names it: a version's number, {@code draft:<id>}, {@code release:<id>}, {@code standard:<release>}, {@code shipped} or {@code file}
     * @param type version, draft, release, standard (what the own one in force came from), shipped or file
     * @param at when it was deployed, saved or asked for
     * @param by who saved it or asked for it
     * @param basedOn the version that a draft began from or a release replaces; null for a file
     * @param url where its file is; null for one that is yet to be chosen
     */
    record Side(
            String value,
            String type,
            Integer version,
            Instant at,
            boolean inForce,
            Long running,
            String by,
            Integer basedOn,
            String url) {}

    @GetMapping("/models/compare")
    String compare(
            @RequestParam(defaultValue = "process") String kind,
            @RequestParam(defaultValue = "") String id,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String to,
            Model model) {
        var what = Kind.of(kind).orElseThrow(() -> new Refusal.NotFound("図・決定表・様式"));
        model.addAttribute("processes", versions.all(Kind.PROCESS));
        model.addAttribute("decisions", versions.all(Kind.DECISION));
        model.addAttribute("forms", versions.all(Kind.FORM));
        model.addAttribute("kind", kind);
        model.addAttribute("id", id);
        if (id.isEmpty()) {
            return "model-compare";
        }
        var sides = sides(what, id);
        if (sides.size() == 1) {
            throw new Refusal.NotFound("図・決定表・様式");
        }
        var later = side(sides, to.isEmpty() ? sides.getFirst().value() : to);
        var earlier = side(sides, from.isEmpty() ? before(sides, later).value() : from);
        model.addAttribute("name", versions.all(what).getOrDefault(id, id));
        model.addAttribute("sides", sides);
        model.addAttribute("from", earlier);
        model.addAttribute("to", later);
        model.addAttribute("may", drafts.mayEdit());
        return "model-compare";
    }

    /** The one in force first, then what was before it, what Kasane ships, drafts, releases, and a file. */
    private List<Side> sides(Kind kind, String id) {
        var path =
                switch (kind) {
                    case PROCESS -> "/api/v1/models/" + id;
                    case DECISION -> "/api/v1/models/decisions/" + id;
                    case FORM -> "/api/v1/models/forms/" + id;
                };
        var sides = new ArrayList<Side>();
        for (var one : versions.deployed(kind, id)) {
            sides.add(new Side(
                    String.valueOf(one.version()),
                    "version",
                    one.version(),
                    one.deployedAt(),
                    sides.isEmpty(),
                    one.running(),
                    null,
                    null,
                    path + "/versions/" + one.version()));
        }
        if (versions.isShipped(kind, id)) {
            sides.add(new Side(
                    Versions.SHIPPED,
                    "shipped",
                    null,
                    null,
                    false,
                    null,
                    null,
                    null,
                    path + "/versions/" + Versions.SHIPPED));
        }
        for (var draft : draftsOf(kind, id)) {
            sides.add(new Side(
                    DRAFT + draft.id(),
                    "draft",
                    null,
                    draft.savedAt(),
                    false,
                    null,
                    draft.savedBy(),
                    draft.basedOn(),
                    "/api/v1/models/drafts/" + draft.id() + "/xml"));
        }
        for (var release : releasesOf(kind, id)) {
            sides.add(new Side(
                    RELEASE + release.id(),
                    "release",
                    null,
                    release.askedAt(),
                    false,
                    null,
                    release.askedBy(),
                    release.replaces(),
                    "/api/v1/models/releases/" + release.id() + "/files/" + release.kind() + "/" + id));
        }
        var own = releases.own().get(kind.code() + " " + id);
        if (own != null) {
            sides.add(new Side(
                    STANDARD + own.release(),
                    "standard",
                    null,
                    releases.one(own.release()).askedAt(),
                    false,
                    null,
                    null,
                    null,
                    "/api/v1/models/releases/" + own.release() + "/files/standard/" + id));
        }
        sides.add(new Side(FILE, FILE, null, null, false, null, null, null, null));
        return sides;
    }

    private List<Drafts.Draft> draftsOf(Kind kind, String id) {
        return drafts.all().stream()
                .filter(draft -> draft.kind() == kind && draft.resourceId().equals(id))
                .toList();
    }

    /** What was asked for as it was then, of diagrams and tables: drafts go on. */
    private List<Releases.Release> releasesOf(Kind kind, String id) {
        return releases.all().stream()
                .filter(release -> !release.standard()
                        && release.kind().equals(kind.code())
                        && release.resourceId().equals(id))
                .toList();
    }

    private static Side side(List<Side> sides, String value) {
        return sides.stream()
                .filter(one -> one.value().equals(value))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("版"));
    }

    /** What a draft began from; of a version the one before it; of anything else the one in force, what Kasane ships, or a file. */
    private static Side before(List<Side> sides, Side later) {
        Integer newest = sides.getFirst().version();
        Integer wanted = later.basedOn() != null
                ? later.basedOn()
                : later.version() != null ? Integer.valueOf(later.version() - 1) : newest;
        return sides.stream()
                .filter(one -> one.version() != null && one.version().equals(wanted))
                .findFirst()
                .or(() -> sides.stream()
                        .filter(one -> one.type().equals("shipped") && one != later)
                        .findFirst())
                .orElse(sides.getLast());
    }
}
