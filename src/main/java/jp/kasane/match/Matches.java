package jp.kasane.match;

import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.casefile.CaseSection;
import jp.kasane.consultation.ConsultationSection;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Pairs of people who may be one: equal ふりがな and day of birth, name and day of birth, or name and address, however they are written
 * ({@code kasane.folded}). A consultation is not asked for the day of birth: there, name and ふりがな count too. Concealed addresses are
 * never compared. What the acting user does not see is one sentence: where to ask.
 */
@Component
@Transactional(readOnly = true)
public class Matches {

    /** More pairs than a person goes through; the surest come first. */
    private static final int MOST = 200;

    private final JdbcClient jdbc;
    private final SettingChanges words;
    private final Clock clock;

    Matches(JdbcClient jdbc, SettingChanges words, Clock clock) {
        this.jdbc = jdbc;
        this.words = words;
        this.clock = clock;
    }

    /**
     * One side of a pair.
     *
     * @param kind case or consultation
     * @param source the member, or the consultation
     */
    public record Side(UUID stream, String kind, UUID source, String called, String number) {}

    /**
     * @param reasons kana-birth, name-birth, name-address, name-kana
     * @param there null when the acting user does not see it
     * @param agency of the other side: where to ask
     */
    public record Match(Side here, List<String> reasons, Side there, String agency) {

        public boolean seen() {
            return there != null;
        }
    }

    public boolean mayLook() {
        var me = Acting.required();
        return me.has("coordinator") || me.has("manager") || me.has("auditor");
    }

    public boolean mayAnswer() {
        var me = Acting.required();
        return me.has("coordinator") || me.has("manager");
    }

    /** @throws Refusal.Forbidden for whoever is neither coordinator nor manager (nor auditor) */
    public List<Match> all() {
        if (!mayLook()) {
            throw new Refusal.Forbidden(words.word("match.error.who"));
        }
        return find(null);
    }

    /** Of one case, or one consultation; nothing if the acting user does not see it. */
    public List<Match> of(UUID stream) {
        return find(stream);
    }

    /** Of many at once, each match with one of them on its side. */
    public List<Match> ofAll(Collection<UUID> streams) {
        return read(jdbc.sql(
                        "select m.* from unnest(:streams::uuid[]) s (id) cross join lateral kasane.possible_matches(s.id, :most) m")
                .param("streams", streams.toArray(UUID[]::new))
                .param("most", MOST));
    }

    private List<Match> find(UUID stream) {
        return read(jdbc.sql("select * from kasane.possible_matches(:stream, :most)")
                .param("stream", stream, Types.OTHER)
                .param("most", MOST));
    }

    private static List<Match> read(JdbcClient.StatementSpec asked) {
        return asked.query((row, n) -> new Match(
                        new Side(
                                row.getObject("here_stream", UUID.class),
                                row.getString("here_kind"),
                                row.getObject("here_source", UUID.class),
                                row.getString("here_called"),
                                row.getString("here_number")),
                        List.of((String[]) row.getArray("reasons").getArray()),
                        row.getBoolean("seen")
                                ? new Side(
                                        row.getObject("there_stream", UUID.class),
                                        row.getString("there_kind"),
                                        row.getObject("there_source", UUID.class),
                                        row.getString("there_called"),
                                        row.getString("there_number"))
                                : null,
                        row.getString("there_agency")))
                .list();
    }

    /**
     * 別人: the two were looked at and are not one. The pair is not pointed out again.
     *
     * @throws Refusal.NotFound if the acting user does not see both
     * @throws Refusal.Invalid without a reason
     */
    @Transactional
    public void different(UUID one, UUID other, String note) {
        if (!mayAnswer()) {
            throw new Refusal.Forbidden(words.word("match.error.who"));
        }
        if (note == null || note.isBlank() || note.length() > 500) {
            throw new Refusal.Invalid(
                    List.of(new Refusal.FieldError("note", words.word("match.note"), words.word("match.error.note"))));
        }
        boolean seen = !one.equals(other)
                && jdbc.sql(
                                "select coalesce(kasane.sees_source(:one), false) and coalesce(kasane.sees_source(:other), false)")
                        .param("one", one)
                        .param("other", other)
                        .query(Boolean.class)
                        .single();
        if (!seen) {
            throw new Refusal.NotFound("名寄せの候補");
        }
        jdbc.sql(
                        """
                        insert into kasane.match_answer (id, municipality_id, low_source, high_source, note, answered_at, answered_by)
                        values (:id, kasane.my_municipality(), least(:one::uuid, :other::uuid), greatest(:one::uuid, :other::uuid), :note, :now, kasane.acting_user())
                        on conflict do nothing
                        """)
                .param("id", Ids.next())
                .param("one", one)
                .param("other", other)
                .param("note", note.strip())
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    @Component
    static class OfCase implements CaseSection {

        private final Matches matches;

        OfCase(Matches matches) {
            this.matches = matches;
        }

        @Override
        public String key() {
            return "matches";
        }

        @Override
        public int order() {
            return 12;
        }

        @Override
        public Object of(UUID caseId) {
            return matches.of(caseId);
        }
    }

    @Component
    static class OfConsultation implements ConsultationSection {

        private final Matches matches;

        OfConsultation(Matches matches) {
            this.matches = matches;
        }

        @Override
        public String key() {
            return "matches";
        }

        @Override
        public Object of(UUID consultationId) {
            return matches.of(consultationId);
        }
    }
}
