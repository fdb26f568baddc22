package jp.kasane.model.web;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.Timeline;
import jp.kasane.deadline.DeadlinePolicies;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.model.Drafts;
import jp.kasane.model.DryRuns;
import jp.kasane.model.ReleaseComments;
import jp.kasane.model.Releases;
import jp.kasane.task.Tasks;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** 図の公開: asked for on a page of the draft's, reviewed as a task, looked at on a page of its own. */
@Controller
class ReleasePages {

    private final Releases releases;
    private final ReleaseComments comments;
    private final Drafts drafts;
    private final DryRuns dryRuns;
    private final DeadlinePolicies deadlines;
    private final Timeline timeline;
    private final Tasks tasks;
    private final FindingSentences sentences;

    ReleasePages(
            Releases releases,
            ReleaseComments comments,
            Drafts drafts,
            DryRuns dryRuns,
            DeadlinePolicies deadlines,
            Timeline timeline,
            Tasks tasks,
            FindingSentences sentences) {
        this.releases = releases;
        this.comments = comments;
        this.drafts = drafts;
        this.dryRuns = dryRuns;
        this.deadlines = deadlines;
        this.timeline = timeline;
        this.tasks = tasks;
        this.sentences = sentences;
    }

    @GetMapping("/model-releases")
    String all(org.springframework.ui.Model model) {
        model.addAttribute("releases", releases.all());
        return "model-releases";
    }

    @GetMapping("/model-releases/{id}")
    ModelAndView one(@PathVariable String id) {
        return one(known(id), null, Map.of(), HttpStatus.OK);
    }

    /** @param typed what was to be said and was not; null where nothing was */
    private ModelAndView one(UUID id, String typed, Map<String, String> errors, HttpStatus status) {
        var release = releases.one(id);
        var page = new ModelAndView("model-release", status);
        page.addObject("release", release);
        page.addObject("files", releases.files(id));
        page.addObject("findings", sentences.of(releases.findings(id)));
        page.addObject("lastRun", dryRuns.ofRelease(id).orElse(null));
        page.addObject("waitsForEngine", releases.waitsForEngine(id));
        page.addObject("comments", comments.of(id));
        page.addObject("tasks", tasks.ofStream(id, null, 5));
        page.addObject("events", timeline.ofMatter(id));
        page.addObject("may", drafts.mayEdit());
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    @PostMapping("/model-releases/{id}/comments")
    Object say(@PathVariable String id, @RequestParam(defaultValue = "") String said) {
        var release = known(id);
        try {
            comments.say(release, said);
            return "redirect:/model-releases/" + release + "#talk";
        } catch (Refusal.Invalid invalid) {
            return one(release, said, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.Conflict over) {
            // It ended while this was typed: the words stay to be copied.
            return one(release, said, Map.of("said", over.getMessage()), HttpStatus.CONFLICT);
        }
    }

    @PostMapping("/model-releases/{id}/withdraw")
    String withdraw(@PathVariable String id, RedirectAttributes flash) {
        releases.withdraw(known(id));
        flash.addFlashAttribute("said", "release.said.withdrawn");
        return "redirect:/model-releases/" + id;
    }

    // ── asking for a draft ─────────────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/models/drafts/{id}/release")
    ModelAndView ask(@PathVariable String id) {
        return ofDraft(ModelApi.known(id), Map.of(), List.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping("/models/drafts/{id}/release")
    Object ask(
            @PathVariable String id,
            @RequestParam Map<String, String> typed,
            @RequestParam(required = false) List<String> forms) {
        var draft = ModelApi.known(id);
        var chosen = Optional.ofNullable(forms).orElse(List.of()).stream()
                .flatMap(form -> Ids.parse(form).stream())
                .toList();
        try {
            return "redirect:/model-releases/"
                    + releases.ask(new Releases.Asked(
                            draft,
                            chosen,
                            typed.get("versionTag"),
                            typed.get("note"),
                            typed.get("releaseAt"),
                            typed.containsKey("overNewer")));
        } catch (Refusal.Invalid invalid) {
            return ofDraft(draft, typed, chosen, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.Conflict conflict) {
            return ofDraft(draft, typed, chosen, Map.of("overNewer", conflict.getMessage()), HttpStatus.CONFLICT);
        }
    }

    /** A step of the draft gets its deadline. */
    @PostMapping("/models/drafts/{id}/deadlines")
    Object deadline(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        var draft = ModelApi.known(id);
        try {
            deadlines.begin(typed.get("step"), typed.get("dueDays"));
        } catch (Refusal.Invalid invalid) {
            return ofDraft(
                    draft,
                    typed,
                    List.of(),
                    Map.of(
                            "days-" + typed.get("step"),
                            invalid.sentences().values().iterator().next()),
                    HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "release.said.deadline");
        return "redirect:/models/drafts/" + id + "/release";
    }

    private ModelAndView ofDraft(
            UUID id, Map<String, String> typed, List<UUID> chosen, Map<String, String> errors, HttpStatus status) {
        var draft = drafts.one(id);
        var page = new ModelAndView("model-release-new", status);
        page.addObject("lastRun", dryRuns.last(id).orElse(null));
        var found = drafts.findings(id);
        page.addObject("draft", draft);
        page.addObject("findings", sentences.of(found));
        page.addObject(
                "withoutDeadline",
                sentences.of(found).stream()
                        .filter(one -> one.code().equals("task.deadline"))
                        .toList());
        page.addObject("forms", releases.formsFor(id));
        page.addObject("chosen", chosen);
        page.addObject(
                "open", releases.open(draft.kind().code(), draft.resourceId()).orElse(null));
        page.addObject("may", drafts.mayEdit());
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    // ── back to what Kasane ships ──────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/models/{kind}/{resource}/standard")
    ModelAndView standard(@PathVariable String kind, @PathVariable String resource) {
        return toStandard(kind, resource, Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping("/models/{kind}/{resource}/standard")
    Object standard(@PathVariable String kind, @PathVariable String resource, @RequestParam Map<String, String> typed) {
        try {
            return "redirect:/model-releases/"
                    + releases.askForStandard(
                            kind, resource, typed.get("versionTag"), typed.get("note"), typed.get("releaseAt"));
        } catch (Refusal.Invalid invalid) {
            return toStandard(kind, resource, typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
    }

    private ModelAndView toStandard(
            String kind, String resource, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("model-release-standard", status);
        page.addObject(
                "own",
                releases.newest(kind, resource)
                        .filter(release -> !release.standard())
                        .orElse(null));
        page.addObject("open", releases.open(kind, resource).orElse(null));
        page.addObject("may", drafts.mayEdit());
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("図の公開"));
    }
}
