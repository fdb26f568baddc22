package jp.kasane.municipality;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Refusal;
import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The municipality's own, to be looked at: every value with where it is from. Deadlines, calendar and rhythms have pages of their own. */
@Component
@Transactional(readOnly = true)
public class MunicipalProfile {

    private final JdbcClient jdbc;
    private final MessageSource messages;

    MunicipalProfile(JdbcClient jdbc, MessageSource messages) {
        this.jdbc = jdbc;
        this.messages = messages;
    }

    /**
     * @param key what it is about, as a code where {@code name} is null
     * @param name what it is about, in the municipality's words; or null
     * @param value in the municipality's words, or a code
     * @param source a line of the documents, {@code ours}, or null: from before sources were kept
     */
    public record Entry(String key, String name, String value, String source) {}

    /**
     * Sections in the order of the page: agencies, areas, meetings, concerns, titles, names, intake, plan, closure, counting.
     *
     * @throws Refusal.Forbidden for whoever is neither manager, administrator nor auditor
     */
    public Map<String, List<Entry>> sections() {
        var me = Acting.required();
        if (!me.has("manager") && !me.has("admin") && !me.has("auditor")) {
            throw new Refusal.Forbidden(
                    messages.getMessage("rules.readersOnly", null, LocaleContextHolder.getLocale()));
        }
        var sections = new LinkedHashMap<String, List<Entry>>();
        sections.put(
                "agencies",
                entries(
                        """
                        select a.code as key, a.name, concat_ws('　', a.field, (select string_agg(r.name, '、' order by r.position)
                                   from kasane.agency_area x join kasane.area r on r.id = x.area_id where x.agency_id = a.id)) as value, a.source
                        from kasane.agency a where a.active and a.municipality_id = (select kasane.my_municipality()) order by a.position
                        """));
        sections.put(
                "areas",
                entries(
                        """
                        select a.code as key, s.name || '　' || a.name as name,
                               concat_ws('　', p.name, (select string_agg(d.district, '、' order by d.district)
                                                       from kasane.area_district d where d.area_id = a.id)) as value, a.source
                        from kasane.area a join kasane.area_scheme s on s.id = a.scheme_id left join kasane.area p on p.id = a.parent_id
                        where a.municipality_id = (select kasane.my_municipality()) order by s.position, a.position
                        """));
        sections.put("meetings", meetings());
        sections.put("concerns", concerns());
        sections.put("titles", words("title"));
        sections.put("names", words("name"));
        for (var section : List.of("intake", "plan", "closure", "counting")) {
            var entries = new ArrayList<Entry>();
            if (section.equals("intake")) {
                entries.addAll(
                        entries(
                                """
                                select w.code as key, w.name, coalesce(a.name, '') as value, w.source
                                from kasane.intake_way w left join kasane.agency a on a.id = w.agency_id
                                where w.municipality_id = (select kasane.my_municipality()) order by w.position
                                """));
            }
            entries.addAll(entries(
                    "select key, null as name, coalesce((select a.name from kasane.agency a where r.key = 'plan.drafter'"
                            + " and a.code = r.value and a.municipality_id = r.municipality_id), value) as value, source"
                            + " from kasane.municipal_rule r where key like '" + section
                            + ".%' and municipality_id = (select kasane.my_municipality()) order by key"));
            if (section.equals("closure")) {
                entries.addAll(
                        entries(
                                """
                                select code as key, name, code as value, source from kasane.closure_code
                                where active and municipality_id = (select kasane.my_municipality()) order by position
                                """));
            }
            sections.put(section, entries);
        }
        return sections;
    }

    private List<Entry> words(String kind) {
        return jdbc.sql(
                        """
                        select kind || '.' || key as key, null as name, word as value, source from kasane.municipal_word
                        where kind = :kind and municipality_id = (select kasane.my_municipality()) order by key
                        """)
                .param("kind", kind)
                .query(Entry.class)
                .list();
    }

    private List<Entry> meetings() {
        return jdbc.sql(
                        """
                        select b.code, b.name, b.slot, a.name as convener, b.decides, b.pledge, b.held_without_cases, b.source, b.ours
                        from kasane.meeting_body b left join kasane.agency a on a.id = b.convener_id
                        where b.active and b.municipality_id = (select kasane.my_municipality()) order by b.code
                        """)
                .query((row, n) -> {
                    var said = new ArrayList<String>();
                    if (row.getString("slot") != null) {
                        said.add(word("profile.slot", word("profile.slot." + row.getString("slot"))));
                    }
                    if (row.getString("convener") != null) {
                        said.add(word("profile.convener", row.getString("convener")));
                    }
                    for (var decides : (String[]) row.getArray("decides").getArray()) {
                        said.add(word("profile.decides." + decides));
                    }
                    if (!row.getString("pledge").equals("none")) {
                        said.add(word("profile.pledge." + row.getString("pledge")));
                    }
                    if (row.getBoolean("held_without_cases")) {
                        said.add(word("profile.heldWithoutCases"));
                    }
                    var ours = (String[]) row.getArray("ours").getArray();
                    if (ours.length > 0) {
                        said.add(word("profile.oursOf", String.join(", ", ours)));
                    }
                    return new Entry(
                            row.getString("code"),
                            row.getString("name"),
                            String.join("　", said),
                            row.getString("source"));
                })
                .list();
    }

    /** Which field answers to a concern, and whose cases it makes. */
    private List<Entry> concerns() {
        return jdbc.sql(
                        """
                        select concern, field, target_group, source from kasane.concern_field
                        where municipality_id = (select kasane.my_municipality()) order by source = 'ours', concern
                        """)
                .query((row, n) -> new Entry(
                        row.getString("concern"),
                        word("concern." + row.getString("concern")),
                        (row.getString("field") == null ? "" : row.getString("field") + "　")
                                + word("profile.slot." + row.getString("target_group")),
                        row.getString("source")))
                .list();
    }

    private String word(String key, Object... values) {
        return messages.getMessage(key, values, LocaleContextHolder.getLocale());
    }

    private List<Entry> entries(String sql) {
        return jdbc.sql(sql).query(Entry.class).list();
    }
}
