package jp.kasane.access;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code kasane.outside.*}: how often pages that need no account are opened and sent. The first values are Kasane's own.
 *
 * @param looksPerAddress pages opened by one address in ten minutes
 * @param sendsPerAddress forms sent by one address in ten minutes
 * @param sendsPerLink forms sent by one link in an hour, from wherever
 */
@ConfigurationProperties("kasane.outside")
record OutsideLimits(
        @DefaultValue("120") int looksPerAddress,
        @DefaultValue("20") int sendsPerAddress,
        @DefaultValue("60") int sendsPerLink) {}
