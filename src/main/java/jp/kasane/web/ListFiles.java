package jp.kasane.web;

import jakarta.servlet.http.HttpServletRequest;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import jp.kasane.access.Acting;
import jp.kasane.audit.Histories;
import jp.kasane.audit.Samples;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Timeline;
import jp.kasane.community.CommunityIssue;
import jp.kasane.community.CommunityIssues;
import jp.kasane.community.Resource;
import jp.kasane.community.Resources;
import jp.kasane.emergency.EmergencyAccess;
import jp.kasane.erasure.Erasures;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.match.Matches;
import jp.kasane.meeting.MeetingBodies;
import jp.kasane.meeting.MeetingBody;
import jp.kasane.meeting.Sitting;
import jp.kasane.meeting.Sittings;
import jp.kasane.network.NetworkMeeting;
import jp.kasane.network.NetworkMeetings;
import jp.kasane.notification.Notices;
import jp.kasane.roster.Roster;
import jp.kasane.roster.RosterPerson;
import jp.kasane.roster.Rosters;
import jp.kasane.staff.Handovers;
import jp.kasane.staff.Staff;
import jp.kasane.table.CsvList;
import jp.kasane.table.CsvList.Column;
import jp.kasane.task.TaskLists;
import jp.kasane.task.TaskSelection;
import jp.kasane.task.Tasks;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The lists of the pages as files, with the page's filters and no rows that the page would not show: up to {@value CsvList#MOST} lines. That
 * somebody took one along is on the trail as an export, with the cases that are in it. Lists of the trail itself are in {@code audit}.
 */
@Controller
@RequestMapping("/lists")
class ListFiles {

    private static final int PAGE = 500;

    private final CsvList csv;
    private final Cases cases;
    private final TaskLists tasks;
    private final CommunityIssues issues;
    private final Resources resources;
    private final NetworkMeetings networkMeetings;
    private final Sittings sittings;
    private final MeetingBodies bodies;
    private final Matches matches;
    private final Handovers handovers;
    private final Staff staff;
    private final Rosters rosters;
    private final Samples samples;
    private final Histories histories;
    private final Notices notices;
    private final Erasures erasures;
    private final EmergencyAccess emergency;
    private final Words words;

    ListFiles(
            CsvList csv,
            Cases cases,
            TaskLists tasks,
            CommunityIssues issues,
            Resources resources,
            NetworkMeetings networkMeetings,
            Sittings sittings,
            MeetingBodies bodies,
            Matches matches,
            Handovers handovers,
            Staff staff,
            Rosters rosters,
            Samples samples,
            Histories histories,
            Notices notices,
            Erasures erasures,
            EmergencyAccess emergency,
            Words words) {
        this.csv = csv;
        this.cases = cases;
        this.tasks = tasks;
        this.issues = issues;
        this.resources = resources;
        this.networkMeetings = networkMeetings;
        this.sittings = sittings;
        this.bodies = bodies;
        this.matches = matches;
        this.handovers = handovers;
        this.staff = staff;
        this.rosters = rosters;
        this.samples = samples;
        this.histories = histories;
        this.notices = notices;
        this.erasures = erasures;
        this.emergency = emergency;
        this.words = words;
    }

    @GetMapping("/cases.csv")
    ResponseEntity<byte[]> cases() {
        return csv.of(
                "cases.csv",
                cases.list(CsvList.MOST),
                Column.of("cases.number", CaseFile::number),
                Column.of("cases.household", CaseFile::householdName),
                Column.coded("cases.phase", "phase", CaseFile::phase),
                Column.coded("tasks.facet.urgency", "urgency", CaseFile::urgency),
                Column.of("cases.lead", CaseFile::leadAgency),
                Column.of("cases.review", CaseFile::nextReviewOn),
                Column.of("cases.opened", CaseFile::openedAt));
    }

    /** The view and the filters of the address, as on the page; all columns, whichever are shown. */
    @GetMapping("/tasks.csv")
    ResponseEntity<byte[]> tasks(HttpServletRequest request) {
        var mayDo = Stream.of("reception", "coordinator", "member", "manager").anyMatch(Acting.required()::has);
        var selection = TaskSelection.of(request.getParameterMap(), mayDo ? Tasks.View.GROUP : Tasks.View.ALL)
                .from(null);
        var rows = new ArrayList<Tasks.Row>();
        for (var page = tasks.page(selection, PAGE); ; page = tasks.page(selection.from(page.next()), PAGE)) {
            rows.addAll(page.rows());
            if (page.next() == null || rows.size() >= CsvList.MOST) {
                break;
            }
        }
        return csv.of(
                "tasks.csv",
                rows,
                Column.of("tasks.due", Tasks.Row::dueAt),
                Column.coded("tasks.what", "step", Tasks.Row::step),
                Column.of("tasks.who", Tasks.Row::subject),
                Column.of("tasks.case", Tasks.Row::caseNumber),
                Column.coded("tasks.facet.phase", "phase", Tasks.Row::phase),
                Column.coded("tasks.facet.urgency", "urgency", Tasks.Row::urgency),
                Column.of("tasks.column.agency", Tasks.Row::agency),
                Column.coded("tasks.facet.concern", "concern", Tasks.Row::concerns),
                Column.coded("tasks.facet.main", "concern", Tasks.Row::main),
                Column.of("tasks.taken", Tasks.Row::claimedByName),
                Column.of("tasks.since", Tasks.Row::createdAt));
    }

    @GetMapping("/community-issues.csv")
    ResponseEntity<byte[]> issues() {
        return csv.of(
                "community-issues.csv",
                issues.list(),
                Column.of("cases.number", CommunityIssue::number),
                Column.of("issues.one", CommunityIssue::title),
                Column.of("issues.description", CommunityIssue::description),
                Column.of("issues.area", CommunityIssue::area),
                Column.coded("rosters.state", "issues.status", CommunityIssue::status),
                Column.coded("list.outcome", "issues.outcome", CommunityIssue::outcome),
                Column.of("issues.body", CommunityIssue::body),
                Column.of("list.cases", CommunityIssue::cases),
                Column.of("list.raisedAt", CommunityIssue::raisedAt));
    }

    @GetMapping("/resources.csv")
    ResponseEntity<byte[]> resources() {
        return csv.of(
                "resources.csv",
                resources.list(),
                Column.of("resources.name", Resource::name),
                Column.coded("resources.kind", "resources.kind", Resource::kind),
                Column.of("resources.agency", Resource::agency),
                Column.coded("resources.accepts", "resources.accepts", Resource::accepts),
                Column.of("resources.tasks", Resource::tasks),
                Column.of("resources.hours", Resource::hours),
                Column.of("resources.place", Resource::place),
                Column.of("resources.contact", Resource::contact),
                Column.of("resources.surveyedOn", Resource::surveyedOn),
                Column.of("resources.active", Resource::active));
    }

    @GetMapping("/network-meetings.csv")
    ResponseEntity<byte[]> networkMeetings() {
        return csv.of(
                "network-meetings.csv",
                networkMeetings.list(),
                Column.of("network.title", NetworkMeeting::name),
                Column.of("network.convener", NetworkMeeting::convener),
                Column.of("network.next", NetworkMeeting::nextAt),
                Column.of("network.cutoff", NetworkMeeting::cutoffAt),
                Column.of("meeting.place", NetworkMeeting::place),
                Column.of("network.agenda", meeting -> meeting.agenda().stream()
                        .map(NetworkMeeting.Item::title)
                        .toList()),
                Column.of("resources.active", NetworkMeeting::active));
    }

    /** Those to come and those that are over, with the cases that are put to them: a line each. */
    @GetMapping("/sittings.csv")
    ResponseEntity<byte[]> sittings(@RequestParam(required = false) String body) {
        record Line(Sitting sitting, Sitting.Item item) {}
        // What is no body's code is no filter, as on the page.
        var ofBody = bodies.list().stream()
                .filter(each -> each.code().equals(body))
                .map(MeetingBody::name)
                .findFirst()
                .orElse(null);
        var lists = sittings.lists(CsvList.MOST);
        var lines = Stream.concat(lists.coming().stream(), lists.past().stream())
                .filter(sitting -> ofBody == null || ofBody.equals(sitting.body()))
                .flatMap(sitting -> sitting.items().isEmpty()
                        ? Stream.of(new Line(sitting, null))
                        : sitting.items().stream().map(item -> new Line(sitting, item)))
                .toList();
        return csv.of(
                "sittings.csv",
                lines,
                Column.of("meeting.when", line -> line.sitting().startsAt()),
                Column.of("sittings.body", line -> line.sitting().body()),
                Column.coded("rosters.state", "sittings.status", line -> line.sitting()
                        .status()),
                Column.of("sittings.cutoff", line -> line.sitting().cutoffAt()),
                Column.of("meeting.place", line -> line.sitting().place()),
                Column.of(
                        "sittings.items",
                        line -> line.item() == null ? null : line.item().caseNumber()),
                Column.coded(
                        "sittings.kind",
                        "meetingType",
                        line -> line.item() == null ? null : line.item().meetingType()),
                Column.coded(
                        "list.outcome",
                        "outcome",
                        line -> line.item() == null ? null : line.item().outcome()));
    }

    @GetMapping("/matches.csv")
    ResponseEntity<byte[]> matches() {
        return csv.of(
                "matches.csv",
                matches.all(),
                Column.of("cases.number", match -> match.here().number()),
                Column.of("tasks.who", match -> match.here().called()),
                Column.coded("list.why", "match.reason", Matches.Match::reasons),
                Column.of(
                        "list.other.number",
                        match -> match.seen() ? match.there().number() : null),
                Column.of(
                        "list.other.who", match -> match.seen() ? match.there().called() : null),
                Column.of("list.other.agency", Matches.Match::agency));
    }

    @GetMapping("/handovers.csv")
    ResponseEntity<byte[]> handovers() {
        return csv.of(
                "handovers.csv",
                handovers.list(),
                Column.of("handover.from", Handovers.Handover::fromName),
                Column.of("handover.to", Handovers.Handover::toName),
                Column.of("handover.on", Handovers.Handover::effectiveOn),
                Column.coded("rosters.state", "handover.status", Handovers.Handover::status),
                Column.of("handover.preparedBy", Handovers.Handover::preparedBy),
                Column.of("handover.doneAt", Handovers.Handover::doneAt));
    }

    /** A line for each post. */
    @GetMapping("/people.csv")
    ResponseEntity<byte[]> people() {
        record Line(Staff.Person person, Staff.Post post) {}
        var lines = staff.all().stream()
                .flatMap(person -> person.posts().isEmpty()
                        ? Stream.of(new Line(person, null))
                        : person.posts().stream().map(post -> new Line(person, post)))
                .toList();
        return csv.of(
                "people.csv",
                lines,
                Column.of("people.name", line -> line.person().name()),
                Column.of("people.login", line -> line.person().login()),
                Column.coded(
                        "people.role",
                        "staffrole",
                        line -> line.post() == null ? null : line.post().role()),
                Column.of(
                        "people.agency",
                        line -> line.post() == null ? null : line.post().agency()),
                Column.of(
                        "people.from",
                        line -> line.post() == null ? null : line.post().from()),
                Column.of(
                        "people.to",
                        line -> line.post() == null ? null : line.post().to()),
                Column.of("people.taken", line -> line.person().taken()));
    }

    @GetMapping("/rosters/{id}/people.csv")
    ResponseEntity<byte[]> roster(
            @PathVariable String id,
            @RequestParam(required = false) String status,
            @RequestParam(required = false) String agency) {
        var roster = Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("名簿"));
        rosters.one(roster);
        List<RosterPerson> people = rosters.people(roster, filled(status), filled(agency), 0, CsvList.MOST);
        return csv.of(
                "roster.csv",
                people,
                Column.of("rosters.field.number", RosterPerson::number),
                Column.of("rosters.field.name", RosterPerson::name),
                Column.of("rosters.field.kana", RosterPerson::kana),
                Column.of("rosters.field.birthDate", RosterPerson::birthDate),
                Column.of("rosters.field.address", RosterPerson::address),
                Column.of("rosters.field.phone", RosterPerson::phone),
                Column.of("rosters.field.note", RosterPerson::note),
                Column.of("rosters.field.agency", RosterPerson::agency),
                Column.coded("rosters.state", "rosters.status", RosterPerson::status),
                Column.of("rosters.planned", RosterPerson::visitOn));
    }

    /** The whole history as the page shows it, the newest first; who looked for auditors only. */
    @GetMapping("/cases/{id}/history.csv")
    ResponseEntity<byte[]> history(
            @PathVariable String id,
            @RequestParam(required = false) String kind,
            @RequestParam(required = false) UUID person,
            @RequestParam(required = false) LocalDate from,
            @RequestParam(required = false) LocalDate to) {
        var file = Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
        var page = histories.ofCase(
                file.id(), filled(kind), new Timeline.Filter(null, person, from, to), null, CsvList.MOST);
        return csv.of(
                "history.csv",
                page.entries(),
                Column.of("trail.when", Histories.Entry::at),
                Column.coded(
                        "timeline.topic",
                        "topic",
                        entry -> entry.event() != null
                                ? entry.event().topic()
                                : entry.look() != null ? Histories.LOOK : Histories.ENGINE),
                Column.of("trail.what", this::what),
                Column.of(
                        "trail.who",
                        entry -> entry.event() != null
                                ? words.person(entry.event().actor())
                                : entry.look() != null ? entry.look().actor() : null),
                Column.of(
                        "list.behalf",
                        entry -> entry.event() == null ? null : entry.event().onBehalfOf()),
                Column.of(
                        "list.happenedAt",
                        entry -> entry.event() == null ? null : entry.event().occurredAt()),
                Column.coded(
                        "list.process",
                        "process",
                        entry -> entry.event() != null
                                ? entry.event().processId()
                                : entry.deed() != null ? entry.deed().processId() : null),
                Column.of(
                        "list.version",
                        entry -> entry.event() != null
                                ? entry.event().processVersion()
                                : entry.deed() != null ? (Object) entry.deed().version() : null));
    }

    private String what(Histories.Entry entry) {
        if (entry.event() != null) {
            return words.event(entry.event());
        }
        if (entry.look() != null) {
            var looked = words.looked(entry.look().what());
            return words.of("trail.kind", entry.look().kind()) + "："
                    + (looked == null ? entry.look().what() : looked);
        }
        var name = entry.deed().name();
        return words.of("deed", entry.deed().what()) + (name == null ? "" : "：" + name);
    }

    @GetMapping("/samples.csv")
    ResponseEntity<byte[]> samples() {
        return csv.of(
                "samples.csv",
                samples.all(),
                Column.of("trail.when", Samples.Sample::drawnAt),
                Column.of("trail.who", Samples.Sample::drawnBy),
                Column.of("timeline.from", Samples.Sample::fromOn),
                Column.of("timeline.to", Samples.Sample::toOn),
                Column.of("trail.samples.seed", Samples.Sample::seed),
                Column.of("trail.samples.size", Samples.Sample::drawn),
                Column.of("list.checked", Samples.Sample::checked));
    }

    @GetMapping("/notices.csv")
    ResponseEntity<byte[]> notices() {
        return csv.of(
                "notices.csv",
                notices.mine(CsvList.MOST),
                Column.of("trail.when", Notices.Notice::createdAt),
                Column.coded("nav.notices", "notice", Notices.Notice::kind),
                Column.of("list.readAt", Notices.Notice::readAt));
    }

    @GetMapping("/rosters.csv")
    ResponseEntity<byte[]> rosters() {
        return csv.of(
                "rosters.csv",
                rosters.list(),
                Column.of("rosters.name", Roster::name),
                Column.of("rosters.purpose", Roster::purpose),
                Column.of("list.created", Roster::createdAt));
    }

    @GetMapping("/erasures.csv")
    ResponseEntity<byte[]> erasures() {
        return csv.of(
                "erasures.csv",
                erasures.all(),
                Column.of("cases.number", Erasures.Erasure::number),
                Column.coded("rosters.state", "erasure.status", Erasures.Erasure::status),
                Column.coded("erasure.basis", "erasure.basis", Erasures.Erasure::basis),
                Column.of("erasure.reference", Erasures.Erasure::reference),
                Column.of("list.proposedBy", Erasures.Erasure::proposedBy),
                Column.of("list.proposedAt", Erasures.Erasure::proposedAt),
                Column.of("list.endedBy", Erasures.Erasure::endedBy),
                Column.of("list.endedAt", Erasures.Erasure::endedAt));
    }

    @GetMapping("/emergency-accesses.csv")
    ResponseEntity<byte[]> emergencies() {
        return csv.of(
                "emergency-accesses.csv",
                emergency.all(),
                Column.of("cases.number", EmergencyAccess.Access::number),
                Column.of("trail.who", EmergencyAccess.Access::person),
                Column.coded("emergency.reason", "emergency.reason", EmergencyAccess.Access::reason),
                Column.of("emergency.note", EmergencyAccess.Access::note),
                Column.of("list.openedAt", EmergencyAccess.Access::openedAt),
                Column.of("list.until", EmergencyAccess.Access::until),
                Column.coded("emergency.verdict", "emergency.verdict", EmergencyAccess.Access::verdict),
                Column.of("list.checkedBy", EmergencyAccess.Access::confirmedBy),
                Column.of("list.checkedAt", EmergencyAccess.Access::confirmedAt));
    }

    @GetMapping("/samples/{id}/cases.csv")
    ResponseEntity<byte[]> sample(@PathVariable String id) {
        var sample = Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("標本"));
        samples.one(sample);
        return csv.of(
                "sample.csv",
                samples.cases(sample),
                Column.of("list.position", Samples.Drawn::position),
                Column.of("cases.number", Samples.Drawn::number),
                Column.coded("cases.phase", "phase", Samples.Drawn::phase),
                Column.of("trail.sample.note", Samples.Drawn::note),
                Column.of("list.checkedAt", Samples.Drawn::checkedAt),
                Column.of("list.checkedBy", Samples.Drawn::checkedBy));
    }

    private static String filled(String text) {
        return text == null || text.isBlank() ? null : text;
    }
}
