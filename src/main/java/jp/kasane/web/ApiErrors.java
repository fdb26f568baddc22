package jp.kasane.web;

import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every refusal of the API is problem+json: a sentence in Japanese, and for wrong fields their names. */
@RestControllerAdvice(annotations = RestController.class)
class ApiErrors extends ResponseEntityExceptionHandler {

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refused(Refusal refusal) {
        var status =
                switch (refusal) {
                    case Refusal.NotFound e -> HttpStatus.NOT_FOUND;
                    case Refusal.Conflict e -> HttpStatus.CONFLICT;
                    case Refusal.Forbidden e -> HttpStatus.FORBIDDEN;
                    case Refusal.Invalid e -> HttpStatus.UNPROCESSABLE_ENTITY;
                };
        var problem = ProblemDetail.forStatusAndDetail(status, refusal.getMessage());
        if (refusal instanceof Refusal.Invalid invalid) {
            problem.setProperty("fields", invalid.fields());
        }
        return ResponseEntity.status(status).body(problem);
    }
}
