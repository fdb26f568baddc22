package jp.kasane.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import jp.kasane.engine.RunningDiagrams;
import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.stereotype.Component;

/** A diagram's labels are Japanese, as the municipality draws them; another language has words where Kasane knows the element. */
@Component("diagramWords")
class DiagramWords {

    private final MessageSource messages;
    private final ObjectMapper json;

    DiagramWords(MessageSource messages, ObjectMapper json) {
        this.messages = messages;
        this.json = json;
    }

    public String process(String id, String label) {
        return word("process." + id, label);
    }

    public String element(String id, String label) {
        return word("step." + id, label);
    }

    private String word(String key, String label) {
        var locale = LocaleContextHolder.getLocale();
        return locale.getLanguage().equals("ja") ? label : messages.getMessage(key, null, label, locale);
    }

    /** What the island marks. */
    public String active(List<RunningDiagrams.Active> active) {
        return write(active.stream()
                .map(one -> Map.of("elementId", one.elementId(), "count", one.count()))
                .toList());
    }

    public String active(String elementId) {
        return write(List.of(Map.of("elementId", elementId, "count", 1)));
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
