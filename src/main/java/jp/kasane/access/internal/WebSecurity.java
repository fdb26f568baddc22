package jp.kasane.access.internal;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import jp.kasane.access.Doorkeeper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.authentication.SimpleUrlAuthenticationFailureHandler;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.util.matcher.AntPathRequestMatcher;

/**
 * Screens log in with a form and a session, programs with HTTP Basic. Who may see which row is not decided here but by the
 * database; here only: somebody is logged in, and the request comes from our own page.
 */
@Configuration
class WebSecurity {

    /** Styles may stand inline: form-js and bpmn-js set them on the elements they draw (docs/adr/0022). Scripts may not. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none';"
                    + " base-uri 'none'; manifest-src 'self'";

    @Bean
    SecurityFilterChain security(HttpSecurity http, Doorkeeper doorkeeper) throws Exception {
        var api = new AntPathRequestMatcher("/api/**");
        http.authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ASYNC)
                        // The request was let in when it came; this is its end (server-sent events).
                        .permitAll()
                        .requestMatchers(
                                "/assets/**",
                                "/login",
                                "/error",
                                "/favicon.ico",
                                "/actuator/health/**",
                                // Without an account: an invitation answered by a signed link, a つなぐシート.
                                "/i/*",
                                "/s/*")
                        .permitAll()
                        .requestMatchers("/actuator/**")
                        .hasRole("ADMIN")
                        .anyRequest()
                        .authenticated())
                .formLogin(form -> form.loginPage("/login")
                        .defaultSuccessUrl("/", false)
                        .failureHandler(WebSecurity::backToTheForm))
                .logout(logout -> logout.logoutSuccessUrl("/login?logout"))
                .httpBasic(basic -> basic.authenticationEntryPoint(WebSecurity::ask))
                .exceptionHandling(handling -> handling.defaultAuthenticationEntryPointFor(
                        new HttpStatusEntryPoint(org.springframework.http.HttpStatus.UNAUTHORIZED), api))
                .csrf(csrf -> csrf.csrfTokenRepository(new CookieCsrfTokenRepository())
                        .csrfTokenRequestHandler(new CsrfTokenRequestAttributeHandler())
                        // A program sends its credentials with each request: there is no session to ride on.
                        .ignoringRequestMatchers(request -> {
                            var authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
                            return api.matches(request) && authorization != null && authorization.startsWith("Basic ");
                        }))
                .headers(headers -> headers.contentSecurityPolicy(csp -> csp.policyDirectives(CONTENT_SECURITY_POLICY))
                        .referrerPolicy(referrer -> referrer.policy(
                                org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter
                                        .ReferrerPolicy.SAME_ORIGIN)));
        http.addFilterAfter(
                (request, response, chain) ->
                        doorkeeper.letThrough((HttpServletRequest) request, (HttpServletResponse) response, chain),
                SecurityContextHolderFilter.class);
        return http.build();
    }

    private static void backToTheForm(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException refused)
            throws IOException, ServletException {
        throwWhatIsNoRefusal(refused);
        new SimpleUrlAuthenticationFailureHandler("/login?error").onAuthenticationFailure(request, response, refused);
    }

    private static void ask(HttpServletRequest request, HttpServletResponse response, AuthenticationException refused)
            throws IOException, ServletException {
        throwWhatIsNoRefusal(refused);
        if (!"XMLHttpRequest".equals(request.getHeader("X-Requested-With"))) {
            // A browser asks for a name and a password; a script of a page must not make it ask.
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Kasane\"");
        }
        response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
    }

    /** Whoever could not be looked up was not refused, and is not told that the password is wrong. */
    private static void throwWhatIsNoRefusal(AuthenticationException refused) throws ServletException {
        if (refused instanceof AuthenticationServiceException) {
            throw new ServletException("Nobody can be looked up", refused);
        }
    }

    @Bean
    PasswordEncoder passwordEncoder() {
        return PasswordEncoderFactories.createDelegatingPasswordEncoder();
    }
}
