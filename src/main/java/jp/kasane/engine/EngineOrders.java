package jp.kasane.engine;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.outbox.Outbox;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What the modules ask of the engine. Everything goes through the outbox, in the order in which it happened to the case. */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class EngineOrders {

    private final Outbox outbox;
    private final JdbcClient jdbc;
    private final ObjectProvider<Companion> companions;

    EngineOrders(Outbox outbox, JdbcClient jdbc, ObjectProvider<Companion> companions) {
        this.outbox = outbox;
        this.jdbc = jdbc;
        this.companions = companions;
    }

    /** Completes a user task. The engine gets the id of what was submitted, nothing else. */
    public void completeTask(EngineTask task, UUID submissionId) {
        outbox.add(task.streamId(), "complete-task", new CompleteTask(task.id(), task.key(), submissionId));
    }

    /** Starts the process that carries a consultation. */
    public void startConsultation(UUID consultationId) {
        outbox.add(
                consultationId, "publish-message", start("consultation-received", "consultationId", consultationId, 0));
    }

    /** Starts the process that carries a case, where the case stands. */
    public void startCase(UUID caseId) {
        outbox.add(caseId, "publish-message", start("case-opened", "caseId", caseId, 0));
    }

    /** Starts many cases at once, in this order; whatever people do meanwhile goes before them. */
    public void startCases(List<UUID> cases) {
        var orders = new LinkedHashMap<UUID, PublishMessage>();
        cases.forEach(id -> orders.put(id, start("case-opened", "caseId", id, 0)));
        outbox.addUnhurried("publish-message", orders);
    }

    /** Starts the process that carries a matter: its kind is the process's id. */
    public void startMatter(UUID matterId, String kind) {
        outbox.add(matterId, "publish-message", startOfMatter(kind, matterId, 0));
    }

    /** Starts many of a kind at once, in this order; whatever people do meanwhile goes before them. */
    public void startMatters(List<UUID> matters, String kind) {
        var orders = new LinkedHashMap<UUID, PublishMessage>();
        matters.forEach(matter -> orders.put(matter, startOfMatter(kind, matter, 0)));
        outbox.addUnhurried("publish-message", orders);
    }

    /**
     * Starts an instance of its own beside the case: an invitation, a role. Every call is an order of its own (an agency is invited
     * again to another day within the hour); once per seat of the case is the caller's to see to, who asks {@link #seat}.
     *
     * @param variables ids and codes beside the case's id and the instance's key
     */
    public void startCompanion(UUID caseId, String message, String processId, UUID id, Map<String, String> variables) {
        var all = new HashMap<>(variables);
        all.put("caseId", caseId.toString());
        all.put("instanceKey", id.toString());
        outbox.add(
                caseId,
                "publish-message",
                new PublishMessage(message, id.toString(), id + ":" + Ids.next(), 3600, all, processId));
    }

    /** How often the stream's instances were ended and started again. */
    public int seat(UUID streamId) {
        return jdbc.sql("select seat from kasane.stream where id = :id")
                .param("id", streamId)
                .query(Integer.class)
                .single();
    }

    /** Knocks: tells an instance that a deadline was reached. It asks the database which. */
    public void deadlineReached(UUID streamId, String instanceKey) {
        knock(streamId, "deadline-reached", instanceKey);
    }

    /**
     * Knocks: a message without content, for whoever asks the database what has changed. Heard by one running instance; lost after
     * a minute if that one does not wait for it.
     */
    public void knock(UUID streamId, String message, String instanceKey) {
        knock(streamId, message, instanceKey, 60);
    }

    /** A knock that an instance has to hear which may still be on its way to where it listens: it waits for an hour. */
    public void knockPatiently(UUID streamId, String message, String instanceKey) {
        knock(streamId, message, instanceKey, 3600);
    }

    private void knock(UUID streamId, String message, String instanceKey, long seconds) {
        outbox.add(
                streamId,
                "publish-message",
                new PublishMessage(message, instanceKey, instanceKey + ":" + Ids.next(), seconds, Map.of(), null));
    }

    /** Ends the stream's instances and starts it again where the database says it stands. */
    public void reseat(UUID streamId) {
        var stream = jdbc.sql("update kasane.stream set seat = seat + 1 where id = :id returning seat, kind")
                .param("id", streamId)
                .query((row, n) -> Map.entry(row.getInt("seat"), row.getString("kind")))
                .single();
        outbox.add(streamId, "re-seat", Map.of());
        outbox.add(
                streamId,
                "publish-message",
                switch (stream.getValue()) {
                    case "case" -> start("case-opened", "caseId", streamId, stream.getKey());
                    case "consultation" -> start("consultation-received", "consultationId", streamId, stream.getKey());
                    default -> startOfMatter(stream.getValue(), streamId, stream.getKey());
                });
        companions.forEach(companion -> companion.startAgain(streamId));
    }

    /** Ends the stream's instances for good, those beside it (roles, invitations) included: nothing starts again. */
    public void end(UUID streamId) {
        jdbc.sql("update kasane.stream set seat = seat + 1 where id = :id")
                .param("id", streamId)
                .update();
        outbox.add(streamId, "re-seat", Map.of());
    }

    private static PublishMessage startOfMatter(String kind, UUID id, int seat) {
        return start(kind + "-started", "matterId", id, seat, kind);
    }

    private static PublishMessage start(String message, String idName, UUID id, int seat) {
        return start(message, idName, id, seat, message.equals("case-opened") ? "support-case" : "consultation");
    }

    private static PublishMessage start(String message, String idName, UUID id, int seat, String process) {
        return new PublishMessage(
                message,
                id.toString(),
                id + ":" + seat,
                3600,
                Map.of(idName, id.toString(), "instanceKey", id.toString()),
                process);
    }

    record CompleteTask(UUID taskId, long key, UUID submissionId) {}

    /**
     * @param messageId makes a repeated publication harmless while the first is buffered; null for a knock
     * @param timeToLive seconds
     * @param starts the process a start message starts: looked for in the projection before sending again
     */
    record PublishMessage(
            String name,
            String correlationKey,
            String messageId,
            long timeToLive,
            Map<String, String> variables,
            String starts) {}
}
