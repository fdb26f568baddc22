package jp.kasane.municipality;

import java.util.Map;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/** What titles and things are called in the municipality of the acting user, asked once for a whole page. */
@Component
class MunicipalWords {

    private static final String KEPT = MunicipalWords.class.getName();

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    MunicipalWords(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    private record Word(String key, String word) {}

    /** By key; empty before anybody has signed in. Keys of titles and names are different ones. */
    @SuppressWarnings("unchecked")
    Map<String, String> own() {
        var actor = Acting.current();
        if (actor.isEmpty()) {
            return Map.of();
        }
        var request = RequestContextHolder.getRequestAttributes();
        if (request == null) {
            return read();
        }
        var kept = request.getAttribute(KEPT, RequestAttributes.SCOPE_REQUEST);
        if (kept == null) {
            kept = read();
            request.setAttribute(KEPT, kept, RequestAttributes.SCOPE_REQUEST);
        }
        return (Map<String, String>) kept;
    }

    private Map<String, String> read() {
        return transaction.execute(tx -> jdbc
                .sql(
                        "select key, word from kasane.municipal_word where municipality_id = (select kasane.my_municipality())")
                .query(Word.class)
                .stream()
                .collect(Collectors.toMap(Word::key, Word::word)));
    }
}
