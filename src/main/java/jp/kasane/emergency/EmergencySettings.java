package jp.kasane.emergency;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code kasane.emergency.*}; the default is Kasane's own.
 *
 * @param hours for how many whole hours a case stays open, 1 to 168
 */
@ConfigurationProperties("kasane.emergency")
public record EmergencySettings(@DefaultValue("12") int hours) {

    public EmergencySettings {
        if (hours < 1 || hours > 168) {
            throw new IllegalArgumentException("kasane.emergency.hours must be 1 to 168, not " + hours);
        }
    }
}
