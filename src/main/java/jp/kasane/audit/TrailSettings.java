package jp.kasane.audit;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@code kasane.trail.*}; the defaults are Kasane's own.
 *
 * @param anchors directory that anchors are written to, beside the key they are signed with; best on another machine's disk
 * @param anchorEvery how often; nothing is written while nothing was sealed
 * @param nightFrom hour of the day, in Japan, from which a look counts as one at night
 * @param nightTo hour until which it does
 * @param mass different cases that somebody opens within an hour from which it is pointed out
 * @param exports directory in which a case's sealed file lies until it is fetched; emptied at every start
 * @param keepExports how long it lies there
 * @param exportDocuments up to how much the documents of a case come with it, all together; what goes beyond is named in it and left out
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
        @DefaultValue("30") int mass,
        @DefaultValue("data/exports") Path exports,
        @DefaultValue("PT1H") Duration keepExports,
        @DefaultValue("200MB") DataSize exportDocuments) {}
