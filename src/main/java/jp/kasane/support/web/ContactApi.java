package jp.kasane.support.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.support.Contacts;
import jp.kasane.task.Entered;
import jp.kasane.task.People;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/cases/{id}/contacts")
@Tag(name = "cases")
class ContactApi {

    private final Contacts contacts;
    private final People people;

    ContactApi(Contacts contacts, People people) {
        this.contacts = contacts;
        this.people = people;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "支援経過を記録する")
    Map<String, UUID> record(@PathVariable String id, @RequestBody Entered entered) {
        var caseId = Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース"));
        return Map.of("submissionId", contacts.record(caseId, entered.data(), entered.circumstances(people)));
    }
}
