package jp.kasane.operations.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.operations.Operations;
import jp.kasane.operations.Standstill;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/operations")
@Tag(name = "operations", description = "運用")
class OperationsApi {

    private final Operations operations;

    OperationsApi(Operations operations) {
        this.operations = operations;
    }

    record Reason(String reason) {}

    @GetMapping
    @Operation(summary = "止まっているもの（管理者・監査。個人の名前や住所は含まない）")
    Standstill now() {
        return operations.now();
    }

    @PostMapping("/incidents/{key}/retry")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "止まった箇所をもう一度試す（管理者）")
    void retryIncident(@PathVariable String key) {
        operations.retryIncident(number(key));
    }

    @PostMapping("/orders/{id}/retry")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "待っている指示を、いますぐもう一度試す（管理者）")
    void retryOrder(@PathVariable String id) {
        operations.retryOrder(number(id));
    }

    @PostMapping("/mails/{userId}/send-again")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "届かなかったメールを送り直す（管理者）")
    Map<String, Integer> sendAgain(@PathVariable String userId) {
        return Map.of("mails", operations.sendAgain(Ids.parse(userId).orElseThrow(() -> new Refusal.NotFound("利用者"))));
    }

    @PostMapping("/webhook/call-again")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "届かなかった Webhook を送り直す（管理者）")
    Map<String, Integer> callAgain() {
        return Map.of("calls", operations.callAgain());
    }

    @PostMapping("/streams/{id}/re-seat")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "止まったケースや相談を、いまの段階から始め直す（管理者）")
    void reseat(@PathVariable String id, @RequestBody Reason reason) {
        operations.reseat(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース")), reason.reason());
    }

    @PostMapping("/rejected/{epoch}/{partition}/{position}/acknowledge")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "受け取れなかった記録を確認済みにする（管理者）")
    void acknowledge(@PathVariable String epoch, @PathVariable int partition, @PathVariable long position) {
        operations.acknowledge(Ids.parse(epoch).orElseThrow(() -> new Refusal.NotFound("記録")), partition, position);
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException none) {
            throw new Refusal.NotFound("番号");
        }
    }
}
