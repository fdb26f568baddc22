package jp.kasane.model;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits of a dry run, which plays diagrams that nobody has checked yet. All ours.
 *
 * @param patience how long one may take in all; then its programs are ended
 * @param memory of each of its two programs at most, in MB
 */
@ConfigurationProperties("kasane.dry-run")
record DryRunSettings(@DefaultValue("PT10M") Duration patience, @DefaultValue("512") int memory) {

    DryRunSettings {
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("kasane.dry-run.patience: longer than nothing");
        }
        if (memory < 256) {
            throw new IllegalArgumentException("kasane.dry-run.memory: 256 MB at least");
        }
    }
}
