package jp.kasane.consultation.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Timeline;
import jp.kasane.consultation.Consultation;
import jp.kasane.consultation.Consultations;
import jp.kasane.consultation.OutsideSheets;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Entered;
import jp.kasane.task.People;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/consultations")
@Tag(name = "consultations", description = "相談")
class ConsultationApi {

    private final Consultations consultations;
    private final Timeline timeline;
    private final People people;
    private final OutsideSheets sheets;

    ConsultationApi(Consultations consultations, Timeline timeline, People people, OutsideSheets sheets) {
        this.sheets = sheets;
        this.consultations = consultations;
        this.timeline = timeline;
        this.people = people;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "相談を登録する")
    Map<String, UUID> receive(@RequestBody Entered entered) {
        return Map.of("consultationId", consultations.receive(entered.data(), entered.circumstances(people)));
    }

    @GetMapping("/{id}")
    @Operation(summary = "相談")
    Consultation one(@PathVariable String id) {
        return Ids.parse(id).flatMap(consultations::find).orElseThrow(() -> new Refusal.NotFound("相談"));
    }

    @GetMapping("/{id}/outside")
    @Operation(summary = "外から届いた相談の、送った人と確認の状態（外からでなければ空）")
    Map<String, Object> outside(@PathVariable String id) {
        var received = sheets.of(one(id).id());
        return received == null ? Map.of() : Map.of("received", received);
    }

    @PostMapping("/{id}/confirmation")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "外から届いた相談を確かめたと記録する")
    void confirm(@PathVariable String id) {
        sheets.confirm(one(id).id());
    }

    @GetMapping("/{id}/events")
    @Operation(summary = "相談の経過")
    List<Timeline.Entry> events(@PathVariable String id) {
        return timeline.ofConsultation(one(id).id());
    }
}
