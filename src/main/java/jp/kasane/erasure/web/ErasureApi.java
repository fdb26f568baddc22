package jp.kasane.erasure.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.erasure.Erasures;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/erasures")
@Tag(name = "erasures")
class ErasureApi {

    private final Erasures erasures;

    ErasureApi(Erasures erasures) {
        this.erasures = erasures;
    }

    /** @param number of the case, as it stands on its page */
    record CarriedOut(String number) {}

    @GetMapping
    @Operation(summary = "記録の消去の起案と、その結果（所管課・監査）")
    List<Erasures.Erasure> all() {
        return erasures.all();
    }

    @GetMapping("/closed-cases")
    @Operation(summary = "消去できる終結済みのケース（所管課・監査）", description = "keptUntil は保存期間の終わる日。保存年数が設定されていなければ null。")
    List<Erasures.Closed> closed() {
        return erasures.closed();
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "消去を起案する（所管課）", description = "basis は period（保存期間の満了）か law（法令・条例・本人の請求）。")
    Map<String, UUID> propose(@RequestBody Erasures.Proposal proposal) {
        return Map.of("id", erasures.propose(proposal));
    }

    @PostMapping("/{id}/withdrawal")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "消去の起案を取り下げる（所管課）")
    void withdraw(@PathVariable String id) {
        erasures.withdraw(ErasurePages.parse(id));
    }

    @PostMapping("/{id}/execution")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "消去を実施する（所管課、起案した人とは別の人）", description = "元に戻せません。number に消去するケースの番号を入れます。")
    void carryOut(@PathVariable String id, @RequestBody CarriedOut carriedOut) {
        erasures.carryOut(ErasurePages.parse(id), carriedOut.number());
    }
}
