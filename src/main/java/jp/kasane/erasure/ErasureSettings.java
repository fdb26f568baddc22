package jp.kasane.erasure;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * {@code kasane.erasure.*}.
 *
 * @param keepYears whole years after its closure that the municipality's own rules keep a case for; null, Kasane's default: nobody has said
 *     so, and nothing can be erased because its time is over
 */
@ConfigurationProperties("kasane.erasure")
public record ErasureSettings(Integer keepYears) {

    public ErasureSettings {
        if (keepYears != null && (keepYears < 1 || keepYears > 100)) {
            throw new IllegalArgumentException("kasane.erasure.keep-years must be 1 to 100, not " + keepYears);
        }
    }
}
