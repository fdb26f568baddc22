package jp.kasane.engine.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jp.kasane.access.Acting;
import jp.kasane.engine.Projections;
import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/operations")
@Tag(name = "operations", description = "運用")
class EngineApi {

    private final Projections projections;

    EngineApi(Projections projections) {
        this.projections = projections;
    }

    @PostMapping("/rebuild")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "エンジンの写し（作業・流れ・版）を記録から作り直す（管理者）")
    void rebuild() {
        if (!Acting.required().has("admin")) {
            throw new Refusal.Forbidden("管理者だけができます。");
        }
        projections.rebuild();
    }
}
