package jp.kasane.assessment;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.household.Household;
import jp.kasane.household.Households;
import jp.kasane.municipality.Agencies;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** エコマップ: ties are added and taken away one by one; there is always the one map as it is now, and the rows say how it was. */
@Component
@Transactional
public class Ecomaps implements CaseSection {

    public static final List<String> KINDS = List.of("strong", "weak", "stressful");
    public static final List<String> DIRECTIONS = List.of("none", "forward", "back", "both");
    private static final Set<String> NAMED = Set.of("resource", "person");
    /** More than this is no picture any more. */
    private static final int MOST_TIES = 60;

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Streams streams;
    private final Households households;
    private final Agencies agencies;
    private final Clock clock;

    Ecomaps(JdbcClient jdbc, Cases cases, Streams streams, Households households, Agencies agencies, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.streams = streams;
        this.households = households;
        this.agencies = agencies;
        this.clock = clock;
    }

    /**
     * A tie as somebody enters it.
     *
     * @param from who it begins with: {@link Ecomap.Node#ref}
     * @param to who it leads to; or {@code new:resource}, {@code new:person} with a name
     * @param name of what is new, up to 60 characters
     * @param note up to 500 characters, or null
     */
    public record Entered(String from, String to, String name, String kind, String direction, String note) {}

    /** Whether the acting user may change it. */
    public boolean mayChange(UUID caseId) {
        var actor = Acting.required();
        return Set.of("coordinator", "member", "manager", "reception").stream().anyMatch(actor::has)
                && !cases.required(caseId).closed();
    }

    /**
     * @return the tie's id
     * @throws Refusal.Invalid for what is not among the choices
     * @throws Refusal.Conflict for a closed case, or a tie that is there already
     */
    public UUID add(UUID caseId, Entered entered) {
        changeable(caseId);
        var problems = new ArrayList<Refusal.FieldError>();
        if (!KINDS.contains(entered.kind())) {
            problems.add(new Refusal.FieldError("kind", "つながりの強さ", "を選んでください。"));
        }
        if (!DIRECTIONS.contains(entered.direction())) {
            problems.add(new Refusal.FieldError("direction", "向き", "を選んでください。"));
        }
        if (entered.note() != null && entered.note().length() > 500) {
            problems.add(new Refusal.FieldError("note", "補足", "は 500 字までで入力してください。"));
        }
        if (!problems.isEmpty()) {
            throw new Refusal.Invalid(problems);
        }
        var from = node(caseId, entered.from(), null, "from", "だれ");
        var to = node(caseId, entered.to(), entered.name(), "to", "相手");
        if (from.equals(to)) {
            throw invalid("to", "相手", "には、別の人や機関を選んでください。");
        }
        var ties = ties(caseId);
        if (ties.size() >= MOST_TIES) {
            throw new Refusal.Conflict("つながりは " + MOST_TIES + " 本までです。古いものを消してから加えてください。");
        }
        boolean there = jdbc.sql(
                        """
                        select exists (select from kasane.ecomap_tie where case_id = :case and removed_at is null
                                       and least(from_id, to_id) = least(:from::uuid, :to::uuid)
                                       and greatest(from_id, to_id) = greatest(:from::uuid, :to::uuid))
                        """)
                .param("case", caseId)
                .param("from", from)
                .param("to", to)
                .query(Boolean.class)
                .single();
        if (there) {
            throw new Refusal.Conflict("この二者のつながりは、もう図にあります。変えるときは、消してから加えてください。");
        }
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.ecomap_tie (id, municipality_id, case_id, from_id, to_id, kind, direction, note, added_at, added_by)
                        values (:id, kasane.my_municipality(), :case, :from, :to, :kind, :direction, :note, :now, kasane.acting_user())
                        """)
                .param("id", id)
                .param("case", caseId)
                .param("from", from)
                .param("to", to)
                .param("kind", entered.kind())
                .param("direction", entered.direction())
                .param("note", blankToNull(entered.note()))
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(caseId, CaseEvent.now("ecomap.tie-added", clock.instant(), Map.of("tieId", id)));
        return id;
    }

    /** The tie is no longer so; it stays in the table. @throws Refusal.NotFound if there is no such tie */
    public void remove(UUID caseId, UUID tie) {
        changeable(caseId);
        int gone = jdbc.sql(
                        """
                        update kasane.ecomap_tie set removed_at = :now, removed_by = kasane.acting_user()
                        where id = :id and case_id = :case and removed_at is null
                        """)
                .param("id", tie)
                .param("case", caseId)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (gone == 0) {
            throw new Refusal.NotFound("つながり");
        }
        streams.append(caseId, CaseEvent.now("ecomap.tie-removed", clock.instant(), Map.of("tieId", tie)));
    }

    private void changeable(UUID caseId) {
        var file = cases.required(caseId);
        if (!mayChange(caseId)) {
            if (file.closed()) {
                throw new Refusal.Conflict("このケースは終結しています。");
            }
            throw new Refusal.Forbidden("エコマップを変える役割ではありません。");
        }
        streams.lock(caseId);
    }

    private UUID node(UUID caseId, String ref, String name, String field, String label) {
        var parts = (ref == null ? "" : ref).split(":", 2);
        if (parts.length == 2) {
            switch (parts[0]) {
                case "member" -> {
                    var member = households.members(caseId).stream()
                            .map(Household.Member::id)
                            .filter(id -> id.toString().equals(parts[1]))
                            .findFirst();
                    if (member.isPresent()) {
                        return keep(caseId, "member", member.get(), null, null);
                    }
                }
                case "agency" -> {
                    var agency = agencies.byCode(parts[1]);
                    if (agency.isPresent()) {
                        return keep(caseId, "agency", null, agencies.idOf(parts[1]), null);
                    }
                }
                case "node" -> {
                    var node = jdbc.sql("select id from kasane.ecomap_node where id::text = :id and case_id = :case")
                            .param("id", parts[1])
                            .param("case", caseId)
                            .query(UUID.class)
                            .optional();
                    if (node.isPresent()) {
                        return node.get();
                    }
                }
                case "new" -> {
                    if (NAMED.contains(parts[1])) {
                        var given = blankToNull(name);
                        if (given == null || given.length() > 60) {
                            throw invalid("name", "名前", "を 60 字までで入力してください。");
                        }
                        return keep(caseId, parts[1], null, null, given);
                    }
                }
                default -> {
                    // said below
                }
            }
        }
        throw invalid(field, label, "を選んでください。");
    }

    private UUID keep(UUID caseId, String kind, UUID member, UUID agency, String name) {
        var known = jdbc.sql(
                        """
                        select id from kasane.ecomap_node where case_id = :case and kind = :kind
                          and member_id is not distinct from :member::uuid and agency_id is not distinct from :agency::uuid
                          and name is not distinct from :name::text
                        """)
                .param("case", caseId)
                .param("kind", kind)
                .param("member", member)
                .param("agency", agency)
                .param("name", name)
                .query(UUID.class)
                .optional();
        if (known.isPresent()) {
            return known.get();
        }
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.ecomap_node (id, municipality_id, case_id, kind, member_id, agency_id, name, added_at, added_by)
                        values (:id, kasane.my_municipality(), :case, :kind, :member, :agency, :name, :now, kasane.acting_user())
                        """)
                .param("id", id)
                .param("case", caseId)
                .param("kind", kind)
                .param("member", member)
                .param("agency", agency)
                .param("name", name)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return id;
    }

    private static String blankToNull(String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static Refusal.Invalid invalid(String field, String label, String message) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError(field, label, message)));
    }

    private List<Ecomap.Tie> ties(UUID caseId) {
        return jdbc.sql(
                        """
                        with node as (
                            select n.id, n.kind, coalesce(m.name, m.label, a.name, n.name) as name,
                                   case n.kind when 'member' then 'member:' || n.member_id when 'agency' then 'agency:' || a.code
                                        else 'node:' || n.id end as ref
                            from kasane.ecomap_node n left join kasane.household_member m on m.id = n.member_id
                            left join kasane.agency a on a.id = n.agency_id where n.case_id = :case)
                        select t.id, f.ref as "from", f.name as from_name, o.ref as "to", o.name as to_name, t.kind, t.direction, t.note,
                               t.added_at, u.display_name as added_by
                        from kasane.ecomap_tie t join node f on f.id = t.from_id join node o on o.id = t.to_id
                        left join kasane.app_user u on u.id = t.added_by
                        where t.case_id = :case and t.removed_at is null order by t.added_at, t.id
                        """)
                .param("case", caseId)
                .query(Ecomap.Tie.class)
                .list();
    }

    @Override
    @Transactional(readOnly = true)
    public Ecomap of(UUID caseId) {
        var ties = ties(caseId);
        var nodes = new LinkedHashMap<String, Ecomap.Node>();
        for (var member : households.members(caseId)) {
            nodes.put("member:" + member.id(), new Ecomap.Node("member:" + member.id(), "member", member.called()));
        }
        for (var tie : ties) {
            nodes.putIfAbsent(tie.from(), node(caseId, tie.from(), tie.fromName()));
            nodes.putIfAbsent(tie.to(), node(caseId, tie.to(), tie.toName()));
        }
        return new Ecomap(List.copyOf(nodes.values()), ties);
    }

    private Ecomap.Node node(UUID caseId, String ref, String name) {
        var kind = ref.startsWith("node:")
                ? jdbc.sql("select kind from kasane.ecomap_node where id = :id and case_id = :case")
                        .param("id", UUID.fromString(ref.substring("node:".length())))
                        .param("case", caseId)
                        .query(String.class)
                        .single()
                : ref.substring(0, ref.indexOf(':'));
        return new Ecomap.Node(ref, kind, name);
    }

    @Override
    public String key() {
        return "ecomap";
    }

    @Override
    public int order() {
        return 32;
    }
}
