package jp.kasane.regroup.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import java.util.UUID;
import jp.kasane.regroup.MergeSheet;
import jp.kasane.regroup.Merges;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/cases/{id}/merge")
@Tag(name = "cases")
class MergeApi {

    private final Merges merges;

    MergeApi(Merges merges) {
        this.merges = merges;
    }

    @GetMapping
    @Operation(
            summary = "世帯の統合の前に見るもの：両方の世帯員、同じ人の候補と違う値、終わるケースで止まるもの（コーディネーター・所管課）",
            description = "パスのケースが終わり、into（id または番号）のケースが残ります。obstacles が空でなければ統合できません。")
    MergeSheet look(@PathVariable String id, @RequestParam String into) {
        return merges.sheet(MergePages.parse(id), merges.named(into), null);
    }

    @PostMapping
    @Operation(
            summary = "世帯を統合する：パスのケースを終え、世帯員・困りごと・同意を残るケースに移す",
            description = "people には終わるケースの全員を挙げます。same が空の人は世帯に加わり、同じ人で値が違う項目は values に ends か stays を選びます。"
                    + "同じ統合をもう一度送っても一度だけ行われます。閉じたケース、先に統合されたケース、撤回された同意が失われる統合は 409 です。")
    Map<String, UUID> merge(@PathVariable String id, @RequestBody MergeSheet.Entered entered) {
        return Map.of("caseId", merges.merge(MergePages.parse(id), entered));
    }
}
