package jp.kasane.household;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** 情報収集・世帯の把握: information from household and agencies, seen as one household (002, L2079-81). */
@Component
class GatherInformation implements StepHandler {

    private final JdbcClient jdbc;
    private final Households households;
    private final MemberRows rows;
    private final Moves moves;
    private final Agencies agencies;
    private final Cases cases;

    GatherInformation(
            JdbcClient jdbc, Households households, MemberRows rows, Moves moves, Agencies agencies, Cases cases) {
        this.moves = moves;
        this.jdbc = jdbc;
        this.rows = rows;
        this.households = households;
        this.agencies = agencies;
        this.cases = cases;
    }

    @Override
    public String formId() {
        return "gather-information";
    }

    /** The household as far as it is known: from an earlier round, or from the consultation's one person. */
    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var prefill = new LinkedHashMap<String, Object>();
        var household = households.ofCase(caseId);
        household.ifPresent(known -> {
            prefill.put("householdName", known.name());
            prefill.put("gathered", known.gathered());
            prefill.put(
                    "members",
                    known.members().stream().map(GatherInformation::row).toList());
            prefill.put(
                    "agencies",
                    known.agencies().stream()
                            .map(agency -> Map.of(
                                    "agency", agency.agencyCode(),
                                    "relation", agency.relation(),
                                    "note", agency.note() == null ? "" : agency.note()))
                            .toList());
        });
        if (household.isEmpty()) {
            jdbc.sql(
                            """
                            select c.subject_name, c.subject_kana, c.subject_label, x.address as subject_address, c.address_concealed,
                                   (select array_agg(k.concern) from kasane.consultation_concern k where k.consultation_id = c.id) as concerns,
                                   (select k.concern from kasane.consultation_concern k where k.consultation_id = c.id and k.main) as main
                            from kasane.consultation c left join kasane.consultation_address x on x.consultation_id = c.id
                            where c.case_id = :id order by c.occurred_at limit 1
                            """)
                    .param("id", caseId)
                    .query((row, n) -> {
                        var member = new LinkedHashMap<String, Object>();
                        put(member, "name", row.getString("subject_name"));
                        put(member, "kana", row.getString("subject_kana"));
                        put(member, "label", row.getString("subject_label"));
                        put(member, "address", row.getString("subject_address"));
                        put(member, "mainConcern", row.getString("main"));
                        member.put("addressConcealed", row.getBoolean("address_concealed"));
                        member.put("subject", true);
                        if (row.getArray("concerns") != null) {
                            member.put("concerns", List.of((String[])
                                    row.getArray("concerns").getArray()));
                        }
                        return member;
                    })
                    .optional()
                    .ifPresent(member -> prefill.put("members", List.of(member)));
        }
        return prefill;
    }

    private static Map<String, Object> row(Household.Member member) {
        var row = new LinkedHashMap<String, Object>();
        row.put("memberId", member.id().toString());
        put(row, "name", member.name());
        put(row, "kana", member.kana());
        put(row, "label", member.label());
        row.put("relation", member.relation());
        put(
                row,
                "birthDate",
                member.birthDate() == null ? null : member.birthDate().toString());
        row.put("subject", member.subject());
        put(row, "address", member.address());
        row.put("addressConcealed", member.addressConcealed());
        row.put("concerns", member.concerns());
        put(row, "mainConcern", member.mainConcern());
        return row;
    }

    private static void put(Map<String, Object> row, String key, Object value) {
        if (value != null) {
            row.put(key, value);
        }
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        check(s);
        write(
                s,
                households.members(s.caseId()).stream()
                        .map(Household.Member::id)
                        .collect(Collectors.toSet()));
        return goOn(s);
    }

    /** The other way is taken from here; people who were added since stay all the same. */
    @Override
    public Map<String, Object> applyAnew(Recorded before, Submission after) {
        check(after);
        write(after, idsOf(filled(before)));
        return goOn(after);
    }

    private Map<String, Object> goOn(Submission s) {
        boolean sheet = s.flag("strengthSheet");
        cases.moveTo(s.caseId(), "assessment", sheet ? "strengths" : "assess");
        return Map.of("outcome", sheet ? "strengths" : "assess");
    }

    private void write(Submission s, Set<UUID> before) {
        jdbc.sql(
                        """
                        insert into kasane.household (case_id, municipality_id, name, gathered) values (:id, kasane.my_municipality(), :name, :gathered)
                        on conflict (case_id) do update set name = excluded.name, gathered = excluded.gathered
                        """)
                .param("id", s.caseId())
                .param("name", s.text("householdName"))
                .param("gathered", s.text("gathered"))
                .update();
        members(s, before);
        jdbc.sql("delete from kasane.involved_agency where case_id = :id")
                .param("id", s.caseId())
                .update();
        for (var entry : s.data().path("agencies")) {
            jdbc.sql(
                            """
                            insert into kasane.involved_agency (case_id, municipality_id, agency_id, relation, note)
                            values (:id, kasane.my_municipality(), :agency, :relation, :note)
                            on conflict (case_id, agency_id) do update set relation = excluded.relation, note = excluded.note
                            """)
                    .param("id", s.caseId())
                    .param("agency", agencies.idOf(entry.get("agency").asText()))
                    .param("relation", entry.get("relation").asText())
                    .param("note", Submission.text(entry, "note"))
                    .update();
        }
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("strengthSheet");
    }

    /** New people got their ids when they were recorded: with those the corrected form names the same people. */
    @Override
    public ObjectNode filled(Recorded before) {
        var data = before.submission().data().deepCopy();
        name(before.caseId(), data);
        return data;
    }

    private void name(UUID caseId, ObjectNode data) {
        var unnamed = new ArrayList<>(households.members(caseId));
        for (var entry : data.path("members")) {
            unnamed.removeIf(member -> member.id().toString().equals(Submission.text(entry, "memberId")));
        }
        for (var entry : data.path("members")) {
            if (Submission.text(entry, "memberId") == null) {
                unnamed.stream()
                        .filter(member -> Objects.equals(member.name(), Submission.text(entry, "name"))
                                && Objects.equals(member.label(), Submission.text(entry, "label")))
                        .findFirst()
                        .ifPresent(member -> {
                            unnamed.remove(member);
                            ((ObjectNode) entry).put("memberId", member.id().toString());
                        });
            }
        }
    }

    /**
     * The household as it was gathered. An earlier round was written over by the later one: only its own form is corrected.
     * People who were added since stay.
     */
    @Override
    public boolean correct(Recorded before, Submission after) {
        check(after);
        if (before.latest()) {
            write(after, idsOf(filled(before)));
        }
        return false;
    }

    private static Set<UUID> idsOf(ObjectNode data) {
        var ids = new LinkedHashSet<UUID>();
        for (var entry : data.path("members")) {
            Ids.parse(Submission.text(entry, "memberId")).ifPresent(ids::add);
        }
        return ids;
    }

    /** The household stays as it is known until it is gathered again. */
    @Override
    public void withdraw(Recorded before) {}

    @Override
    public Optional<Place> place(Recorded before) {
        return Optional.of(new Place("assessment", "gather"));
    }

    /** What one field alone does not show: each person is called something, and one of them is whom it is about. */
    private void check(Submission s) {
        var errors = new ArrayList<Refusal.FieldError>();
        boolean anySubject = false;
        for (int i = 0; i < s.data().path("members").size(); i++) {
            var member = s.data().path("members").get(i);
            if (Submission.text(member, "name") == null && Submission.text(member, "label") == null) {
                errors.add(
                        new Refusal.FieldError("members[" + i + "].name", "世帯員" + (i + 1) + "の氏名", "か仮の呼び名を入力してください。"));
            }
            // A sheet that was opened before they left would bring them back as somebody else.
            if (Ids.parse(Submission.text(member, "memberId"))
                    .filter(id -> moves.hasLeft(s.caseId(), id))
                    .isPresent()) {
                errors.add(
                        new Refusal.FieldError("members[" + i + "].name", "世帯員" + (i + 1), "は世帯を離れました。この行を消してください。"));
            }
            anySubject |= member.path("subject").asBoolean();
        }
        if (!anySubject) {
            errors.add(new Refusal.FieldError("members[0].subject", "相談の中心となる人", "を一人以上選んでください。"));
        }
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
    }

    private void members(Submission s, Set<UUID> formerly) {
        var before = new LinkedHashSet<>(formerly);
        var entered = s.data().deepCopy();
        name(s.caseId(), entered);
        Set<UUID> kept = new LinkedHashSet<>();
        int position = 0;
        for (var entry : entered.path("members")) {
            var id = Ids.parse(Submission.text(entry, "memberId"))
                    .filter(before::contains)
                    .orElseGet(Ids::next);
            kept.add(id);
            rows.save(s.caseId(), id, position++, entry);
        }
        before.removeAll(kept);
        for (var gone : before) {
            jdbc.sql("update kasane.household_member set left_at = :now where id = :id")
                    .param("id", gone)
                    .param("now", java.sql.Timestamp.from(s.recordedAt()))
                    .update();
        }
    }
}
