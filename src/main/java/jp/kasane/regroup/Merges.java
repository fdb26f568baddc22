package jp.kasane.regroup;

import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.casefile.CaseChanges;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.consent.CarriedConsents;
import jp.kasane.consent.ConsentDependent;
import jp.kasane.deadline.StandingDeadlines;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import jp.kasane.household.Household;
import jp.kasane.household.Households;
import jp.kasane.household.Moves;
import jp.kasane.match.Matches;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.Agency;
import jp.kasane.notification.Notices;
import jp.kasane.task.Records;
import jp.kasane.task.Tasks;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 世帯統合: two open cases turn out to be one household's. The people, their concerns and consents go to the case that stays; the other
 * is closed, ends in the engine, stays readable and points there. Nothing is deleted, and nobody is told more than before by it without
 * being named beforehand.
 */
@Component
@Transactional
public class Merges {

    private final JdbcClient jdbc;
    private final Cases cases;
    private final CaseChanges changes;
    private final Streams streams;
    private final Households households;
    private final Moves moves;
    private final CarriedConsents consents;
    private final Agencies agencies;
    private final Tasks tasks;
    private final Records records;
    private final Matches matches;
    private final StandingDeadlines deadlines;
    private final Notices notices;
    private final SettingChanges words;
    private final SystemActor system;
    private final Clock clock;

    Merges(
            JdbcClient jdbc,
            Cases cases,
            CaseChanges changes,
            Streams streams,
            Households households,
            Moves moves,
            CarriedConsents consents,
            Agencies agencies,
            Tasks tasks,
            Records records,
            Matches matches,
            StandingDeadlines deadlines,
            Notices notices,
            SettingChanges words,
            SystemActor system,
            Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.changes = changes;
        this.streams = streams;
        this.households = households;
        this.moves = moves;
        this.consents = consents;
        this.agencies = agencies;
        this.tasks = tasks;
        this.records = records;
        this.matches = matches;
        this.deadlines = deadlines;
        this.notices = notices;
        this.words = words;
        this.system = system;
        this.clock = clock;
    }

    /** Whoever may change a consent may also say whose case somebody's is. */
    private static boolean mayMerge() {
        var me = Acting.required();
        return me.has("coordinator") || me.has("manager");
    }

    /** @throws Refusal.Forbidden for whoever is neither coordinator nor manager */
    public void requireMerger() {
        if (!mayMerge()) {
            throw new Refusal.Forbidden(words.word("merge.error.who"));
        }
    }

    /**
     * A case by its id or its number, as people write it.
     *
     * @throws Refusal.NotFound if there is none that the acting user sees
     */
    @Transactional(readOnly = true)
    public UUID named(String idOrNumber) {
        var text = idOrNumber == null
                ? ""
                : java.text.Normalizer.normalize(idOrNumber.strip(), java.text.Normalizer.Form.NFKC);
        return Ids.parse(text)
                .flatMap(cases::find)
                .map(CaseFile::id)
                .or(() -> jdbc.sql("select id from kasane.case_file where number = :number")
                        .param("number", text)
                        .query(UUID.class)
                        .optional())
                .orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    /** Cases with somebody who may be one of this case's people (名寄せ), as far as they are seen. */
    @Transactional(readOnly = true)
    public List<Lineage.Other> candidates(UUID caseId) {
        return matches.of(caseId).stream()
                .filter(match -> match.seen() && match.there().kind().equals("case"))
                .map(match -> match.there().stream())
                .distinct()
                .map(cases::required)
                .filter(file -> file.closedAt() == null)
                .map(file -> new Lineage.Other(file.id(), file.number(), file.householdName()))
                .toList();
    }

    /**
     * What would become of it.
     *
     * @param chosen who is held for whom, by id of the case that ends; null: as 名寄せ and the names suggest
     * @throws Refusal.NotFound if the acting user does not see both
     * @throws Refusal.Forbidden for whoever is neither coordinator nor manager
     */
    public MergeSheet sheet(UUID caseId, UUID into, Map<UUID, UUID> chosen) {
        requireMerger();
        var ends = cases.required(caseId);
        var stays = cases.required(into);
        var here = households.members(caseId);
        var there = households.members(into);
        var same = chosen == null ? suggested(caseId, into, here, there) : chosen;
        var names = agencies.all().stream().collect(Collectors.toMap(Agency::id, Agency::name));
        return new MergeSheet(
                ends,
                stays,
                obstacles(ends, stays, same),
                here.stream().map(member -> person(member, same, there, names)).toList(),
                there.stream()
                        .map(member -> person(member, Map.of(), there, names))
                        .toList(),
                tasks.ofStream(caseId, null, 50),
                jdbc.sql(
                                "select step, due_at from kasane.deadline where case_id = :id and settled_at is null order by due_at, id")
                        .param("id", caseId)
                        .query(MergeSheet.Due.class)
                        .list(),
                jdbc.sql(
                                """
                                select a.name as agency, r.role, r.status from kasane.role_allocation r join kasane.plan p on p.id = r.plan_id
                                join kasane.agency a on a.id = r.agency_id
                                where r.case_id = :id and p.kind = 'support' and p.status in ('decided', 'started')
                                  and r.status in ('planned', 'asked', 'accepted') order by r.position
                                """)
                        .param("id", caseId)
                        .query(MergeSheet.Role.class)
                        .list(),
                jdbc.sql(
                                """
                                select meeting_type as type, scheduled_at, status from kasane.meeting
                                where case_id = :id and status not in ('held', 'cancelled') order by scheduled_at, id
                                """)
                        .param("id", caseId)
                        .query(MergeSheet.Meeting.class)
                        .list(),
                jdbc.sql(
                                """
                                select coalesce(m.name, m.label) as member, p.need from kasane.participation p
                                join kasane.household_member m on m.id = p.member_id
                                where p.case_id = :id and p.ended_at is null order by p.started_at
                                """)
                        .param("id", caseId)
                        .query(MergeSheet.Place.class)
                        .list(),
                seatedOnlyOn(into, caseId),
                seatedOnlyOn(caseId, into));
    }

    private List<String> seatedOnlyOn(UUID caseId, UUID notOn) {
        return jdbc.sql(
                        """
                        select a.name from kasane.agency a
                        where exists (select from kasane.case_seat s where s.case_id = :case and s.agency_id = a.id and s.until is null)
                          and not exists (select from kasane.case_seat s where s.case_id = :other and s.agency_id = a.id and s.until is null)
                        order by a.position, a.name
                        """)
                .param("case", caseId)
                .param("other", notOn)
                .query(String.class)
                .list();
    }

    private Map<UUID, UUID> suggested(
            UUID caseId, UUID into, List<Household.Member> here, List<Household.Member> there) {
        var same = new HashMap<UUID, UUID>();
        var taken = new HashSet<UUID>();
        for (var match : matches.of(caseId)) {
            if (match.seen()
                    && match.there().stream().equals(into)
                    && here.stream()
                            .anyMatch(one -> one.id().equals(match.here().source()))
                    && there.stream()
                            .anyMatch(one -> one.id().equals(match.there().source()))
                    && !same.containsKey(match.here().source())
                    && taken.add(match.there().source())) {
                same.put(match.here().source(), match.there().source());
            }
        }
        for (var one : here) {
            there.stream()
                    .filter(other -> !same.containsKey(one.id())
                            && one.name() != null
                            && one.name().equals(other.name())
                            && !taken.contains(other.id()))
                    .findFirst()
                    .ifPresent(other -> {
                        taken.add(other.id());
                        same.put(one.id(), other.id());
                    });
        }
        return same;
    }

    private MergeSheet.Person person(
            Household.Member member, Map<UUID, UUID> same, List<Household.Member> there, Map<UUID, String> names) {
        var consent = consents.saidBy(member.id())
                .map(said -> new MergeSheet.Consent(
                        said.state(),
                        said.scope(),
                        said.agencies().stream()
                                .map(names::get)
                                .filter(Objects::nonNull)
                                .toList(),
                        said.occurredOn()))
                .orElse(null);
        var with = there.stream()
                .filter(other -> other.id().equals(same.get(member.id())))
                .findFirst();
        return new MergeSheet.Person(
                member,
                consent,
                with.map(Household.Member::id).orElse(null),
                with.map(other -> differences(member, other)).orElse(List.of()));
    }

    /** What is empty on one side is no difference, and an address that one may not know is none to be chosen: it stays as it is. */
    private static List<MergeSheet.Difference> differences(Household.Member ends, Household.Member stays) {
        return Stream.of(
                        new MergeSheet.Difference("name", ends.name(), stays.name()),
                        new MergeSheet.Difference("kana", ends.kana(), stays.kana()),
                        new MergeSheet.Difference("label", ends.label(), stays.label()),
                        new MergeSheet.Difference("relation", ends.relation(), stays.relation()),
                        new MergeSheet.Difference(
                                "birthDate",
                                ends.birthDate() == null
                                        ? null
                                        : ends.birthDate().toString(),
                                stays.birthDate() == null
                                        ? null
                                        : stays.birthDate().toString()),
                        new MergeSheet.Difference("address", ends.address(), stays.address()))
                .filter(each -> each.ends() != null
                        && each.stays() != null
                        && !each.ends().equals(each.stays()))
                .toList();
    }

    /** Why the two cannot become one, the plainest reason first. */
    private List<String> obstacles(CaseFile ends, CaseFile stays, Map<UUID, UUID> same) {
        var found = new ArrayList<String>();
        if (ends.id().equals(stays.id())) {
            found.add(words.word("merge.error.same"));
            return found;
        }
        for (var file : List.of(ends, stays)) {
            if (file.mergedInto() != null) {
                found.add(mergedBy(file));
            } else if (file.closedAt() != null) {
                found.add(words.word(file.closed() ? "merge.error.closed" : "merge.error.watched", file.number()));
            }
        }
        if (ends.restricted() && !stays.restricted()) {
            found.add(words.word("merge.error.restricted", ends.number()));
        }
        if (stays.householdName() == null && ends.householdName() != null) {
            found.add(words.word("merge.error.noHousehold", stays.number()));
        }
        if (wouldTellAnAddress(ends, stays)) {
            found.add(words.word("merge.error.concealed", ends.number()));
        }
        same.forEach((one, other) -> {
            if (consents.contradict(one, other)) {
                found.add(words.word("merge.error.withdrawn", called(other)));
            }
        });
        return found;
    }

    private String called(UUID member) {
        return jdbc.sql("select coalesce(name, label) from kasane.household_member where id = :id")
                .param("id", member)
                .query(String.class)
                .single();
    }

    private String mergedBy(CaseFile file) {
        return jdbc.sql(
                        """
                        select u.display_name as name, e.recorded_at from kasane.case_event e join kasane.app_user u on u.id = e.actor_id
                        where e.stream_id = :id and e.kind = 'change.merged' order by e.seq desc limit 1
                        """)
                .param("id", file.id())
                .query((row, n) -> words.word(
                        "merge.error.merged",
                        file.number(),
                        row.getString("name"),
                        WrittenDates.dayAndHour(
                                row.getTimestamp("recorded_at").toInstant(), LocaleContextHolder.getLocale()),
                        file.mergedIntoNumber() == null ? words.word("lineage.other") : file.mergedIntoNumber()))
                .single();
    }

    /** A concealed address (DV) is known to who leads and who accompanies: it must not reach anybody else by a merge. */
    private boolean wouldTellAnAddress(CaseFile ends, CaseFile stays) {
        var knowing = List.of(ends.leadAgencyId(), ends.coordinatingAgencyId());
        boolean others = !knowing.contains(stays.leadAgencyId()) || !knowing.contains(stays.coordinatingAgencyId());
        return others
                && jdbc.sql(
                                "select exists (select from kasane.household_member where case_id = :id and address_concealed and left_at is null)")
                        .param("id", ends.id())
                        .query(Boolean.class)
                        .single();
    }

    /**
     * Merges a case into another one. Pressed twice it is done once.
     *
     * @return the case that stays
     * @throws Refusal.NotFound if the acting user does not see both
     * @throws Refusal.Forbidden for whoever is neither coordinator nor manager
     * @throws Refusal.Conflict if either is closed, was merged (it says by whom), or something would be lost or told by it
     * @throws Refusal.Invalid for what is missing or cannot be
     */
    public UUID merge(UUID caseId, MergeSheet.Entered entered) {
        requireMerger();
        var into = named(entered.into());
        cases.required(caseId);
        // The lower id first, whichever way round: two who merge the same pair at once wait for each other and for
        // nothing else.
        Stream.of(caseId, into).distinct().sorted().forEach(streams::lock);
        var ends = cases.required(caseId);
        var stays = cases.required(into);
        if (into.equals(ends.mergedInto())) {
            return into;
        }
        var errors = new ArrayList<Refusal.FieldError>();
        var same = same(caseId, into, entered, errors);
        obstacles(ends, stays, same).stream().findFirst().ifPresent(sentence -> {
            throw new Refusal.Conflict(sentence);
        });
        var taken = taken(caseId, into, entered, same, errors);
        var on = day(entered.on(), errors);
        var reason = entered.reason() == null ? "" : entered.reason().strip();
        if (reason.isEmpty() || reason.length() > 4000) {
            errors.add(error("reason", "merge.reason", "merge.error.reason"));
        }
        if (!Set.of("asis", "assessment").contains(entered.next() == null ? "" : entered.next())) {
            errors.add(error("next", "merge.next", "merge.error.choose"));
        }
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }

        var allowed = consents.allowed(stays);
        var me = Acting.required().id();
        var note = "世帯の統合（" + ends.number() + " → " + stays.number() + "）：両方のケースで同意された範囲";
        // As the system: an address that is concealed from whoever merges goes along, concealed.
        system.inThisTransaction(() -> {
            var joining = households.members(caseId).stream()
                    .map(Household.Member::id)
                    .filter(member -> !same.containsKey(member))
                    .toList();
            consents.carry(moves.copy(joining, into), into);
            same.forEach((one, other) -> {
                moves.unite(one, other, into, taken.getOrDefault(one, Set.of()));
                consents.unite(one, other, into, note, me);
            });
        });
        var stopped = consents.follow(allowed);
        if (entered.next().equals("assessment") && !cases.required(into).phase().equals("assessment")) {
            cases.begin(into, "assessment");
        }
        cases.mergeInto(caseId, into);
        // A plan that was started is not ratified any more.
        deadlines.settle(caseId, "Watch_Ratification");
        changes.add(null, ends, "merged", on, reason, List.of(), Map.of("intoCaseId", into));
        changes.add(null, stays, "joined", on, reason, told(stopped), Map.of("fromCaseId", caseId));
        records.goOn(stays);
        tell(ends, stays);
        return into;
    }

    /** Who is held for whom; everybody of the case that ends has to be named, and two people are not made one by accident. */
    private Map<UUID, UUID> same(UUID caseId, UUID into, MergeSheet.Entered entered, List<Refusal.FieldError> errors) {
        var there = households.members(into).stream()
                .map(member -> member.id().toString())
                .collect(Collectors.toSet());
        var pairs = new HashMap<String, MergeSheet.Pair>();
        if (entered.people() != null) {
            entered.people().forEach(pair -> pairs.put(pair.member(), pair));
        }
        var same = new LinkedHashMap<UUID, UUID>();
        for (var member : households.members(caseId)) {
            var pair = pairs.get(member.id().toString());
            var field = "same-" + member.id();
            if (pair == null) {
                errors.add(new Refusal.FieldError(field, member.called(), words.word("merge.error.who.is")));
            } else if (pair.same() != null && !pair.same().isBlank()) {
                if (!there.contains(pair.same())) {
                    errors.add(new Refusal.FieldError(field, member.called(), words.word("merge.error.who.is")));
                } else if (same.containsValue(UUID.fromString(pair.same()))) {
                    errors.add(new Refusal.FieldError(field, member.called(), words.word("merge.error.twice")));
                } else {
                    same.put(member.id(), UUID.fromString(pair.same()));
                }
            }
        }
        return same;
    }

    private Map<UUID, Set<String>> taken(
            UUID caseId, UUID into, MergeSheet.Entered entered, Map<UUID, UUID> same, List<Refusal.FieldError> errors) {
        var there = households.members(into).stream().collect(Collectors.toMap(Household.Member::id, member -> member));
        var taken = new HashMap<UUID, Set<String>>();
        for (var member : households.members(caseId)) {
            if (!same.containsKey(member.id())) {
                continue;
            }
            var values = entered.people().stream()
                    .filter(pair -> member.id().toString().equals(pair.member()))
                    .map(MergeSheet.Pair::values)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(Map.of());
            for (var difference : differences(member, there.get(same.get(member.id())))) {
                var whose = values.get(difference.field());
                if ("ends".equals(whose)) {
                    taken.computeIfAbsent(member.id(), id -> new HashSet<>()).add(difference.field());
                } else if (!"stays".equals(whose)) {
                    errors.add(new Refusal.FieldError(
                            "value-" + member.id() + "-" + difference.field(),
                            member.called() + " " + words.word("merge.field." + difference.field()),
                            words.word("merge.error.whose")));
                }
            }
        }
        return taken;
    }

    private LocalDate day(String text, List<Refusal.FieldError> errors) {
        try {
            var on = LocalDate.parse(text == null ? "" : text);
            if (!on.isAfter(JapaneseTime.dayOf(clock.instant()))) {
                return on;
            }
        } catch (DateTimeParseException none) {
            // Told with the others.
        }
        errors.add(error("on", "merge.on", "merge.error.on"));
        return null;
    }

    private Refusal.FieldError error(String field, String label, String message) {
        return new Refusal.FieldError(field, words.word(label), words.word(message));
    }

    /** Whoever worked on the case that ended: their tasks are gone, and they are not to wonder why. */
    private void tell(CaseFile ends, CaseFile stays) {
        var municipality =
                jdbc.sql("select kasane.my_municipality()").query(UUID.class).single();
        var people = new ArrayList<>(notices.holders(municipality, "coordinator", ends.coordinatingAgencyId()));
        people.addAll(notices.peopleOf(municipality, ends.leadAgencyId()));
        people.addAll(notices.holders(municipality, "coordinator", stays.coordinatingAgencyId()));
        people.remove(Acting.required().id());
        notices.tell(
                people.stream().distinct().toList(),
                "case-merged",
                "merged:" + ends.id(),
                Notices.About.aCase(ends.id()));
    }

    static List<Map<String, Object>> told(List<ConsentDependent.Stopped> stopped) {
        return stopped.stream()
                .map(each -> each.agencyId() == null
                        ? Map.<String, Object>of("kind", each.kind(), "id", each.id())
                        : Map.<String, Object>of("kind", each.kind(), "id", each.id(), "agencyId", each.agencyId()))
                .toList();
    }
}
