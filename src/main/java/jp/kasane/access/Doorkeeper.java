package jp.kasane.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Stands around everything that is asked, within what knows who asks and outside of what decides whether they may: it sees refusals
 * as well. The trail is kept there (jp.kasane.audit).
 */
public interface Doorkeeper {

    void letThrough(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException;
}
