package jp.kasane.meeting;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Refusal;
import jp.kasane.printing.PrintedPages;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 会議次第, 会議資料 and 会議録 as PDF. Every page says how confidential it is and for whom it was printed: what was said in a 支援会議 stays
 * with those who sat in it (法106条の6; 002, L2254-2271). They hold what the acting user sees, and nothing else.
 */
@Component
@Transactional(readOnly = true)
public class MeetingPapers {

    private final Meetings meetings;
    private final Sittings sittings;
    private final JdbcClient jdbc;
    private final PrintedPages pages;
    private final Clock clock;

    MeetingPapers(Meetings meetings, Sittings sittings, JdbcClient jdbc, PrintedPages pages, Clock clock) {
        this.meetings = meetings;
        this.sittings = sittings;
        this.jdbc = jdbc;
        this.pages = pages;
        this.clock = clock;
    }

    /** A case's item: its meeting and the case's number. */
    public record Item(Meeting meeting, String caseNumber, String householdName) {}

    /**
     * 会議次第: the sitting with the cases that are put to it, as far as the acting user sees them.
     *
     * @throws Refusal.NotFound for a sitting the acting user does not see
     */
    public byte[] agenda(UUID sittingId) {
        var sitting = sittings.find(sittingId).orElseThrow(() -> new Refusal.NotFound("会議の開催"));
        var items = new ArrayList<Item>();
        for (var item : sitting.items()) {
            meetings.find(item.meetingId())
                    .ifPresent(meeting -> items.add(new Item(meeting, item.caseNumber(), item.householdName())));
        }
        return print(
                "agenda",
                sitting.kinds().contains("support"),
                Map.of("sitting", sitting, "items", items, "expected", sittings.expected(sittingId)));
    }

    /**
     * 会議録 of a meeting that was held, else the papers for it.
     *
     * @throws Refusal.NotFound for a meeting the acting user does not see
     */
    public byte[] paper(UUID meetingId) {
        var meeting = meetings.find(meetingId).orElseThrow(() -> new Refusal.NotFound("会議"));
        var number = jdbc.sql("select number from kasane.case_file where id = :id")
                .param("id", meeting.caseId())
                .query(String.class)
                .single();
        var household = jdbc.sql("select name from kasane.household where case_id = :id")
                .param("id", meeting.caseId())
                .query(String.class)
                .optional()
                .orElse(null);
        return print(
                meeting.status().equals("held") ? "minutes" : "paper",
                meeting.meetingType().equals("support"),
                Map.of("items", List.of(new Item(meeting, number, household))));
    }

    private byte[] print(String kind, boolean support, Map<String, Object> content) {
        var model = new HashMap<>(content);
        model.put("kind", kind);
        model.put("mark", support ? "support" : "coordination");
        model.put("reader", Acting.required().displayName());
        model.put("readerAgency", agencies());
        model.put("printedAt", clock.instant());
        return pages.pdf("papers", model, LocaleContextHolder.getLocale());
    }

    private String agencies() {
        return jdbc
                .sql(
                        "select name from kasane.agency where id = any ((select kasane.my_agencies())::uuid[]) order by position")
                .query(String.class)
                .list()
                .stream()
                .collect(Collectors.joining("、"));
    }
}
