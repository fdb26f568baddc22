package jp.kasane.household;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * People who leave a household or go to another one. Whoever was in a household stays readable there, with the day; in the other
 * household they are a person of their own who is pointed to. Under the locks of the streams, in the system's name where an address
 * is concealed from whoever records it: it goes along, concealed as it was.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class Moves {

    private final JdbcClient jdbc;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Moves(JdbcClient jdbc, ApplicationEventPublisher events, Clock clock) {
        this.jdbc = jdbc;
        this.events = events;
        this.clock = clock;
    }

    /** A household by this name, unless the case has one. */
    public void found(UUID caseId, String name) {
        jdbc.sql(
                        """
                        insert into kasane.household (case_id, municipality_id, name)
                        select f.id, f.municipality_id, :name from kasane.case_file f where f.id = :id on conflict do nothing
                        """)
                .param("id", caseId)
                .param("name", name)
                .update();
    }

    /** They live apart from this day on; what is known of them here stays. */
    public void left(UUID caseId, Collection<UUID> members, LocalDate on) {
        jdbc.sql(
                        """
                        update kasane.household_member set left_at = :now, left_on = :on
                        where case_id = :case and id = any (:members) and left_at is null
                        """)
                .param("case", caseId)
                .param("members", members.toArray(UUID[]::new))
                .param("on", on)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        events.publishEvent(new MembersLeft(caseId, List.copyOf(members)));
    }

    /** The day they left was another one. */
    public void leftOn(UUID caseId, Collection<UUID> members, LocalDate on) {
        jdbc.sql(
                        "update kasane.household_member set left_on = :on where case_id = :case and id = any (:members) and left_at is not null")
                .param("case", caseId)
                .param("members", members.toArray(UUID[]::new))
                .param("on", on)
                .update();
    }

    /** They never left. */
    public void back(UUID caseId, Collection<UUID> members) {
        jdbc.sql(
                        """
                        update kasane.household_member set left_at = null, left_on = null
                        where case_id = :case and id = any (:members) and went_to is null
                        """)
                .param("case", caseId)
                .param("members", members.toArray(UUID[]::new))
                .update();
    }

    /** Of all who live there now, these are at the centre. */
    public void centre(UUID caseId, Collection<UUID> subjects) {
        jdbc.sql(
                        """
                        update kasane.household_member set subject = id = any (:subjects)
                        where case_id = :case and left_at is null and subject <> (id = any (:subjects))
                        """)
                .param("case", caseId)
                .param("subjects", subjects.toArray(UUID[]::new))
                .update();
    }

    /**
     * They are people of that case's household too, with address and concerns; here it is noted who they are there.
     *
     * @return who each is there
     */
    public Map<UUID, UUID> copy(Collection<UUID> members, UUID to) {
        var there = new LinkedHashMap<UUID, UUID>();
        for (var member : members) {
            var id = Ids.next();
            jdbc.sql(
                            """
                            insert into kasane.household_member (id, municipality_id, case_id, position, name, kana, label, relation, birth_date,
                                subject, address_concealed)
                            select :id, m.municipality_id, :to, (select count(*) from kasane.household_member n where n.case_id = :to),
                                   m.name, m.kana, m.label, m.relation, m.birth_date, m.subject, m.address_concealed
                            from kasane.household_member m where m.id = :member
                            """)
                    .param("id", id)
                    .param("to", to)
                    .param("member", member)
                    .update();
            jdbc.sql(
                            """
                            insert into kasane.member_address (member_id, municipality_id, case_id, address, concealed)
                            select :id, a.municipality_id, :to, a.address, a.concealed from kasane.member_address a where a.member_id = :member
                            """)
                    .param("id", id)
                    .param("to", to)
                    .param("member", member)
                    .update();
            concerns(member, id, to);
            wentTo(member, id);
            there.put(member, id);
        }
        return there;
    }

    /**
     * The two are one person: what the other household knew beside is kept, what it knew otherwise where that was chosen.
     *
     * @param taken name, kana, label, relation, birthDate, address: of which the other's is right
     */
    public void unite(UUID member, UUID with, UUID caseId, Set<String> taken) {
        jdbc.sql(
                        """
                        update kasane.household_member t set
                            name = case when :name or t.name is null then coalesce(m.name, t.name) else t.name end,
                            kana = case when :kana or t.kana is null then coalesce(m.kana, t.kana) else t.kana end,
                            label = case when :label or t.label is null then coalesce(m.label, t.label) else t.label end,
                            relation = case when :relation then m.relation else t.relation end,
                            birth_date = case when :birth or t.birth_date is null then coalesce(m.birth_date, t.birth_date) else t.birth_date end,
                            subject = t.subject or m.subject,
                            address_concealed = t.address_concealed or m.address_concealed
                        from kasane.household_member m where t.id = :with and m.id = :member
                        """)
                .param("member", member)
                .param("with", with)
                .param("name", taken.contains("name"))
                .param("kana", taken.contains("kana"))
                .param("label", taken.contains("label"))
                .param("relation", taken.contains("relation"))
                .param("birth", taken.contains("birthDate"))
                .update();
        jdbc.sql(
                        """
                        insert into kasane.member_address (member_id, municipality_id, case_id, address, concealed)
                        select :with, a.municipality_id, :case, a.address, a.concealed from kasane.member_address a where a.member_id = :member
                        on conflict (member_id) do update set address = case when :address then excluded.address else member_address.address end
                        """)
                .param("member", member)
                .param("with", with)
                .param("case", caseId)
                .param("address", taken.contains("address"))
                .update();
        // Whichever address it is: once one of the two had to be kept from others, it is.
        jdbc.sql(
                        """
                        update kasane.member_address a set concealed = true from kasane.household_member t
                        where t.id = a.member_id and t.id = :with and t.address_concealed and not a.concealed
                        """)
                .param("with", with)
                .update();
        concerns(member, with, caseId);
        wentTo(member, with);
    }

    /** One ◎ a person: where there is one already, the other's is a ○. */
    private void concerns(UUID from, UUID to, UUID caseId) {
        jdbc.sql(
                        """
                        insert into kasane.member_concern (member_id, municipality_id, case_id, concern, main)
                        select :to, c.municipality_id, :case, c.concern,
                               c.main and not exists (select from kasane.member_concern o where o.member_id = :to and o.main)
                        from kasane.member_concern c where c.member_id = :from
                        on conflict (member_id, concern) do update set main = excluded.main or member_concern.main
                        """)
                .param("from", from)
                .param("to", to)
                .param("case", caseId)
                .update();
    }

    private void wentTo(UUID member, UUID there) {
        jdbc.sql("update kasane.household_member set went_to = :there where id = :member")
                .param("member", member)
                .param("there", there)
                .update();
    }

    /** Those of a household who left it, for what a form may not name any more. */
    boolean hasLeft(UUID caseId, UUID member) {
        return jdbc.sql(
                        "select exists (select from kasane.household_member where case_id = :case and id = :id and left_on is not null)")
                .param("case", caseId)
                .param("id", member)
                .query(Boolean.class)
                .single();
    }
}
