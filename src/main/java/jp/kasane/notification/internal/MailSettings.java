package jp.kasane.notification.internal;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code kasane.mail.*}; the server itself is {@code spring.mail.*}. The defaults are Kasane's own: twelve attempts, with pauses
 * of 1, 2, 4, … minutes and at most twelve hours, take a mail through a night without its server.
 *
 * @param from the sender; needed with a mail server of one's own
 */
@ConfigurationProperties("kasane.mail")
record MailSettings(
        String from,
        @DefaultValue("12") int attempts,
        @DefaultValue("1m") Duration firstPause,
        @DefaultValue("12h") Duration longestPause) {}
