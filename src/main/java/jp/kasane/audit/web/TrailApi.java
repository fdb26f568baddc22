package jp.kasane.audit.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.audit.AnchorFiles;
import jp.kasane.audit.Chain;
import jp.kasane.audit.Trails;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/trail")
@Tag(name = "trail", description = "証跡")
class TrailApi {

    private static final int SHOWN = 100;

    private final Trails trails;
    private final Chain chain;

    TrailApi(Trails trails, Chain chain) {
        this.trails = trails;
        this.chain = chain;
    }

    @GetMapping
    @Operation(summary = "証跡（監査担当者）。新しい順に 100 件。kind、person、case、request、from、to、before で絞り込む")
    Trails.Page page(@Parameter(hidden = true) @RequestParam Map<String, String> asked) {
        return trails.page(TrailAsked.filter(asked, null), SHOWN);
    }

    @GetMapping("/chain")
    @Operation(summary = "証跡の連鎖の状態（監査担当者・管理者）。個人の名前や住所は含まない")
    Chain.State state() {
        return chain.state();
    }

    @OpenToAuditors("whether the trail is whole is theirs to ask, and to write down")
    @PostMapping("/chain/verify")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "連鎖の全体の検証を始める（監査担当者・管理者）。進み具合は state の running")
    void verify() {
        chain.verify();
    }

    @OpenToAuditors("whether the trail is whole is theirs to ask, and to write down")
    @PostMapping("/chain/anchor")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "いまの連鎖の先頭を、データベースの外に書き出す（監査担当者・管理者）")
    AnchorFiles.Anchor anchor() {
        return chain.anchorNow();
    }
}
