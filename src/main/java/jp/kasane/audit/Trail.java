package jp.kasane.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.CurrentRequest;
import jp.kasane.foundation.Ids;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Where the application itself notes what no table tells: looks, denials, logins, exports. */
@Component
public class Trail {

    /** Ids of an answer that one entry names; an answer with more has several. */
    static final int SUBJECTS = 2000;

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    Trail(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * Notes in a transaction of its own, which has committed when this returns. Actor and request are those of the thread.
     *
     * @param look whether something was seen; otherwise something was done or refused
     * @param kind read, denied, export, act, login, logout, trail
     * @param what a route or a code, never what somebody typed
     * @param stream the case, consultation or matter it is about, or null; an id that is none is left out
     * @param subjects all of which something was in the answer; more than {@value #SUBJECTS} are noted in several entries
     * @param refs ids and codes
     * @param status of the answer, or null
     * @return the entry's id
     */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public UUID note(
            boolean look,
            String kind,
            String what,
            UUID stream,
            Collection<UUID> subjects,
            Map<String, Object> refs,
            Integer status) {
        var first = Ids.next();
        var all = List.copyOf(subjects);
        // One entry, unless there is more than one holds: then as many as it takes, with the same request.
        for (int from = 0; from == 0 || from < all.size(); from += SUBJECTS) {
            jdbc.sql(
                            "select audit.note(:id, :class, :kind, :what, :request, :stream, :subjects::uuid[], :refs::jsonb, :status)")
                    .param("id", from == 0 ? first : Ids.next())
                    .param("class", look ? "look" : "act")
                    .param("kind", kind)
                    .param("what", what)
                    .param("request", CurrentRequest.id().orElse(null))
                    .param("stream", stream)
                    .param(
                            "subjects",
                            all.subList(from, Math.min(from + SUBJECTS, all.size()))
                                    .toArray(UUID[]::new))
                    .param("refs", write(refs))
                    .param("status", status)
                    .query((row, number) -> first)
                    .single();
        }
        return first;
    }

    private String write(Map<String, Object> refs) {
        try {
            return json.writeValueAsString(refs);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
