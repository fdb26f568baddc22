package jp.kasane.audit;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code kasane.trail.*}; the defaults are Kasane's own.
 *
 * @param anchors directory that anchors are written to, beside the key they are signed with; best on another machine's disk
 * @param anchorEvery how often; nothing is written while nothing was sealed
 * @param nightFrom hour of the day, in Japan, from which a look counts as one at night
 * @param nightTo hour until which it does
 * @param mass different cases that somebody opens within an hour from which it is pointed out
 * @param verifyAt cron (Japan's time) of the verification of the whole chain
 * @param dropAt cron (Japan's time) at which months whose time is over go
 */
@ConfigurationProperties("kasane.trail")
public record TrailSettings(
        @DefaultValue("data/anchors") Path anchors,
        @DefaultValue("PT10M") Duration anchorEvery,
        @DefaultValue("0 30 3 * * *") String verifyAt,
        @DefaultValue("0 15 4 * * *") String dropAt,
        @DefaultValue("21") int nightFrom,
        @DefaultValue("7") int nightTo,
        @DefaultValue("30") int mass) {}
