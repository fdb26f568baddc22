package jp.kasane.task.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import java.util.UUID;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Entered;
import jp.kasane.task.People;
import jp.kasane.task.Records;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/cases/{id}/records/{form}")
@Tag(name = "cases")
class RecordApi {

    private final Records records;
    private final Forms forms;
    private final People people;

    RecordApi(Records records, Forms forms, People people) {
        this.records = records;
        this.forms = forms;
        this.people = people;
    }

    /** @param form the form as Camunda Forms JSON; {@code data} holds the options it offers and what is known already */
    record Sheet(JsonNode form, Map<String, Object> data) {}

    @GetMapping
    @Operation(summary = "記録の様式と、その選択肢・分かっている内容")
    Sheet blank(@PathVariable String id, @PathVariable String form) {
        var blank = records.blank(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース")), form);
        return new Sheet(forms.parse(blank.schema()), blank.data());
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "作業のほかで起きたことを記録する（支援経過・同意の変化・緊急の出来事など。様式の id は支援ケースの records にある）")
    Map<String, UUID> record(@PathVariable String id, @PathVariable String form, @RequestBody Entered entered) {
        var caseId = Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース"));
        return Map.of("submissionId", records.record(caseId, form, entered.data(), entered.circumstances(people)));
    }
}
