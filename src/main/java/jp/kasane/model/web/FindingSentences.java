package jp.kasane.model.web;

import java.util.List;
import jp.kasane.model.Finding;
import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.stereotype.Component;

/** Findings in the language of whoever asks. */
@Component
class FindingSentences {

    private final MessageSource messages;

    FindingSentences(MessageSource messages) {
        this.messages = messages;
    }

    /** @param severity error, warning or note */
    record Told(String elementId, String elementName, String code, String severity, String sentence) {}

    List<Told> of(List<Finding> findings) {
        return findings.stream()
                .map(finding -> {
                    var args = new java.util.ArrayList<Object>(finding.args());
                    args.addFirst(finding.elementName());
                    return new Told(
                            finding.elementId(),
                            finding.elementName(),
                            finding.code(),
                            finding.severity().name().toLowerCase(java.util.Locale.ROOT),
                            messages.getMessage(
                                    "model.finding." + finding.code(),
                                    args.toArray(),
                                    LocaleContextHolder.getLocale()));
                })
                .toList();
    }
}
