package jp.kasane.assessment.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import java.util.UUID;
import jp.kasane.assessment.Ecomap;
import jp.kasane.assessment.Ecomaps;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/cases/{id}/ecomap")
@Tag(name = "cases")
class EcomapApi {

    private final Cases cases;
    private final Ecomaps ecomaps;

    EcomapApi(Cases cases, Ecomaps ecomaps) {
        this.cases = cases;
        this.ecomaps = ecomaps;
    }

    private UUID known(String id) {
        return Ids.parse(id)
                .flatMap(cases::find)
                .orElseThrow(() -> new Refusal.NotFound("ケース"))
                .id();
    }

    @GetMapping
    @Operation(summary = "エコマップ：世帯と関わりのある人・機関・資源と、そのつながり")
    Ecomap one(@PathVariable String id) {
        return ecomaps.of(known(id));
    }

    @PostMapping("/ties")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "つながりを加える",
            description = "from と to は member:‹id›・agency:‹code›・node:‹id›、to は new:resource・new:person（name を付ける）でもよい。"
                    + "kind は strong・weak・stressful、direction は none・forward・back・both。")
    Map<String, UUID> add(@PathVariable String id, @RequestBody Ecomaps.Entered entered) {
        return Map.of("tieId", ecomaps.add(known(id), entered));
    }

    @DeleteMapping("/ties/{tie}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "つながりを消す（行は履歴として残る）")
    void remove(@PathVariable String id, @PathVariable String tie) {
        ecomaps.remove(known(id), Ids.parse(tie).orElseThrow(() -> new Refusal.NotFound("つながり")));
    }
}
