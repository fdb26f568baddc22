package jp.kasane.municipality.web;

import jp.kasane.municipality.MunicipalProfile;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The municipality's profile, to be looked at. */
@Controller
class ProfilePages {

    private final MunicipalProfile profile;

    ProfilePages(MunicipalProfile profile) {
        this.profile = profile;
    }

    @GetMapping("/settings/profile")
    String profile(Model model) {
        model.addAttribute("sections", profile.sections());
        return "settings-profile";
    }
}
