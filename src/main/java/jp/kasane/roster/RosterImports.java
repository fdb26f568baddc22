package jp.kasane.roster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.table.TableFile;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Takes a file's people onto a list: all good rows or, if anything fails, none. Whoever is on the list already stays as they are, so the
 * same file a second time changes nothing; every row with a mistake is told by its number.
 */
@Component
@Transactional
public class RosterImports {

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Streams streams;
    private final EngineOrders engine;
    private final Agencies agencies;
    private final Clock clock;

    RosterImports(
            JdbcClient jdbc, ObjectMapper json, Streams streams, EngineOrders engine, Agencies agencies, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.streams = streams;
        this.engine = engine;
        this.agencies = agencies;
        this.clock = clock;
    }

    /**
     * Imports a file, in one transaction.
     *
     * @param fileName as the person called it
     * @return the id of what became of it
     * @throws Refusal.NotFound for a list the acting user does not see
     * @throws Refusal.Forbidden for whoever does not keep the list
     * @throws Refusal.Invalid for a file that is no list of people; nothing was imported
     */
    public UUID importInto(UUID roster, String fileName, byte[] bytes) {
        requireKept(roster);
        var called = new HashMap<String, UUID>();
        for (var agency : agencies.all()) {
            called.put(TableFile.folded(agency.code()), agency.id());
            called.put(TableFile.folded(agency.name()), agency.id());
        }
        var content = RosterFile.read(
                fileName,
                bytes,
                JapaneseTime.dayOf(clock.instant()),
                name -> Optional.ofNullable(called.get(TableFile.folded(name))));
        // One after the other: two who import the same file at once would both find nobody on the list.
        jdbc.sql("select id from kasane.roster where id = :id for no key update")
                .param("id", roster)
                .query(UUID.class)
                .single();
        var known = new HashSet<>(jdbc.sql("select row_key from kasane.roster_person where roster_id = :id")
                .param("id", roster)
                .query(String.class)
                .list());
        var fresh = content.people().stream()
                .filter(person -> !known.contains(person.key()))
                .toList();
        add(roster, fresh);
        return note(roster, fileName, content, fresh.size());
    }

    private void requireKept(UUID roster) {
        boolean keeps = jdbc.sql("select kasane.keeps_roster(id) from kasane.roster where id = :id")
                .param("id", roster)
                .query(Boolean.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("名簿"));
        if (!keeps) {
            throw new Refusal.Forbidden("名簿に取り込めるのは、その名簿を受け持つ機関の担当と所管課だけです。");
        }
    }

    private void add(UUID roster, List<RosterFile.Person> people) {
        if (people.isEmpty()) {
            return;
        }
        var ids = people.stream().map(person -> Ids.next()).toList();
        streams.openAll(
                ids, RosterVisits.KIND, CaseEvent.now("roster.listed", clock.instant(), Map.of("rosterId", roster)));
        var rows = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < people.size(); i++) {
            var person = people.get(i);
            var row = new HashMap<String, Object>();
            row.put("id", ids.get(i));
            row.put("n", i + 1);
            row.put("key", person.key());
            row.put("name", person.name());
            row.put("kana", person.kana());
            row.put(
                    "birth",
                    person.birthDate() == null ? null : person.birthDate().toString());
            row.put("address", person.address());
            row.put("phone", person.phone());
            row.put("note", person.note());
            row.put("agency", person.agencyId());
            rows.add(row);
        }
        jdbc.sql(
                        """
                        insert into kasane.roster_person (id, municipality_id, roster_id, row_key, position, name, kana, birth_date, address, phone, note,
                            agency_id)
                        select x.id, r.municipality_id, r.id, x.key, x.n + (select coalesce(max(p.position), 0) from kasane.roster_person p where p.roster_id = r.id),
                            x.name, x.kana, x.birth, x.address, x.phone, x.note, coalesce(x.agency, r.agency_id)
                        from kasane.roster r, jsonb_to_recordset(:rows::jsonb) as x (id uuid, n int, key text, name text, kana text, birth date, address text,
                            phone text, note text, agency uuid)
                        where r.id = :roster
                        """)
                .param("roster", roster)
                .param("rows", write(rows))
                .update();
        engine.startMatters(ids, RosterVisits.KIND);
    }

    private UUID note(UUID roster, String fileName, RosterFile.Content content, int added) {
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.roster_import (id, municipality_id, roster_id, file_name, rows, added, already, refused, ignored_columns, imported_at,
                            imported_by)
                        values (:id, kasane.my_municipality(), :roster, :file, :rows, :added, :already, :refused, :ignored, :now, :by)
                        """)
                .param("id", id)
                .param("roster", roster)
                .param("file", fileName.length() > 200 ? fileName.substring(fileName.length() - 200) : fileName)
                .param("rows", content.rows())
                .param("added", added)
                .param("already", content.people().size() - added)
                .param("refused", content.refused())
                .param("ignored", content.ignoredColumns().toArray(String[]::new))
                .param("now", Timestamp.from(clock.instant()))
                .param("by", Acting.required().id())
                .update();
        jdbc.sql(
                        """
                        insert into kasane.roster_import_error (import_id, municipality_id, row_number, field, reason)
                        select :id, kasane.my_municipality(), x.row, x.field, x.reason
                        from jsonb_to_recordset(:mistakes::jsonb) as x (row int, field text, reason text)
                        """)
                .param("id", id)
                .param("mistakes", write(content.mistakes()))
                .update();
        return id;
    }

    private String write(Object rows) {
        try {
            return json.writeValueAsString(rows);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Rows cannot be written as JSON", e);
        }
    }

    // ── what became of it ──────────────────────────────────────────────────────────────────────────────────────────

    private static final String SELECT =
            """
            select i.id, i.roster_id, r.name as roster, i.file_name, i.rows, i.added, i.already, i.refused, i.ignored_columns, i.imported_at,
                   u.display_name as imported_by
            from kasane.roster_import i join kasane.roster r on r.id = i.roster_id left join kasane.app_user u on u.id = i.imported_by
            """;

    /** Of a list, the newest first, without their mistakes. */
    @Transactional(readOnly = true)
    public List<RosterImport> of(UUID roster) {
        return jdbc.sql(SELECT + "where i.roster_id = :roster order by i.imported_at desc, i.id desc limit 20")
                .param("roster", roster)
                .query((row, n) -> read(row, List.of()))
                .list();
    }

    /** @throws Refusal.NotFound if the acting user sees none */
    @Transactional(readOnly = true)
    public RosterImport one(UUID id) {
        var mistakes = jdbc.sql(
                        """
                        select row_number as row, field, reason from kasane.roster_import_error where import_id = :id
                        order by row_number, field
                        """)
                .param("id", id)
                .query(RosterImport.Mistake.class)
                .list();
        return jdbc.sql(SELECT + "where i.id = :id")
                .param("id", id)
                .query((row, n) -> read(row, mistakes))
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("取り込みの結果"));
    }

    private static RosterImport read(java.sql.ResultSet row, List<RosterImport.Mistake> mistakes)
            throws java.sql.SQLException {
        return new RosterImport(
                row.getObject("id", UUID.class),
                row.getObject("roster_id", UUID.class),
                row.getString("roster"),
                row.getString("file_name"),
                row.getInt("rows"),
                row.getInt("added"),
                row.getInt("already"),
                row.getInt("refused"),
                Arrays.asList((String[]) row.getArray("ignored_columns").getArray()),
                row.getTimestamp("imported_at").toInstant(),
                row.getString("imported_by"),
                mistakes);
    }
}
