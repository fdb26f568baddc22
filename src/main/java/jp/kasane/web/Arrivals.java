package jp.kasane.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * A file that is saved leaves the page where it is, and no event says that it came. Where a link adds {@code ?arrival=} and a mark of its
 * own (web/src/busy.ts), the answer brings a cookie with that mark: the page sees it and stops saying that it waits.
 */
@Configuration
class Arrivals implements WebMvcConfigurer, HandlerInterceptor {

    static final String COOKIE = "kasane-arrival";

    private static final Pattern MARK = Pattern.compile("[0-9a-z]{1,32}");

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        var mark = request.getMethod().equals("GET") ? request.getParameter("arrival") : null;
        if (mark != null && MARK.matcher(mark).matches()) {
            response.addHeader(
                    HttpHeaders.SET_COOKIE,
                    ResponseCookie.from(COOKIE, mark)
                            .path("/")
                            .maxAge(Duration.ofMinutes(1))
                            .sameSite("Strict")
                            .secure(request.isSecure())
                            .build()
                            .toString());
        }
        return true;
    }
}
