package jp.kasane.document;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.document.internal.Contents;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The documents of cases, as far as the acting user may see them. */
@Component
@Transactional
public class Documents implements CaseSection {

    private static final String SELECT =
            """
            select d.id, d.case_id, d.title, d.file_name, d.media_type, d.size_bytes, d.sha256, d.scanned, d.added_at,
                   u.display_name as added_by, d.voided_at, v.display_name as voided_by, d.void_reason
            from kasane.case_document d left join kasane.app_user u on u.id = d.added_by left join kasane.app_user v on v.id = d.voided_by
            """;

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Streams streams;
    private final Contents contents;
    private final DocumentSettings settings;
    private final Clock clock;

    Documents(
            JdbcClient jdbc, Cases cases, Streams streams, Contents contents, DocumentSettings settings, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.streams = streams;
        this.contents = contents;
        this.settings = settings;
        this.clock = clock;
    }

    /** A document with its content. */
    public record Content(CaseDocument document, byte[] bytes) {}

    /** The files of documents whose rows are taken out in this transaction: they go once it has committed, and stay if it does not. */
    public void forget(List<UUID> ids) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                ids.forEach(contents::drop);
            }
        });
    }

    public boolean mayAdd(UUID caseId) {
        var actor = Acting.required();
        return Set.of("coordinator", "member", "manager", "reception").stream().anyMatch(actor::has)
                && !cases.required(caseId).closed();
    }

    /**
     * Takes a file in.
     *
     * @param title what it is; empty for the file's name
     * @throws Refusal.Invalid if the file is not let in (type, size, scanner), with the sentence why; nothing is kept then
     * @throws Refusal.Conflict for a closed case
     * @throws Refusal.Forbidden if the acting user only looks
     */
    public UUID add(UUID caseId, String title, String fileName, byte[] content) {
        var file = cases.required(caseId);
        if (!mayAdd(caseId)) {
            if (file.closed()) {
                throw new Refusal.Conflict("このケースは終結しています。");
            }
            throw new Refusal.Forbidden("書類を加える役割ではありません。");
        }
        var accepted = contents.accept(fileName, content);
        var called = title == null || title.isBlank() ? accepted.name() : title.strip();
        if (called.length() > 200) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("title", "書類の名前", "は 200 字までで入力してください。")));
        }
        var id = Ids.next();
        // Before the lock: a scanner takes its time.
        contents.keep(id, content);
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                if (status != STATUS_COMMITTED) {
                    contents.drop(id);
                }
            }
        });
        streams.lock(caseId);
        jdbc.sql(
                        """
                        insert into kasane.case_document (id, municipality_id, case_id, title, file_name, media_type, size_bytes, sha256, scanned,
                            added_at, added_by)
                        values (:id, kasane.my_municipality(), :case, :title, :name, :type, :size, :sha256, :scanned, :now, kasane.acting_user())
                        """)
                .param("id", id)
                .param("case", caseId)
                .param("title", called)
                .param("name", accepted.name())
                .param("type", accepted.mediaType())
                .param("size", content.length)
                .param("sha256", accepted.sha256())
                .param("scanned", settings.scans())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(caseId, CaseEvent.now("document.added", clock.instant(), Map.of("documentId", id)));
        return id;
    }

    /** 取消: it stays in the list, struck through, with the reason; its content is not given out any more. */
    public void voidIt(UUID id, String reason) {
        var document = required(id);
        if (!mayAdd(document.caseId())) {
            throw new Refusal.Forbidden("書類を取り消す役割ではないか、ケースが終結しています。");
        }
        if (reason == null || reason.isBlank() || reason.length() > 500) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("reason", "取り消す理由", "を 500 字までで入力してください。")));
        }
        streams.lock(document.caseId());
        int voided = jdbc.sql(
                        """
                        update kasane.case_document set voided_at = :now, voided_by = kasane.acting_user(), void_reason = :reason
                        where id = :id and voided_at is null
                        """)
                .param("id", id)
                .param("reason", reason.strip())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (voided == 0) {
            throw new Refusal.Conflict("この書類は、もう取り消されています。");
        }
        streams.append(document.caseId(), CaseEvent.now("document.voided", clock.instant(), Map.of("documentId", id)));
    }

    @Transactional(readOnly = true)
    public CaseDocument required(UUID id) {
        return jdbc.sql(SELECT + "where d.id = :id")
                .param("id", id)
                .query(CaseDocument.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("書類"));
    }

    /** @throws Refusal.Conflict if it was taken back, or its content is not what was taken in */
    @Transactional(readOnly = true)
    public Content content(UUID id) {
        var document = required(id);
        if (document.voidedAt() != null) {
            throw new Refusal.Conflict("この書類は取り消されています。");
        }
        return new Content(document, contents.read(id, document.sha256()));
    }

    /** The newest first, those taken back included. */
    @Override
    @Transactional(readOnly = true)
    public List<CaseDocument> of(UUID caseId) {
        return jdbc.sql(SELECT + "where d.case_id = :id order by d.added_at desc, d.id desc")
                .param("id", caseId)
                .query(CaseDocument.class)
                .list();
    }

    @Override
    public String key() {
        return "documents";
    }

    @Override
    public int order() {
        return 65;
    }
}
