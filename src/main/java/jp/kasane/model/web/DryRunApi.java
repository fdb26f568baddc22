package jp.kasane.model.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import java.util.UUID;
import jp.kasane.model.DryRuns;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/models")
@Tag(name = "models", description = "図・様式・決定表の下書き、点検、比較、公開、移行")
class DryRunApi {

    private final DryRuns dryRuns;

    DryRunApi(DryRuns dryRuns) {
        this.dryRuns = dryRuns;
    }

    @PostMapping("/drafts/{id}/dry-runs")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "下書きの試し運転を始める（所管課）",
            description = "台本（scenarios/recorded）を、いまの図と下書きとで演じ比べます。様式だけの下書きと、前の試し運転が終わっていない下書きは 409。")
    Map<String, UUID> begin(@PathVariable String id) {
        return Map.of("id", dryRuns.begin(ModelApi.known(id)));
    }

    @GetMapping("/dry-runs/{id}")
    @Operation(
            summary = "一つの試し運転の進みぐあいと、どの台本がどこで別の道を行くか（所管課・監査）",
            description =
                    "status は waiting、running、done、refused（エンジンが図を受けつけない）、broken（途中で止まった）。verdict は same（同じ道）、other（別の道）、stopped（先へ進めない）。")
    DryRuns.DryRun one(@PathVariable String id) {
        return dryRuns.one(DryRunPages.known(id));
    }
}
