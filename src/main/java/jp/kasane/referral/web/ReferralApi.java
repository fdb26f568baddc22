package jp.kasane.referral.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import jp.kasane.consultation.Consultations;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.referral.Referral;
import jp.kasane.referral.Referrals;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/consultations/{id}/referrals")
@Tag(name = "referrals", description = "つなぎ")
class ReferralApi {

    private final Consultations consultations;
    private final Referrals referrals;

    ReferralApi(Consultations consultations, Referrals referrals) {
        this.consultations = consultations;
        this.referrals = referrals;
    }

    @GetMapping
    @Operation(summary = "相談のつなぎ（順に）")
    List<Referral> of(@PathVariable String id) {
        var consultation = Ids.parse(id).flatMap(consultations::find).orElseThrow(() -> new Refusal.NotFound("相談"));
        return referrals.ofConsultation(consultation.id());
    }
}
