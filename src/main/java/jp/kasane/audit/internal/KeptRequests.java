package jp.kasane.audit.internal;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import jp.kasane.access.CurrentRequest;
import jp.kasane.access.Doorkeeper;
import jp.kasane.audit.Trail;
import jp.kasane.foundation.Ids;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerMapping;

/**
 * One entry for each request, committed before the first byte of its answer: who asked what, of which cases something is in the answer,
 * and with which status. The answer is held back until then; without an entry there is none (503). What is delivered in pieces (a
 * download, server-sent events) has its entry before its first piece. The entry's request id goes out as {@code X-Request-Id}.
 */
@Component
class KeptRequests implements Doorkeeper {

    private static final Logger LOG = LoggerFactory.getLogger(KeptRequests.class);

    /** The request's id, once its entry is written: it is dispatched more than once (errors, the end of server-sent events). */
    private static final String ENTERED = KeptRequests.class.getName();

    /** Parts of an address that are codes. All else in an address is kept only where it is an id: it may be a token, or something typed. */
    private static final Set<String> CODES =
            Set.of("kind", "code", "step", "form", "list", "month", "epoch", "partition", "position", "key", "seq");

    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,60}");
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final Trail trail;

    KeptRequests(Trail trail) {
        this.trail = trail;
    }

    @Override
    public void letThrough(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (holdsNothing(request) || request.getAttribute(ENTERED) != null) {
            chain.doFilter(request, response);
            return;
        }
        var id = Ids.next();
        response.setHeader("X-Request-Id", id.toString());
        CurrentRequest.begin(id);
        Looked.begin();
        try {
            var held = new HeldResponse(response, answer -> enter(request, answer));
            try {
                chain.doFilter(request, held);
            } catch (HeldResponse.NotEntered e) {
                throw e;
            } catch (IOException | ServletException | RuntimeException e) {
                if (request.getAttribute(ENTERED) == null && !response.isCommitted()) {
                    noteFailure(request, e);
                }
                throw e;
            }
            if (request.isAsyncStarted()) {
                held.begin();
                return;
            }
            held.release();
            if (held.broken()) {
                undelivered(request);
            }
        } catch (HeldResponse.NotEntered e) {
            LOG.error("An answer was withheld, since its entry could not be written: {}", route(request), e.getCause());
            response.reset();
            response.sendError(HttpStatus.SERVICE_UNAVAILABLE.value());
        } catch (IOException e) {
            if (request.getAttribute(ENTERED) != null) {
                undelivered(request);
            }
            throw e;
        } finally {
            Looked.end();
            CurrentRequest.end();
        }
    }

    /** Nothing that is kept of anybody: styles, scripts, the health of the server, the empty form to log in with. */
    private static boolean holdsNothing(HttpServletRequest request) {
        var path = request.getRequestURI();
        return path.startsWith("/assets/")
                || path.startsWith("/actuator/health")
                || path.equals("/favicon.ico")
                || path.equals("/error")
                || path.equals("/login") && request.getMethod().equals("GET");
    }

    private void enter(HttpServletRequest request, HttpServletResponse answer) {
        note(
                request,
                answer.getStatus(),
                answer.getHeader(HttpHeaders.CONTENT_DISPOSITION) == null
                        ? Map.of()
                        : Map.of("type", String.valueOf(answer.getContentType())));
    }

    private void note(HttpServletRequest request, int status, Map<String, Object> more) {
        var refs = new LinkedHashMap<>(more);
        var variables = variables(request);
        refs.putAll(variables);
        var ids = variables.values().stream()
                .flatMap(value -> Ids.parse(String.valueOf(value)).stream())
                .toList();
        var looked = Looked.all();
        // What the address names, if it is a case or the like; what belongs to just one is about that one.
        UUID about = ids.stream()
                .filter(looked::contains)
                .findFirst()
                .orElseGet(() -> looked.size() == 1
                        ? looked.iterator().next()
                        : ids.stream().findFirst().orElse(null));
        var reads = Set.of("GET", "HEAD", "OPTIONS").contains(request.getMethod());
        var denied = status == 401 || status == 403 || status == 404 && !ids.isEmpty();
        var kind = denied ? "denied" : !reads ? "act" : more.containsKey("type") ? "export" : "read";
        trail.note(reads, kind, request.getMethod() + " " + route(request), about, looked, refs, status);
        request.setAttribute(ENTERED, CurrentRequest.id().orElseThrow());
    }

    /** @throws HeldResponse.NotEntered if that, too, is impossible: an error of which there is no entry is not told as one */
    private void noteFailure(HttpServletRequest request, Exception failure) {
        try {
            note(request, HttpStatus.INTERNAL_SERVER_ERROR.value(), Map.of("failed", true));
        } catch (RuntimeException e) {
            e.addSuppressed(failure);
            throw new HeldResponse.NotEntered(e);
        }
    }

    /** The mapping, not the address: what stands in an address may be a token. */
    private static String route(HttpServletRequest request) {
        var pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        if (pattern != null) {
            return pattern.toString();
        }
        // Refused before it came to a mapping: the address, its ids aside, unless a secret may stand in it.
        var path = request.getRequestURI();
        if (path.startsWith("/i/") || path.startsWith("/s/")) {
            return path.substring(0, 3) + "{token}";
        }
        return ID.matcher(path)
                .replaceAll("{id}")
                .replaceAll("(%[0-9A-Fa-f]{2})+", "{text}")
                .replaceAll("[^A-Za-z0-9_/{}.-]", "");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> variables(HttpServletRequest request) {
        var found = new LinkedHashMap<String, Object>();
        var variables = (Map<String, String>) request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        if (variables != null) {
            variables.forEach((name, value) -> {
                if (ID.matcher(value).matches()
                        || CODES.contains(name) && CODE.matcher(value).matches()) {
                    found.put(name, value);
                }
            });
        } else {
            var id = ID.matcher(request.getRequestURI());
            if (id.find()) {
                found.put("id", id.group());
            }
        }
        return found;
    }

    private void undelivered(HttpServletRequest request) {
        try {
            trail.note(
                    true,
                    "undelivered",
                    request.getMethod() + " " + route(request),
                    null,
                    java.util.List.of(),
                    Map.of(),
                    null);
        } catch (RuntimeException e) {
            LOG.error("That an answer did not arrive could not be noted", e);
        }
    }

    static boolean inPieces(HttpServletResponse response) {
        var type = response.getContentType();
        return response.getHeader(HttpHeaders.CONTENT_DISPOSITION) != null
                || type != null && type.startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
    }
}
