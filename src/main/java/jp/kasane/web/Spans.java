package jp.kasane.web;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.stereotype.Component;

/** How long something took, in the two largest units that say something (3日2時間); web/src/replay.ts writes the same. */
@Component("spans")
class Spans {

    private final MessageSource messages;
    private final Clock clock;

    Spans(MessageSource messages, Clock clock) {
        this.messages = messages;
        this.clock = clock;
    }

    /** @param to null for what goes on */
    public String of(Instant from, Instant to) {
        var span = Duration.between(from, to == null ? clock.instant() : to);
        if (span.isNegative()) {
            span = Duration.ZERO;
        }
        if (span.toDays() > 0) {
            return word("span.days", span.toDays(), span.toHoursPart());
        }
        if (span.toHours() > 0) {
            return word("span.hours", span.toHours(), span.toMinutesPart());
        }
        return span.toMinutes() > 0
                ? word("span.minutes", span.toMinutes(), span.toSecondsPart())
                : word("span.seconds", span.toSeconds(), 0);
    }

    private String word(String key, long many, long few) {
        return messages.getMessage(key, new Object[] {many, few}, LocaleContextHolder.getLocale());
    }
}
