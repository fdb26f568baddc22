package jp.kasane.casefile;

import java.util.UUID;

/** A module's part of the case page and of {@code GET /api/v1/cases/{id}}. */
public interface CaseSection {

    /** Name in the JSON, and of the template {@code sections/<key>.html}. */
    String key();

    int order();

    /** What the acting user may see of it; null or empty for nothing. */
    Object of(UUID caseId);

    /** The same as far as the page shows it at once: of what grows for years, the newest. */
    default Object onPage(UUID caseId) {
        return of(caseId);
    }

    /** The same beside a form, where only a few fit: of what grows for years, the newest few. */
    default Object besideForm(UUID caseId) {
        return of(caseId);
    }
}
