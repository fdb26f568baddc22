package jp.kasane.municipality.internal;

import java.sql.Types;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.foundation.Ids;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** Writes a checked profile into the tables of an empty installation, and Kasane's first values for what it leaves open. */
final class ProfileTables {

    private final JdbcClient jdbc;
    private final Profile profile;
    private final UUID municipality = Ids.next();
    private final Map<String, UUID> agencies = new HashMap<>();

    ProfileTables(JdbcClient jdbc, Profile profile) {
        this.jdbc = jdbc;
        this.profile = profile;
    }

    /** @param demo with those who are there to try things out */
    void fill(boolean localUsers, boolean demo) {
        jdbc.sql("insert into kasane.municipality (id, code, name) values (?, ?, ?)")
                .params(municipality, profile.code(), profile.name())
                .update();
        agencies();
        areas();
        profile.titles().forEach((key, word) -> word("title", key, word));
        profile.names().forEach((key, word) -> word("name", key, word));
        profile.meetings().forEach(this::meetingBody);
        profile.concerns().forEach(this::concern);
        rules();
        closureCodes();
        profile.deadlines().steps().forEach(this::deadline);
        calendar();
        for (var first : List.of(
                "add_default_settings", "add_default_rules", "add_default_roster_days", "add_default_release_days")) {
            jdbc.sql("select kasane." + first + "(?)")
                    .param(municipality)
                    .query()
                    .listOfRows();
        }
        user("system", "システム", null, "system", "system", null);
        if (localUsers) {
            // Cheap to check on purpose: a password that equals the name protects nothing, loopback does.
            var encoder = new BCryptPasswordEncoder(4);
            for (var user : profile.localUsers().users()) {
                if (user.demo() && !demo) {
                    continue;
                }
                user(
                        user.login(),
                        user.name(),
                        "{bcrypt}" + encoder.encode(user.login()),
                        "person",
                        user.role(),
                        agencies.get(user.agency()));
            }
        }
    }

    private void agencies() {
        for (var agency : profile.agencies()) {
            var id = Ids.next();
            jdbc.sql(
                            "insert into kasane.agency (id, municipality_id, code, name, field, position, source) values (?, ?, ?, ?, ?, ?, ?)")
                    .params(
                            id,
                            municipality,
                            agency.code(),
                            agency.name(),
                            agency.field(),
                            agencies.size(),
                            agency.source())
                    .update();
            agencies.put(agency.code(), id);
        }
        jdbc.sql("update kasane.municipality set coordinating_agency_id = ?, responsible_agency_id = ? where id = ?")
                .params(
                        agencies.get(profile.coordinatingAgency().code()),
                        agencies.get(profile.responsibleAgency().code()),
                        municipality)
                .update();
    }

    private void areas() {
        var ids = new HashMap<String, UUID>();
        int schemes = 0;
        for (var scheme : profile.areas()) {
            var schemeId = Ids.next();
            jdbc.sql(
                            "insert into kasane.area_scheme (id, municipality_id, code, name, position, source) values (?, ?, ?, ?, ?, ?)")
                    .params(schemeId, municipality, scheme.code(), scheme.name(), schemes++, scheme.source())
                    .update();
            int position = 0;
            for (var area : scheme.areas()) {
                var id = Ids.next();
                ids.put(scheme.code() + "/" + area.code(), id);
                jdbc.sql(
                                "insert into kasane.area (id, municipality_id, scheme_id, code, name, position, source) values (?, ?, ?, ?, ?, ?, ?)")
                        .params(
                                id,
                                municipality,
                                schemeId,
                                area.code(),
                                area.name(),
                                position++,
                                area.source() == null ? scheme.source() : area.source())
                        .update();
                for (var district : area.districts()) {
                    jdbc.sql(
                                    "insert into kasane.area_district (scheme_id, district, area_id, municipality_id) values (?, ?, ?, ?)")
                            .params(schemeId, district, id, municipality)
                            .update();
                }
            }
        }
        // A parent may stand below its child in the file.
        for (var scheme : profile.areas()) {
            for (var area : scheme.areas()) {
                if (area.parent() != null) {
                    jdbc.sql("update kasane.area set parent_id = ? where id = ?")
                            .params(
                                    ids.get(
                                            area.parent().contains("/")
                                                    ? area.parent()
                                                    : scheme.code() + "/" + area.parent()),
                                    ids.get(scheme.code() + "/" + area.code()))
                            .update();
                }
            }
        }
        for (var agency : profile.agencies()) {
            for (var area : agency.areas()) {
                jdbc.sql("insert into kasane.agency_area (agency_id, area_id, municipality_id) values (?, ?, ?)")
                        .params(agencies.get(agency.code()), ids.get(area), municipality)
                        .update();
            }
        }
    }

    private void word(String kind, String key, Profile.Word word) {
        jdbc.sql("insert into kasane.municipal_word (municipality_id, kind, key, word, source) values (?, ?, ?, ?, ?)")
                .params(municipality, kind, key, word.name(), word.source())
                .update();
    }

    private void rules() {
        var intake = profile.intake();
        flag("intake.citizenOpensCase", intake.citizenOpensCase());
        if (intake.referralSheet() != null) {
            var sheet = intake.referralSheet();
            rule("intake.referralSheet.name", sheet.name(), sheet.source());
            rule("intake.referralSheet.consentFirst", "" + sheet.consentFirst(), sheet.source());
            rule("intake.referralSheet.application", "" + sheet.application(), sheet.source());
            // It is called what it is; names.referralSheet, where said, is more general.
            if (!profile.names().containsKey("referralSheet")) {
                word("name", "referralSheet", new Profile.Word(sheet.name(), sheet.source()));
            }
        }
        if (profile.plan().drafter() != null) {
            rule(
                    "plan.drafter",
                    profile.plan().drafter().code(),
                    profile.plan().drafter().source());
        }
        choice("plan.decider", profile.plan().decider());
        flag("closure.handoverCounts", profile.closure().handoverCounts());
        flag("counting.participationWithoutPlan", profile.counting().participationWithoutPlan());
        flag("counting.informationOnly", profile.counting().informationOnly());
        choice("counting.closureRateOf", profile.counting().closureRateOf());
        int position = 0;
        for (var way : intake.ways()) {
            jdbc.sql(
                            "insert into kasane.intake_way (municipality_id, code, name, agency_id, position, source) values (:municipality, :code, :name, :agency, :position, :source)")
                    .param("municipality", municipality)
                    .param("code", way.code())
                    .param("name", way.name())
                    .param("agency", way.agency() == null ? null : agencies.get(way.agency()), Types.OTHER)
                    .param("position", position++)
                    .param("source", way.source())
                    .update();
        }
    }

    private void flag(String key, Profile.Flag flag) {
        if (flag != null) {
            rule(key, "" + flag.value(), flag.source());
        }
    }

    private void choice(String key, Profile.Choice choice) {
        if (choice != null) {
            rule(key, choice.value(), choice.source());
        }
    }

    private void rule(String key, String value, String source) {
        jdbc.sql("insert into kasane.municipal_rule (municipality_id, key, value, source) values (?, ?, ?, ?)")
                .params(municipality, key, value, source)
                .update();
    }

    private void closureCodes() {
        int position = 0;
        for (var reason : profile.closure().codes()) {
            jdbc.sql(
                            "insert into kasane.closure_code (municipality_id, code, name, position, source) values (?, ?, ?, ?, ?)")
                    .params(municipality, reason.code(), reason.name(), position++, reason.source())
                    .update();
        }
    }

    private void deadline(Profile.DeadlineEntry deadline) {
        jdbc.sql(
                        "insert into kasane.deadline_policy (id, municipality_id, step, active, due_days, unit, remind_days, lead_days, escalate_days)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        Ids.next(),
                        municipality,
                        deadline.step(),
                        deadline.active() == null || deadline.active(),
                        deadline.dueDays(),
                        deadline.unit() == null ? "calendar" : deadline.unit(),
                        deadline.remindDays(),
                        deadline.leadDays() == null ? 0 : deadline.leadDays(),
                        deadline.escalateDays())
                .update();
    }

    private void calendar() {
        var calendar = profile.calendar();
        if (calendar == null) {
            return;
        }
        if (calendar.closedWeekdays() != null) {
            jdbc.sql("insert into kasane.calendar_week (municipality_id, closed_weekdays) values (?, ?)")
                    .params(municipality, calendar.closedWeekdays().toArray(Integer[]::new))
                    .update();
        }
        if (calendar.closures() != null) {
            for (var closure : calendar.closures()) {
                jdbc.sql(
                                "insert into kasane.calendar_yearly_closure (id, municipality_id, name, from_day, to_day) values (?, ?, ?, ?, ?)")
                        .params(Ids.next(), municipality, closure.name(), closure.from(), closure.to())
                        .update();
            }
        }
    }

    private void meetingBody(Profile.MeetingEntry body) {
        jdbc.sql(
                        """
                        insert into kasane.meeting_body (id, municipality_id, code, name, kinds, rhythm, every, counts_from, weekday, nths, months,
                            starts, place, cutoff_days, cutoff_unit, closed_day, quorum, slot, convener_id, decides, pledge, held_without_cases, source, ours)
                        values (:id, :municipality, :code, :name, :kinds, :rhythm, coalesce(:every, 1), :from, :weekday, coalesce(:nths::int[], '{}'),
                            coalesce(:months::int[], '{1,2,3,4,5,6,7,8,9,10,11,12}'), coalesce(:starts::time, '14:00'), coalesce(:place, ''),
                            coalesce(:cutoff, 7), coalesce(:unit, 'calendar'), coalesce(:closed, 'next'), :quorum, :slot, :convener, :decides,
                            coalesce(:pledge, 'none'), :withoutCases, :source, :ours)
                        """)
                .param("id", Ids.next())
                .param("municipality", municipality)
                .param("code", body.code())
                .param("name", body.name())
                .param("kinds", body.kinds().toArray(String[]::new))
                .param("rhythm", body.rhythm())
                .param("every", body.every(), Types.INTEGER)
                .param("from", body.countsFrom(), Types.DATE)
                .param("weekday", body.weekday(), Types.INTEGER)
                .param("nths", numbers(body.nths()), Types.VARCHAR)
                .param("months", numbers(body.months()), Types.VARCHAR)
                .param("starts", body.starts(), Types.VARCHAR)
                .param("place", body.place(), Types.VARCHAR)
                .param("cutoff", body.cutoffDays(), Types.INTEGER)
                .param("unit", body.cutoffUnit(), Types.VARCHAR)
                .param("closed", body.closedDay(), Types.VARCHAR)
                .param("quorum", body.quorum(), Types.INTEGER)
                .param("slot", body.slot(), Types.VARCHAR)
                .param("convener", agencies.get(body.convener()))
                .param("decides", body.decides().toArray(String[]::new))
                .param("pledge", body.pledge(), Types.VARCHAR)
                .param("withoutCases", body.heldWithoutCases())
                .param("source", body.source())
                .param("ours", body.ours().toArray(String[]::new))
                .update();
    }

    /** In place of Kasane's first value, which stands there since there is a municipality. */
    private void concern(Profile.ConcernEntry concern) {
        jdbc.sql(
                        """
                        update kasane.concern_field set field = :field, target_group = coalesce(:group, 'other'), origin = 'municipality', source = :source
                        where municipality_id = :municipality and concern = :concern
                        """)
                .param("municipality", municipality)
                .param("concern", concern.concern())
                .param("field", concern.field(), Types.VARCHAR)
                .param("group", concern.targetGroup(), Types.VARCHAR)
                .param("source", concern.source())
                .update();
    }

    /** As PostgreSQL writes an array; null where nothing is said. */
    private static String numbers(List<Integer> numbers) {
        return numbers == null
                ? null
                : numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    private void user(String login, String name, String hash, String kind, String role, UUID agency) {
        var id = Ids.next();
        jdbc.sql(
                        "insert into kasane.app_user (id, municipality_id, login, display_name, password_hash, kind) values (?, ?, ?, ?, ?, ?)")
                .params(id, municipality, login, name, hash, kind)
                .update();
        jdbc.sql(
                        "insert into kasane.role_assignment (id, municipality_id, user_id, role, agency_id) values (?, ?, ?, ?, ?)")
                .params(Ids.next(), municipality, id, role, agency)
                .update();
    }
}
