package jp.kasane.document;

import java.time.Instant;
import java.util.UUID;

/**
 * @param sizeBytes of the content
 * @param scanned a scanner looked at it before it was taken in
 * @param voidedAt when it was taken back (取消), with the reason; its content is not given out any more
 */
public record CaseDocument(
        UUID id,
        UUID caseId,
        String title,
        String fileName,
        String mediaType,
        long sizeBytes,
        String sha256,
        boolean scanned,
        Instant addedAt,
        String addedBy,
        Instant voidedAt,
        String voidedBy,
        String voidReason) {

    /** 512 B, 34 KB, 1.2 MB: in steps of 1024. */
    public String size() {
        if (sizeBytes < 1024) {
            return sizeBytes + " B";
        }
        return sizeBytes < 1024 * 1024
                ? Math.round(sizeBytes / 1024.0) + " KB"
                : Math.round(sizeBytes / 1024.0 / 1024.0 * 10) / 10.0 + " MB";
    }
}
