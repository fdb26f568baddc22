package jp.kasane.foundation;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Where people reach this installation ({@code kasane.base-url}): what links in mails, calendars and papers begin with. */
@Component
public class PublicAddress {

    private final String base;

    PublicAddress(@Value("${kasane.base-url:http://localhost:${server.port}}") String base) {
        this.base = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    }

    /** @param path beginning with a slash */
    public String of(String path) {
        return base + path;
    }
}
