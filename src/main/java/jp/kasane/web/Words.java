package jp.kasane.web;

import java.util.Locale;
import jp.kasane.casefile.Timeline;
import jp.kasane.engine.RunningDiagrams;
import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.stereotype.Component;

/** The words of codes: {@code of('phase', 'plan')} is the message {@code phase.plan}. A code without a word shows itself. */
@Component("words")
class Words {

    private final MessageSource messages;
    private final RunningDiagrams diagrams;

    Words(MessageSource messages, RunningDiagrams diagrams) {
        this.messages = messages;
        this.diagrams = diagrams;
    }

    public String of(String group, Object code) {
        if (code == null) {
            return "";
        }
        var word = messages.getMessage(group + "." + code, null, null, LocaleContextHolder.getLocale());
        if (word != null) {
            return word;
        }
        // A step the municipality has added itself is called what its diagram calls it.
        return group.equals("step") ? diagrams.label(code.toString()).orElse(code.toString()) : code.toString();
    }

    /** A code the municipality has a name of its own for: that name in Japanese, the message where there is one in another language. */
    public String of(String group, Object code, String name) {
        var locale = LocaleContextHolder.getLocale();
        return locale.getLanguage().equals("ja") ? name : messages.getMessage(group + "." + code, null, name, locale);
    }

    public String concern(String code) {
        return of("concern", code);
    }

    /** Who did something. What Kasane did by itself has no name of a person's: it is called in the reader's language. */
    public String person(String name) {
        return name.equals(messages.getMessage("actor.system", null, Locale.JAPANESE))
                ? messages.getMessage("actor.system", null, LocaleContextHolder.getLocale())
                : name;
    }

    /**
     * What was looked at, of a request as the trail names it ({@code GET /cases/{id}/history} is the message
     * {@code looked.cases.id.history}, and the same by the API); null for what has no word of its own.
     */
    public String looked(String request) {
        var path = request.replaceFirst("^[A-Z]+ (/api/v1)?/?", "").replaceAll("[{}]", "");
        var word = messages.getMessage("looked." + path.replace('/', '.'), null, null, LocaleContextHolder.getLocale());
        return word == null || !request.contains(" /api/") ? word : word + " (API)";
    }

    /** What happened, in one line. */
    public String event(Timeline.Entry event) {
        var word = of("event", event.kind());
        if (event.kind().equals("step.submitted")
                || event.kind().equals("submission.corrected")
                || event.kind().equals("submission.voided")
                || event.kind().equals("step.completed-elsewhere")) {
            var step = event.step() != null
                    ? event.step()
                    : event.refs().path("step").asText();
            return word + "：" + of("step", step);
        }
        if (event.kind().equals("deadline.reached")) {
            return of("rung", event.refs().path("rung").asText()) + "："
                    + of("step", event.refs().path("step").asText());
        }
        if (event.kind().equals("decision.made")) {
            return word + "：" + of("decision", event.refs().path("decision").asText());
        }
        if (event.refs().hasNonNull("outcome")) {
            return word + "（" + of("outcome", event.refs().get("outcome").asText()) + "）";
        }
        return word;
    }
}
