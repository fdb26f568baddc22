package jp.kasane.access.internal;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import jp.kasane.access.Acting;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.foundation.Refusal;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Whoever audits changes nothing, whichever other roles that login has: who could change a case would have to be audited by somebody
 * else. Asked in one place, before arguments are read, beside the database's own rules (kasane.may_write).
 */
@Configuration
class AuditorsOnlyLook implements WebMvcConfigurer, HandlerInterceptor {

    private static final Set<String> LOOKS = Set.of("GET", "HEAD", "OPTIONS");

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getDispatcherType() == DispatcherType.REQUEST
                && !LOOKS.contains(request.getMethod())
                && handler instanceof HandlerMethod method
                && !method.hasMethodAnnotation(OpenToAuditors.class)
                && Acting.current().filter(actor -> actor.has("auditor")).isPresent()) {
            throw new Refusal.Forbidden("監査担当者のログインでは、見ることだけができます。業務には、業務のためのログインを使ってください。");
        }
        return true;
    }
}
