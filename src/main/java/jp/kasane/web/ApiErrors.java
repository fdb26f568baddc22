package jp.kasane.web;

import jp.kasane.foundation.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

    private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);

    /** A fault of ours: told in the log without what was entered, and to the caller as a sentence. */
    @ExceptionHandler(RuntimeException.class)
    ResponseEntity<ProblemDetail> failed(RuntimeException fault) {
        LOG.error("A request failed: {}", fault.getClass().getName(), withoutMessages(fault));
        var problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.INTERNAL_SERVER_ERROR, "システムの問題で処理できませんでした。時間をおいてもう一度お試しください。");
        return ResponseEntity.internalServerError().body(problem);
    }

    /** A database's message may quote a row; the trace alone shows where it happened. */
    private static Throwable withoutMessages(Throwable fault) {
        var bare = new RuntimeException(fault.getClass().getName());
        bare.setStackTrace(fault.getStackTrace());
        if (fault.getCause() != null && fault.getCause() != fault) {
            bare.initCause(withoutMessages(fault.getCause()));
        }
        return bare;
    }

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
