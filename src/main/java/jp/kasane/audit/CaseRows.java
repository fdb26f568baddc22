package jp.kasane.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Which rows belong to a case, table by table, to be given out whole: as they are in the database, as far as the acting user sees them. */
final class CaseRows {

    private CaseRows() {}

    private static final String CONSULTATIONS = "(select c.id from kasane.consultation c where c.case_id = :case)";
    private static final String OF_CASE = "t.case_id = :case";
    private static final String OF_CONSULTATION = "t.consultation_id in " + CONSULTATIONS;
    private static final String OF_STREAM = "t.stream_id = any (:streams::uuid[])";

    /** In the order somebody would read them. */
    static final Map<String, String> TABLES = new LinkedHashMap<>();

    static {
        TABLES.put("case_file", "t.id = :case");
        of(OF_CASE, "case_origin", "case_seat", "household", "household_member", "member_concern");
        TABLES.put("member_address", OF_CASE + " and (:concealed or not t.concealed)");
        of(OF_CASE, "involved_agency", "ecomap_node", "ecomap_tie", "consent", "consultation");
        TABLES.put("consultation_address", OF_CONSULTATION + " and (:concealed or not t.concealed)");
        of(OF_CONSULTATION, "consultation_concern", "outside_sheet", "referral");
        of(OF_CASE, "assessment", "strength_sheet", "meeting", "meeting_attendee", "meeting_draft");
        TABLES.put(
                "sitting",
                "t.id in (select unnest(array [m.sitting_id, m.put_off_from]) from kasane.meeting m where m.case_id = :case)");
        of(OF_CASE, "plan", "role_allocation", "role_report", "contact", "review", "watch_check", "participation");
        of(OF_CASE, "participation_step", "resource_gap", "case_change", "closure", "case_document", "issued_paper");
        TABLES.put(
                "issued_paper_address",
                OF_CASE
                        + " and (:concealed or not exists (select from kasane.consultation c where c.id = t.consultation_id and c.address_concealed))");
        of(OF_CASE, "handover_note", "community_issue_case", "emergency_access");
        of(OF_CONSULTATION, "roster_person", "roster_visit");
        of(OF_STREAM, "decision", "deadline", "erasure");
        TABLES.put(
                "deadline_escalation",
                "t.deadline_id in (select d.id from kasane.deadline d where d.stream_id = any (:streams::uuid[]))");
        of(OF_CASE, "open_task");
        of(OF_STREAM, "outbox");
        TABLES.put("task_claim", "t.task_id in (select o.task_id from kasane.open_task o where o.case_id = :case)");
    }

    private static void of(String where, String... tables) {
        for (var table : tables) {
            TABLES.put(table, where);
        }
    }

    /**
     * What names a case and is not given out: what is made from the rest (search), what is somebody's own (drafts, what they watch, what they
     * were told), what belongs to another matter; events and submissions have places of their own in the file.
     */
    static final Set<String> LEFT_OUT = Set.of(
            "case_event",
            "submission",
            "stream",
            "stream_word",
            "person_key",
            "match_to_tell",
            "match_answer",
            "task_tag",
            "task_to_enter",
            "draft",
            "watch",
            "notification",
            "webhook_event",
            "community_issue_step",
            "agenda_item",
            "network_record");

    /** What the engine did for it, by what tells it (V48). */
    static final Map<String, String> ENGINE = new LinkedHashMap<>();

    static {
        ENGINE.put(
                "process_instance",
                "select to_jsonb(t)::text from engine.instances_of_case(:case) t order by t.started_at, t.key");
        ENGINE.put(
                "element_instance",
                "select to_jsonb(t)::text from engine.elements_of_case(:case) t order by t.started_at, t.key");
        ENGINE.put("sequence_flow", "select to_jsonb(t)::text from engine.flows_of_case(:case) t order by t.position");
        ENGINE.put(
                "user_task",
                "select to_jsonb(t)::text from engine.tasks_of_case(:case) t order by t.created_at, t.key");
        for (var table : new String[] {"incident", "variable"}) {
            ENGINE.put(
                    table,
                    """
                    select to_jsonb(t)::text from engine.instances_of_case(:case) p
                    join engine.%s t on t.epoch = p.epoch and t.process_instance_key = p.key order by t.key
                    """
                            .formatted(table));
        }
    }
}
