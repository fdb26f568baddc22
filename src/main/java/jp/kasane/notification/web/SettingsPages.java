package jp.kasane.notification.web;

import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jp.kasane.access.Acting;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.DigestTime;
import jp.kasane.notification.MailAddresses;
import jp.kasane.notification.Preferences;
import jp.kasane.notification.Webhooks;
import jp.kasane.notification.internal.Postman;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A person's own choice; for administrators also everybody's address, the digest's hour and the webhook. */
@Controller
@RequestMapping("/settings/notifications")
class SettingsPages {

    private static final String HERE = "redirect:/settings/notifications";

    private final Preferences preferences;
    private final MailAddresses addresses;
    private final DigestTime digestTime;
    private final Webhooks webhooks;
    private final Postman postman;

    SettingsPages(
            Preferences preferences,
            MailAddresses addresses,
            DigestTime digestTime,
            Webhooks webhooks,
            Postman postman) {
        this.preferences = preferences;
        this.addresses = addresses;
        this.digestTime = digestTime;
        this.webhooks = webhooks;
        this.postman = postman;
    }

    @GetMapping
    String mine(Model model) {
        var mine = addresses.mine();
        model.addAttribute("ways", List.of("at-once", "digest", "off"));
        var choices = preferences.mine();
        model.addAttribute("choices", choices);
        model.addAttribute("allOurs", choices.stream().allMatch(Preferences.Choice::ours));
        model.addAttribute("mine", mine);
        model.addAttribute("address", model.asMap().getOrDefault("entered", mine.address()));
        model.addAttribute("employed", postman.employed());
        model.addAttribute("digestAt", digestTime.chosen().orElse(DigestTime.OURS));
        model.addAttribute("digestOurs", digestTime.chosen().isEmpty());
        return "settings-notifications";
    }

    @OpenToAuditors("what they themselves are told of")
    @PostMapping
    String choose(@RequestParam Map<String, String> entered, RedirectAttributes flash) {
        var ways = new LinkedHashMap<String, String>();
        entered.forEach((name, way) -> {
            if (name.startsWith("mail.")) {
                ways.put(name.substring("mail.".length()), way);
            }
        });
        preferences.choose(ways);
        var address = entered.getOrDefault("address", "").strip();
        if (!address.isEmpty() && !MailAddresses.isAddress(address)) {
            flash.addFlashAttribute("wrong", "settings.address.wrong");
            flash.addFlashAttribute("entered", address);
            return HERE;
        }
        addresses.set(Acting.required().id(), address.isEmpty() ? null : address, entered.get("language"));
        flash.addFlashAttribute("said", "said.settings");
        return HERE;
    }

    @GetMapping("/municipality")
    String municipality(Model model) {
        requireAdministrator();
        model.addAttribute("people", addresses.all());
        model.addAttribute("employed", postman.employed());
        model.addAttribute("digestAt", digestTime.chosen().orElse(DigestTime.OURS));
        model.addAttribute("digestOurs", digestTime.chosen().isEmpty());
        model.addAttribute("webhook", webhooks.mine().orElse(null));
        return "settings-municipality";
    }

    @PostMapping("/municipality/digest")
    String digest(@RequestParam String at, RedirectAttributes flash) {
        requireAdministrator();
        try {
            digestTime.choose(LocalTime.parse(at));
            flash.addFlashAttribute("said", "said.settings");
        } catch (DateTimeParseException notATime) {
            flash.addFlashAttribute("wrong", "settings.digest.wrong");
        }
        return HERE + "/municipality";
    }

    @PostMapping("/municipality/webhook")
    String webhook(@RequestParam String url, @RequestParam(defaultValue = "") String secret, RedirectAttributes flash) {
        requireAdministrator();
        if (!url.isBlank() && !Webhooks.isCallable(url.strip())) {
            flash.addFlashAttribute("wrong", "settings.webhook.wrong");
            return HERE + "/municipality";
        }
        webhooks.set(url.isBlank() ? null : url.strip(), secret.isBlank() ? null : secret)
                .ifPresent(made -> flash.addFlashAttribute("made", made));
        flash.addFlashAttribute("said", "said.settings");
        return HERE + "/municipality";
    }

    @PostMapping("/people/{id}")
    String address(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String address,
            @RequestParam String language,
            RedirectAttributes flash) {
        requireAdministrator();
        var user = Ids.parse(id).flatMap(addresses::find).orElseThrow(() -> new Refusal.NotFound("利用者"));
        var entered = address.strip();
        if (!entered.isEmpty() && !MailAddresses.isAddress(entered)) {
            flash.addFlashAttribute("wrong", "settings.address.wrong");
        } else {
            addresses.set(user.userId(), entered.isEmpty() ? null : entered, language);
            flash.addFlashAttribute("said", "said.settings");
        }
        return HERE + "/municipality";
    }

    private static void requireAdministrator() {
        if (!Acting.required().has("admin")) {
            throw new Refusal.Forbidden("管理者だけができます。");
        }
    }
}
