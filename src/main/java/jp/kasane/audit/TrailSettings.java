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
 * @param verifyAt cron (Japan's time) of the verification of the whole chain
 */
@ConfigurationProperties("kasane.trail")
public record TrailSettings(
        @DefaultValue("data/anchors") Path anchors,
        @DefaultValue("PT10M") Duration anchorEvery,
        @DefaultValue("0 30 3 * * *") String verifyAt) {}
