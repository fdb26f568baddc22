package jp.kasane.migration;

import java.util.List;
import java.util.UUID;

/**
 * What a file does, or would do.
 *
 * @param dryRun nothing was written
 * @param rows without the heading and empty ones
 * @param added new cases; none where there is any mistake
 * @param members people of the new cases
 * @param already cases that had been imported before: left as they are
 * @param ignoredColumns letters of columns that are none of the list's
 * @param matches new cases with somebody who may be known already
 */
public record CaseImport(
        boolean dryRun,
        int rows,
        int added,
        int members,
        int already,
        List<String> ignoredColumns,
        List<Mistake> mistakes,
        List<Likeness> matches) {

    /**
     * @param field as {@code migration.field.<field>}
     * @param reason a code, {@code migration.reason.<code>}; never what stood there
     */
    public record Mistake(int row, String field, String reason) {}

    /**
     * @param row of the first person of the new case
     * @param otherCase null: another one of this file, or not seen
     */
    public record Likeness(
            int row, String oldNumber, List<String> reasons, UUID otherCase, String otherNumber, String agency) {}
}
