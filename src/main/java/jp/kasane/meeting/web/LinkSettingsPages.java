package jp.kasane.meeting.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.InvitationLinks;
import jp.kasane.notification.AgencyMails;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** How long a link holds, and where mail to agencies without an account goes. */
@Controller
@RequestMapping("/settings/links")
class LinkSettingsPages {

    private final InvitationLinks links;
    private final AgencyMails mails;
    private final SettingChanges changes;
    private final TransactionTemplate transaction;

    LinkSettingsPages(
            InvitationLinks links, AgencyMails mails, SettingChanges changes, TransactionTemplate transaction) {
        this.links = links;
        this.mails = mails;
        this.changes = changes;
        this.transaction = transaction;
    }

    @GetMapping
    String look(Model model) {
        changes.requireReader();
        page(Map.of(), Map.of()).forEach(model::addAttribute);
        return "settings-links";
    }

    @PostMapping
    Object save(@RequestParam Map<String, String> entered, RedirectAttributes flash) {
        changes.requireChanger();
        var errors = new LinkedHashMap<String, String>();
        try {
            transaction.executeWithoutResult(tx -> {
                attempt(() -> links.choose(entered.getOrDefault("days", "")), errors);
                for (var office : mails.all()) {
                    var name = "address-" + office.code();
                    if (entered.containsKey(name)) {
                        attempt(() -> set(office, entered.get(name).strip(), entered), errors);
                    }
                }
                if (!errors.isEmpty()) {
                    tx.setRollbackOnly();
                }
            });
        } catch (Refusal.Invalid invalid) {
            errors.putAll(invalid.sentences());
        }
        if (!errors.isEmpty()) {
            var page = new ModelAndView("settings-links", HttpStatus.UNPROCESSABLE_ENTITY);
            page.addAllObjects(page(entered, errors));
            return page;
        }
        flash.addFlashAttribute("said", "rules.saved");
        return "redirect:/settings/links";
    }

    private void set(AgencyMails.Office office, String address, Map<String, String> entered) {
        var language = entered.getOrDefault("language-" + office.code(), office.language());
        if (address.equals(office.address() == null ? "" : office.address())
                && language.equals(office.language())
                && office.failedAt() == null) {
            return;
        }
        mails.set(office.code(), address, language, office.agency(), changes.word("links.error.address"));
        // That it was changed is kept, not what it was.
        changes.note("agency-mail", office.code(), null, Map.of("set", !address.isEmpty()));
    }

    private static void attempt(Runnable change, Map<String, String> errors) {
        try {
            change.run();
        } catch (Refusal.Invalid invalid) {
            errors.putAll(invalid.sentences());
        }
    }

    private Map<String, Object> page(Map<String, String> typed, Map<String, String> errors) {
        return Map.of(
                "days", typed.getOrDefault("days", String.valueOf(links.days())),
                "ours", links.chosenDays().isEmpty(),
                "offices", mails.all(),
                "typed", typed,
                "errors", errors,
                "employed", links.employed(),
                "mayChange", changes.mayChange(),
                "languages", List.of("ja", "en"));
    }

    /** The same for programs. */
    @RestController
    @RequestMapping("/api/v1/settings/links")
    @Tag(name = "settings", description = "設定")
    static class Api {

        private final InvitationLinks links;
        private final AgencyMails mails;
        private final LinkSettingsPages pages;
        private final SettingChanges changes;
        private final TransactionTemplate transaction;

        Api(
                InvitationLinks links,
                AgencyMails mails,
                LinkSettingsPages pages,
                SettingChanges changes,
                TransactionTemplate transaction) {
            this.links = links;
            this.mails = mails;
            this.pages = pages;
            this.changes = changes;
            this.transaction = transaction;
        }

        record Look(int days, boolean ours, List<AgencyMails.Office> offices) {}

        record Days(String days) {}

        record Address(String address, String language) {}

        @GetMapping
        @Operation(summary = "リンクの日数と、機関の代表メールアドレス")
        Look look() {
            changes.requireReader();
            return new Look(links.days(), links.chosenDays().isEmpty(), mails.all());
        }

        @PutMapping
        @Operation(summary = "リンクを使える日数を決める（1から90）")
        Look days(@RequestBody Days entered) {
            links.choose(entered.days() == null ? "" : entered.days());
            return look();
        }

        @PutMapping("/agencies/{code}")
        @Operation(summary = "機関の代表メールアドレスを決める（空なら消す）")
        Look address(@PathVariable String code, @RequestBody Address entered) {
            changes.requireChanger();
            transaction.executeWithoutResult(tx -> mails.all().stream()
                    .filter(office -> office.code().equals(code))
                    .findFirst()
                    .ifPresentOrElse(
                            office -> pages.set(
                                    office,
                                    entered.address() == null
                                            ? ""
                                            : entered.address().strip(),
                                    Map.of("language-" + code, entered.language() == null ? "ja" : entered.language())),
                            () -> {
                                throw new Refusal.NotFound(changes.word("meeting.agency"));
                            }));
            return look();
        }
    }
}
