package jp.kasane.migration;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.form.Concerns;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.household.TakenOverHouseholds;
import jp.kasane.match.Matches;
import jp.kasane.municipality.Agencies;
import jp.kasane.table.TableFile;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes over the open cases of before: all of a file or, while any row has a mistake, none. A dry run does exactly what the import does and
 * then takes it back, so that what it says is what will happen. A case whose old number is there already stays as it is.
 */
@Component
public class CaseImports {

    private final JdbcClient jdbc;
    private final Cases cases;
    private final TakenOverHouseholds households;
    private final Agencies agencies;
    private final Matches matches;
    private final SettingChanges words;
    private final TransactionTemplate transaction;
    private final Clock clock;

    CaseImports(
            JdbcClient jdbc,
            Cases cases,
            TakenOverHouseholds households,
            Agencies agencies,
            Matches matches,
            SettingChanges words,
            TransactionTemplate transaction,
            Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.households = households;
        this.agencies = agencies;
        this.matches = matches;
        this.words = words;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** @throws Refusal.Forbidden for everybody but managers: they see all cases, and answer for them */
    public void requireImporter() {
        if (!Acting.required().has("manager")) {
            throw new Refusal.Forbidden(words.word("migration.error.who"));
        }
    }

    /**
     * @param dryRun whether it is only tried
     * @throws Refusal.Invalid for a file that is no list of cases
     */
    public CaseImport take(String fileName, byte[] bytes, boolean dryRun) {
        requireImporter();
        return transaction.execute(tx -> {
            var content = CaseSheet.read(fileName, bytes, known());
            var result = content.mistakes().isEmpty() ? write(content, dryRun) : refused(content, dryRun);
            if (dryRun) {
                tx.setRollbackOnly();
            }
            return result;
        });
    }

    private CaseSheet.Known known() {
        var called = new HashMap<String, UUID>();
        for (var agency : agencies.all()) {
            called.put(TableFile.folded(agency.code()), agency.id());
            called.put(TableFile.folded(agency.name()), agency.id());
        }
        var concerns = new HashMap<String, String>();
        for (var code : Concerns.codes()) {
            concerns.put(TableFile.folded(code), code);
            concerns.put(TableFile.folded(Concerns.label(code)), code);
        }
        return new CaseSheet.Known(
                JapaneseTime.dayOf(clock.instant()),
                name -> Optional.ofNullable(called.get(name)),
                name -> Optional.ofNullable(concerns.get(name)));
    }

    private static CaseImport refused(CaseSheet.Content content, boolean dryRun) {
        return new CaseImport(dryRun, content.rows(), 0, 0, 0, content.ignoredColumns(), content.mistakes(), List.of());
    }

    private CaseImport write(CaseSheet.Content content, boolean dryRun) {
        // One after the other: two who import the same file at once would both find nothing of it.
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended('case-import:' || kasane.my_municipality()::text, 0))")
                .query()
                .listOfRows();
        var before = new HashSet<String>();
        jdbc.sql("select old_number from kasane.case_origin")
                .query(String.class)
                .list()
                .forEach(number -> before.add(TableFile.folded(number)));
        var added = new LinkedHashMap<UUID, CaseSheet.OldCase>();
        int people = 0;
        for (var one : content.cases()) {
            if (!before.contains(TableFile.folded(one.number))) {
                added.put(write(one), one);
                people += one.members.size();
            }
        }
        if (!added.isEmpty()) {
            var phases = new LinkedHashMap<UUID, String>();
            added.forEach((id, one) -> phases.put(id, one.phase));
            cases.takenOver(phases);
        }
        // Who is known already is learnt at the end of the transaction; here, now.
        jdbc.sql("set constraints all immediate").update();
        var alike = new ArrayList<CaseImport.Likeness>();
        for (var match : matches.ofAll(added.keySet())) {
            var one = added.get(match.here().stream());
            boolean elsewhere = match.seen() && !added.containsKey(match.there().stream());
            alike.add(new CaseImport.Likeness(
                    one.row,
                    one.number,
                    match.reasons(),
                    elsewhere ? match.there().stream() : null,
                    elsewhere ? match.there().number() : null,
                    match.agency()));
        }
        return new CaseImport(
                dryRun,
                content.rows(),
                added.size(),
                people,
                content.cases().size() - added.size(),
                content.ignoredColumns(),
                List.of(),
                alike);
    }

    private UUID write(CaseSheet.OldCase one) {
        var id = cases.open(null, one.urgency == null ? "normal" : one.urgency, one.phase);
        households.take(id, one.householdName(), one.members);
        if (one.accompanying != null) {
            cases.accompaniedBy(id, one.accompanying);
        }
        if (one.lead != null) {
            cases.lead(id, one.lead);
        }
        if (one.nextReview != null) {
            cases.nextReview(id, one.nextReview);
        }
        jdbc.sql(
                        """
                        insert into kasane.case_origin (case_id, municipality_id, old_number, consent, memo, imported_at, imported_by)
                        values (:id, kasane.my_municipality(), :number, :consent, :memo, :now, kasane.acting_user())
                        """)
                .param("id", id)
                .param("number", one.number)
                .param("consent", one.consent)
                .param("memo", one.memo)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return id;
    }

    /** What the old list said, on the case page. */
    @Component
    static class Origin implements CaseSection {

        private final JdbcClient jdbc;

        Origin(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        record Before(String oldNumber, String consent, String memo, Instant importedAt, String importedBy) {}

        @Override
        public String key() {
            return "origin";
        }

        @Override
        public int order() {
            return 14;
        }

        @Override
        public Object of(UUID caseId) {
            return jdbc.sql(
                            """
                            select o.old_number, o.consent, o.memo, o.imported_at, u.display_name as imported_by
                            from kasane.case_origin o join kasane.app_user u on u.id = o.imported_by where o.case_id = :id
                            """)
                    .param("id", caseId)
                    .query(Before.class)
                    .optional()
                    .orElse(null);
        }
    }
}
