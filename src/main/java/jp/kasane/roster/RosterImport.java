package jp.kasane.roster;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What became of a file.
 *
 * @param rows that were not empty, without the heading
 * @param added good and new
 * @param already good, and on the list before: left as they are
 * @param refused with at least one mistake
 * @param ignoredColumns letters of columns that are none of the list's
 * @param errors in the order of the file
 */
public record RosterImport(
        UUID id,
        UUID rosterId,
        String roster,
        String fileName,
        int rows,
        int added,
        int already,
        int refused,
        List<String> ignoredColumns,
        Instant importedAt,
        String importedBy,
        List<Mistake> errors) {

    /**
     * @param row as the file numbers it: the heading is row 1 where nothing stands above it
     * @param field number, name, kana, birthDate, address, phone, agency, note or row
     * @param reason a code, {@code roster.reason.<code>}; never what stood there
     */
    public record Mistake(int row, String field, String reason) {}
}
