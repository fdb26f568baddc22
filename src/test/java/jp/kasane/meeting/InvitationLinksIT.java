package jp.kasane.meeting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import jp.kasane.KasaneServer;
import jp.kasane.Outsider;
import jp.kasane.access.SignedLinks;
import jp.kasane.notification.internal.LocalMailbox;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Invitations that leave the house: mails with calendar entries, and links that are answered without an account. */
class InvitationLinksIT {

    private static final ZoneId JAPAN = ZoneId.of("Asia/Tokyo");
    private static final Pattern LINK = Pattern.compile("/i/[A-Za-z0-9_-]+");
    private static final String OPENED =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: %1$s, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: meeting }
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 議題, agencies: [shakyo, anshin, minsei] }
            - { as: coordinator, expect: { phase: meeting } }
            """;

    private static KasaneServer kasane;
    private static int days = 20;

    @BeforeAll
    static void anOfficeHasAnAddress() {
        kasane = KasaneServer.shared();
        var set = kasane.as("manager")
                .put(
                        "/api/v1/settings/links/agencies/minsei",
                        "{\"address\":\"minsei@kasane.invalid\",\"language\":\"ja\"}");
        assertThat(set.status()).as(set.text()).isEqualTo(200);
    }

    @AfterAll
    static void noOffice() {
        kasane.as("manager").put("/api/v1/settings/links/agencies/minsei", "{\"address\":\"\",\"language\":\"ja\"}");
    }

    /** The others' meetings are convened without being asked to which sitting. */
    @AfterEach
    void noSittings() {
        kasane.sql()
                .sql("update kasane.sitting set status = 'cancelled' where status = 'planned'")
                .update();
    }

    private static String at(int daysFromNow) {
        return LocalDate.now(JAPAN)
                .plusDays(daysFromNow)
                .atTime(LocalTime.of(14, 0))
                .atZone(JAPAN)
                .toOffsetDateTime()
                .toString();
    }

    /** A case whose 支援会議 is convened at need, on a day of its own. */
    private static JsonNode convened(String name) {
        var caseId = kasane.playSteps(OPENED.formatted(name)).caseId();
        var manager = kasane.as("manager");
        var answer = manager.submit(
                manager.task("Task_ConveneMeeting", "caseId=" + caseId),
                """
                {"scheduledAt":"%s","place":"市役所 会議室","agencies":["shakyo","anshin","minsei"]}"""
                        .formatted(at(++days)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return manager.get("/api/v1/cases/" + caseId).at("/meetings/0");
    }

    private static JsonNode meeting(JsonNode of) {
        return kasane.as("manager")
                .get("/api/v1/meetings/" + of.get("id").asText())
                .body();
    }

    private static JsonNode attendee(JsonNode meeting, String agency) {
        for (var each : meeting(meeting).get("attendees")) {
            if (each.get("agencyCode").asText().equals(agency)) {
                return each;
            }
        }
        throw new AssertionError(agency + " is not invited");
    }

    private static LocalMailbox.Mail mail(String to, JsonNode meeting, String method) {
        var sitting = meeting.get("sittingId").asText();
        return await("a mail to " + to)
                .atMost(Duration.ofSeconds(90))
                .until(
                        () -> kasane.bean(LocalMailbox.class).mails().stream()
                                .filter(mail -> mail.to().equals(to)
                                        && mail.enclosed().stream()
                                                .anyMatch(file -> unfolded(file).contains("UID:" + sitting)
                                                        && unfolded(file).contains("METHOD:" + method)))
                                .findFirst()
                                .orElse(null),
                        java.util.Objects::nonNull);
    }

    private static String unfolded(LocalMailbox.Enclosed file) {
        return file.text().replace("\r\n ", "");
    }

    private static String link(LocalMailbox.Mail mail) {
        var found = LINK.matcher(mail.text());
        assertThat(found.find()).as(mail.text()).isTrue();
        return found.group();
    }

    private static Outsider outsider() {
        return new Outsider(kasane.baseUrl(), "127.0.0.3");
    }

    private static Map<String, String> answer(String outcome, String... more) {
        var fields = new java.util.HashMap<>(Map.of("outcome", outcome));
        for (int i = 0; i < more.length; i += 2) {
            fields.put(more[i], more[i + 1]);
        }
        return fields;
    }

    @Test
    void anAgencyWithoutAnAccountAnswersByTheLinkInItsMailAndOnlyOnce() {
        var meeting = convened("外 一郎");
        var mail = mail("minsei@kasane.invalid", meeting, "REQUEST");
        var caseNumber = kasane.sql()
                .sql("select number from kasane.case_file where id = :id")
                .param("id", UUID.fromString(meeting.get("caseId").asText()))
                .query(String.class)
                .single();
        var calendar = unfolded(mail.enclosed().getFirst());
        assertThat(mail.enclosed().getFirst().type()).contains("text/calendar", "method=REQUEST");
        assertThat(calendar)
                .contains("SEQUENCE:0", "SUMMARY:", "LOCATION:市役所 会議室", "DTSTART:", "STATUS:CONFIRMED")
                .doesNotContain("外 一郎");
        assertThat(caseNumber).isNotBlank();
        assertThat(mail.text() + mail.subject() + calendar).doesNotContain("外 一郎", caseNumber);

        var office = outsider();
        var link = link(mail);
        var page = office.open(link);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.html()).contains("民生委員・児童委員", "市役所 会議室", "守秘義務の誓約書").doesNotContain("外 一郎", caseNumber, "家のこと");
        assertThat(office.cookies()).isEqualTo("XSRF-TOKEN");

        var nothing = office.send(link, answer("", "information", "伝えたいこと"));
        assertThat(nothing.status()).isEqualTo(422);
        assertThat(nothing.html()).contains("選んでください", "伝えたいこと");
        var nobody = office.send(link, answer("substitute", "information", "伝えたいこと"));
        assertThat(nobody.status()).isEqualTo(422);
        assertThat(nobody.html()).contains("代理の人の所属・氏名", "伝えたいこと");
        var given = office.send(
                link, answer("substitute", "substitute", "第二地区 代理 次郎", "pledge", "true", "information", "𠮷田さんの隣🏠"));
        assertThat(given.status()).as(given.html()).isEqualTo(200);
        assertThat(given.html()).contains("回答を受け取りました");

        var attendee = attendee(meeting, "minsei");
        assertThat(attendee.get("answer").asText()).isEqualTo("attend");
        assertThat(attendee.get("substitute").asText()).isEqualTo("第二地区 代理 次郎");
        assertThat(attendee.get("pledgedAt").isNull()).isFalse();
        assertThat(attendee.get("information").asText()).isEqualTo("𠮷田さんの隣🏠");
        assertThat(kasane.sql()
                        .sql(
                                """
                                select u.display_name from kasane.case_event e join kasane.app_user u on u.id = e.actor_id
                                where e.case_id = :id and e.kind = 'meeting.answered'
                                """)
                        .param("id", UUID.fromString(meeting.get("caseId").asText()))
                        .query(String.class)
                        .single())
                .isEqualTo("民生委員・児童委員（リンクから）");
        await("the engine goes on")
                .atMost(Duration.ofSeconds(60))
                .until(() -> kasane.sql()
                                .sql(
                                        """
                                        select count(*) from engine.process_instance i join engine.user_task t on t.epoch = i.epoch and t.process_instance_key = i.key
                                        where i.instance_key = :key and t.state = 'CREATED'
                                        """)
                                .param("key", attendee.get("id").asText())
                                .query(Integer.class)
                                .single()
                        == 0);

        var again = office.open(link);
        assertThat(again.status()).isEqualTo(410);
        assertThat(again.html()).contains("もう回答をいただいています");
        assertThat(office.send(link, answer("absent")).status()).isEqualTo(410);
        assertThat(attendee(meeting, "minsei").get("answer").asText()).isEqualTo("attend");
    }

    @Test
    void aLinkThatIsForgedExpiredOrOvertakenSaysSo() {
        var meeting = convened("外 二郎");
        var first = mail("minsei@kasane.invalid", meeting, "REQUEST");
        var link = link(first);
        var office = outsider();

        var forged = office.open(link.substring(0, link.length() - 2) + (link.endsWith("AA") ? "BB" : "AA"));
        assertThat(forged.status()).isEqualTo(404);
        assertThat(forged.html()).contains("リンクは正しくありません");
        assertThat(office.open("/i/x").status()).isEqualTo(404);

        var attendee = UUID.fromString(attendee(meeting, "minsei").get("id").asText());
        var expired = ByteBuffer.allocate(32)
                .putLong(attendee.getMostSignificantBits())
                .putLong(attendee.getLeastSignificantBits())
                .putLong(Instant.parse(meeting(meeting).get("scheduledAt").asText())
                        .toEpochMilli())
                .putLong(Instant.now().minusSeconds(60).getEpochSecond())
                .array();
        var links = kasane.bean(SignedLinks.class);
        var late = office.open("/i/" + links.sign("invitation-answer", expired));
        assertThat(late.status()).isEqualTo(410);
        assertThat(late.html()).contains("期限が切れています");
        assertThat(office.open("/i/" + links.sign("something-else", expired)).status())
                .as("a link for something else")
                .isEqualTo(404);

        var sitting = meeting.get("sittingId").asText();
        var moved = kasane.as("manager")
                .post(
                        "/api/v1/sittings/" + sitting + "/move",
                        "{\"startsAt\":\"" + at(++days) + "\",\"place\":\"社協\",\"reason\":\"都合\"}");
        assertThat(moved.status()).as(moved.text()).isEqualTo(200);
        var old = office.open(link);
        assertThat(old.status()).isEqualTo(410);
        assertThat(old.html()).contains("日時が変わった");
        var second = await("the new invitation")
                .atMost(Duration.ofSeconds(90))
                .until(
                        () -> kasane.bean(LocalMailbox.class).mails().stream()
                                .filter(mail -> mail.to().equals("minsei@kasane.invalid")
                                        && mail.enclosed().stream()
                                                .anyMatch(file -> unfolded(file).contains("UID:" + sitting)
                                                        && unfolded(file).contains("SEQUENCE:1")))
                                .findFirst()
                                .orElse(null),
                        java.util.Objects::nonNull);
        assertThat(office.open(link(second)).status()).isEqualTo(200);

        // People with an account have it in their mail, too.
        mail("member@kasane.invalid", meeting, "REQUEST");
        assertThat(kasane.as("manager")
                        .post("/api/v1/sittings/" + sitting + "/cancel", "{\"reason\":\"大雪\"}")
                        .status())
                .isEqualTo(200);
        var off = office.open(link(second));
        assertThat(off.status()).isEqualTo(410);
        assertThat(off.html()).contains("回答は要りません");
        for (var to : new String[] {"minsei@kasane.invalid", "member@kasane.invalid"}) {
            var cancelled = mail(to, meeting, "CANCEL");
            assertThat(unfolded(cancelled.enclosed().getFirst())).contains("STATUS:CANCELLED", "SEQUENCE:2");
            assertThat(cancelled.text()).contains("取りやめ");
        }
    }

    @Test
    void whoeverConvenesMakesALinkAndNobodyElse() {
        var meeting = convened("外 三郎");
        var path = "/api/v1/meetings/" + meeting.get("id").asText() + "/attendees/"
                + attendee(meeting, "minsei").get("id").asText() + "/link";
        assertThat(kasane.as("member").post(path, "{}").status()).isEqualTo(403);
        assertThat(kasane.as("reception").post(path, "{}").status()).isEqualTo(404);
        var made = kasane.as("manager").post(path, "{}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(Duration.between(
                                Instant.now(),
                                Instant.parse(made.at("/expiresAt").asText()))
                        .toDays())
                .isBetween(12L, 14L);
        var link = LINK.matcher(made.at("/url").asText());
        assertThat(link.find()).isTrue();
        assertThat(outsider().open(link.group()).status()).isEqualTo(200);
        assertThat(kasane.as("manager")
                        .put("/api/v1/settings/links", "{\"days\":\"0\"}")
                        .status())
                .isEqualTo(422);
        assertThat(kasane.as("manager")
                        .put("/api/v1/settings/links/agencies/minsei", "{\"address\":\"だれか\"}")
                        .status())
                .isEqualTo(422);
        assertThat(kasane.as("coordinator")
                        .put("/api/v1/settings/links", "{\"days\":\"7\"}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void whoeverTriesTooOftenWaits() {
        var stranger = new Outsider(kasane.baseUrl(), "127.0.0.9");
        Outsider.Page last = null;
        for (int i = 0; i < 130; i++) {
            last = stranger.open("/i/guess" + i);
            if (last.status() == 429) {
                break;
            }
            assertThat(last.status()).isEqualTo(404);
        }
        assertThat(last.status()).isEqualTo(429);
        assertThat(last.html()).contains("少しお待ちください");
        assertThat(outsider().open("/i/guess").status()).as("nobody else").isEqualTo(404);
    }

    @Test
    void aMonthOfSittingsAndAPersonsOwnAsAFile() {
        var meeting = convened("外 四郎");
        var day =
                Instant.parse(meeting.get("scheduledAt").asText()).atZone(JAPAN).toLocalDate();
        var month = kasane.as("manager")
                .get("/api/v1/sittings/month/" + day.toString().substring(0, 7));
        assertThat(month.text()).contains(meeting.get("sittingId").asText());
        assertThat(kasane.as("manager").get("/api/v1/sittings/month/2026-13").status())
                .isEqualTo(422);
        var own = kasane.as("member").get("/sittings/mine.ics");
        assertThat(own.contentType()).startsWith("text/calendar");
        assertThat(own.text())
                .contains("METHOD:PUBLISH", "UID:" + meeting.get("sittingId").asText())
                .doesNotContain("外 四郎");
        assertThat(kasane.as("reception").get("/sittings/mine.ics").text())
                .doesNotContain(meeting.get("sittingId").asText());
        var expected = kasane.as("manager")
                .get("/api/v1/sittings/" + meeting.get("sittingId").asText() + "/expected");
        assertThat(expected.body().size()).isEqualTo(3);
    }

    @Test
    void aLinkThatWasTakenBackSaysSoAndANewOneWorks() {
        var meeting = convened("外 取消");
        var anshin = attendee(meeting, "anshin").get("id").asText();
        var minsei = attendee(meeting, "minsei").get("id").asText();
        var here = "/api/v1/meetings/" + meeting.get("id").asText() + "/attendees/";
        var manager = kasane.as("manager");
        var link = made(manager.post(here + minsei + "/link", "{}"));
        var others = made(manager.post(here + anshin + "/link", "{}"));
        var office = outsider();
        assertThat(office.open(link).status()).isEqualTo(200);

        var refused = kasane.as("coordinator").post(here + minsei + "/link/revoke", "{}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("リンクを取り消せるのは、この会議を招集する人です。");
        assertThat(manager.post(here + minsei + "/link/revoke", "{}").status()).isEqualTo(204);

        var gone = office.open(link);
        assertThat(gone.status()).isEqualTo(410);
        assertThat(gone.html()).contains("このリンクは、招集した機関が取り消しました。");
        assertThat(office.send(link, answer("absent")).status()).isEqualTo(410);
        assertThat(attendee(meeting, "minsei").get("answer").isNull()).isTrue();
        assertThat(office.open(others).status()).isEqualTo(200);
        assertThat(manager.get("/api/v1/cases/" + meeting.get("caseId").asText() + "/timeline")
                        .text())
                .contains("meeting.link-revoked");

        var again = made(manager.post(here + minsei + "/link", "{}"));
        assertThat(office.send(again, answer("attend", "pledge", "true")).status())
                .isEqualTo(200);
        assertThat(attendee(meeting, "minsei").get("answer").asText()).isEqualTo("attend");
        // Answered: there is nothing to take back.
        assertThat(manager.post(here + minsei + "/link/revoke", "{}").status()).isEqualTo(409);
    }

    private static String made(KasaneServer.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        var url = answer.at("/url").asText();
        return url.substring(url.indexOf("/i/"));
    }
}
