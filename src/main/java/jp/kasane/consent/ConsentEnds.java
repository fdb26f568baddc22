package jp.kasane.consent;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.notification.Notices;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Tells those who hold an open case that a consent ends soon, and again when it has ended; each once. */
@Component
class ConsentEnds {

    private final JdbcClient jdbc;
    private final SystemActor system;
    private final Notices notices;
    private final Clock clock;
    private final int days;

    /** @param days before its last day that a consent is pointed out; two weeks are Kasane's own */
    ConsentEnds(
            JdbcClient jdbc,
            SystemActor system,
            Notices notices,
            Clock clock,
            @Value("${kasane.consent.remind-days:14}") int days) {
        this.jdbc = jdbc;
        this.system = system;
        this.notices = notices;
        this.clock = clock;
        this.days = days;
    }

    private record Ending(UUID id, UUID caseId, UUID municipality, UUID accompanying, UUID lead, boolean over) {}

    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT3M")
    void look() {
        tell(clock.instant());
    }

    /** @return how many consents end or have ended */
    int tell(Instant now) {
        return system.inTransaction(() -> {
            var ending = jdbc.sql(
                            """
                            select c.id, f.id as case_id, f.municipality_id as municipality, f.coordinating_agency_id as accompanying,
                                   f.lead_agency_id as lead, c.until < :today as over
                            from kasane.consent c join kasane.case_file f on f.id = c.case_id and f.closed_at is null
                            join kasane.household_member m on m.id = c.member_id and m.left_at is null
                            where c.until is not null and c.until <= :soon and c.voided_at is null and c.state <> 'withdrawn'
                              and not exists (select from kasane.consent k where k.member_id = c.member_id and k.voided_at is null
                                              and (k.recorded_at, k.id) > (c.recorded_at, c.id))
                            """)
                    .param("today", JapaneseTime.dayOf(now))
                    .param("soon", JapaneseTime.dayOf(now).plusDays(days))
                    .query(Ending.class)
                    .list();
            for (var each : ending) {
                var people = new ArrayList<>(notices.holders(each.municipality(), "coordinator", each.accompanying()));
                people.addAll(notices.peopleOf(each.municipality(), each.lead()));
                notices.tell(
                        people.stream().distinct().toList(),
                        "consent-ending",
                        "consent-ending:" + each.id() + (each.over() ? ":over" : ":soon"),
                        Notices.About.aCase(each.caseId()));
            }
            return ending.size();
        });
    }
}
