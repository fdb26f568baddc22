package jp.kasane.support.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.support.Reviews;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@RestController
@Tag(name = "cases")
class ReviewApi {

    private final Reviews reviews;

    ReviewApi(Reviews reviews) {
        this.reviews = reviews;
    }

    @PostMapping("/api/v1/cases/{id}/review")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "予定日を待たずにモニタリングを始める")
    void askNow(@PathVariable String id) {
        reviews.askNow(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース")));
    }

    @Controller
    static class Page {

        private final Reviews reviews;

        Page(Reviews reviews) {
            this.reviews = reviews;
        }

        @PostMapping("/cases/{id}/review")
        String askNow(@PathVariable String id, RedirectAttributes flash) {
            reviews.askNow(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース")));
            flash.addFlashAttribute("said", "said.reviewAsked");
            return "redirect:/cases/" + id;
        }
    }
}
