package jp.kasane.web;

import io.swagger.v3.oas.annotations.Hidden;
import java.util.Map;
import jp.kasane.access.Acting;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** For pages that were open while somebody logged in again: who it is now, and the token that goes with it. */
@RestController
class SessionApi {

    @GetMapping("/api/v1/session")
    @Hidden
    Map<String, String> session(CsrfToken token) {
        return Map.of("login", Acting.required().login(), "token", token.getToken());
    }
}
