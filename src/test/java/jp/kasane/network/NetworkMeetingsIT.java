package jp.kasane.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.worker.CloseAgenda;
import jp.kasane.worker.JobContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 定例会議 against the running Kasane; the calendar is moved in the database, the engine asks it. */
class NetworkMeetingsIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
    }

    /** A calendar that is full of other bodies' sittings would be in the way of whoever looks at sittings next. */
    @AfterAll
    static void leaveTheCalendarAsItWas() {
        for (var statement : new String[] {
            "delete from kasane.network_record where body_id in (select id from kasane.meeting_body where code like 'network-%')",
            "delete from kasane.agenda_item where body_id in (select id from kasane.meeting_body where code like 'network-%')",
            "delete from kasane.sitting where body_id in (select id from kasane.meeting_body where code like 'network-%')",
            "update kasane.meeting_body set active = false where code like 'network-%'"
        }) {
            kasane.sql().sql(statement).update();
        }
    }

    private static String body(String code, boolean anyway) {
        var answer = kasane.as("manager")
                .post(
                        "/api/v1/settings/meetings",
                        """
                        {"code":"%s","name":"連携会議 %s","kinds":["network"],"rhythm":"weekly","weekday":"3","every":"1","months":[1,2,3,4,5,6,7,8,9,10,11,12],"starts":"14:00","cutoffDays":"0","cutoffUnit":"calendar","closedDay":"keep","heldWithoutCases":%s,"active":true}"""
                                .formatted(code, code, anyway));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        var id = answer.at("/id").asText();
        await("its instance")
                .atMost(SOON)
                .until(() -> count(
                                "select count(*) from engine.process_instance where matter_id = :id and state = 'ACTIVE'",
                                id)
                        == 1);
        return id;
    }

    private static long count(String sql, String id) {
        return kasane.sql()
                .sql(sql)
                .param("id", UUID.fromString(id))
                .query(Long.class)
                .single();
    }

    private static JsonNode meeting(String id) {
        return kasane.as("member").get("/api/v1/network-meetings/" + id).body();
    }

    private static void handIn(String body, String title) {
        var answer = kasane.as("member")
                .post(
                        "/api/v1/network-meetings/" + body + "/agenda",
                        "{\"title\":\"" + title + "\",\"detail\":\"話し合いたい\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    /** The cut-off of the next sitting has come. */
    private static String cutOff(String body) {
        kasane.sql()
                .sql(
                        """
                        update kasane.sitting set cutoff_at = now() - interval '1 minute'
                        where id = (select id from kasane.sitting where body_id = :id and agenda_closed_at is null and starts_at > now()
                                      and not exists (select from kasane.network_record r where r.sitting_id = sitting.id)
                                    order by starts_at limit 1)
                        """)
                .param("id", UUID.fromString(body))
                .update();
        return (String) kasane.bean(CloseAgenda.class)
                .close(new JobContext("network-meeting", 1, 1, null, null, body, body))
                .get("outcome");
    }

    /** As the engine's timer would: the instance is seated again and asks where it stands. */
    private static void goOn(String body) {
        var answer = kasane.as("admin").post("/api/v1/operations/streams/" + body + "/re-seat", "{\"reason\":\"試験\"}");
        assertThat(answer.status()).as(answer.text()).isBetween(200, 204);
    }

    @Test
    void anAgendaClosesTheMeetingIsHeldAndTheAreaHears() {
        var body = body("network-a", false);
        handIn(body, "夜の見守り");
        assertThat(meeting(body).get("closed").asBoolean()).isFalse();

        assertThat(cutOff(body)).isEqualTo("held");
        assertThat(cutOffAgain(body)).as("an agenda is closed once").isEqualTo("held");
        handIn(body, "遅れて出た議題");
        goOn(body);
        var task = kasane.as("manager").task("Task_HoldNetwork", "matterId=" + body);
        var items = kasane.as("manager").get("/api/v1/tasks/" + task).at("/data/items");
        assertThat(items).as("what came late is for the sitting after").hasSize(1);
        var silent = kasane.as("manager")
                .submit(
                        task,
                        """
                        {"outcome":"held","happenedOn":"2026-11-21","minutes":"共有した",
                         "items":[{"itemId":"%s","title":"夜の見守り"},{"said":"名のない議題の結論"}]}"""
                                .formatted(items.at("/0/itemId").asText()));
        assertThat(silent.status()).isEqualTo(422);
        assertThat(silent.text()).contains("を書くか、「次の開催へ回す」を選んでください（1件目）。", "を入力してください（2件目）。");
        var said = kasane.as("manager")
                .submit(
                        task,
                        """
                        {"outcome":"held","happenedOn":"2026-11-21","attendees":["anshin","minsei"],"minutes":"共有した","feedback":"見守りの輪を広げる",
                         "items":[{"itemId":"%s","title":"夜の見守り","said":"来月から始める","carried":false}]}"""
                                .formatted(items.at("/0/itemId").asText()));

        assertThat(said.status()).as(said.text()).isEqualTo(201);
        await("feedback")
                .atMost(SOON)
                .until(() -> count(
                                "select count(*) from kasane.notification where matter_id = :id and kind = 'network-feedback'",
                                body)
                        > 0);
        var now = meeting(body);
        assertThat(now.at("/past/0/outcome").asText()).isEqualTo("held");
        assertThat(now.at("/past/0/items/0/said").asText()).isEqualTo("来月から始める");
        assertThat(now.at("/agenda/0/title").asText()).isEqualTo("遅れて出た議題");
        assertThat(now.get("closed").asBoolean())
                .as("the next sitting is waited for")
                .isFalse();
    }

    private static String cutOffAgain(String body) {
        return (String) kasane.bean(CloseAgenda.class)
                .close(new JobContext("network-meeting", 1, 1, null, null, body, body))
                .get("outcome");
    }

    /** 中野's 連携会議 is held whether or not there is a case (002, L4447-49). */
    @Test
    void withoutAnAgendaItDependsOnTheMunicipality() {
        var only = body("network-b", false);
        var anyway = body("network-c", true);

        assertThat(cutOff(only)).isEqualTo("skipped");
        assertThat(cutOff(anyway)).isEqualTo("held");

        assertThat(meeting(only).at("/past/0/outcome").asText()).isEqualTo("no-agenda");
        assertThat(count(
                        "select count(*) from kasane.notification where matter_id = :id and kind = 'network-not-held'",
                        only))
                .isPositive();
    }

    @Test
    void whatWasNotHeldGoesOnToTheNextSitting() {
        var body = body("network-d", false);
        handIn(body, "持ち越す議題");
        cutOff(body);
        goOn(body);
        var task = kasane.as("manager").task("Task_HoldNetwork", "matterId=" + body);

        var said = kasane.as("manager").submit(task, "{\"outcome\":\"cancelled\",\"reason\":\"大雪\"}");

        assertThat(said.status()).as(said.text()).isEqualTo(201);
        assertThat(meeting(body).at("/agenda/0/title").asText()).isEqualTo("持ち越す議題");
        assertThat(meeting(body).at("/agenda/0/closed").asBoolean()).isFalse();
    }

    @Test
    void aCommunityIssuePutToTheBodyStandsOnItsAgenda() {
        var body = body("network-e", false);
        var issue = kasane.as("coordinator")
                .post(
                        "/api/v1/community-issues",
                        "{\"data\":{\"issue\":\"new\",\"title\":\"足のない人の通院\",\"description\":\"移動の手段がない\"}}")
                .at("/issueId")
                .asText();
        var task = kasane.as("coordinator").task("Task_SortIssue", "matterId=" + issue);

        var put = kasane.as("coordinator")
                .submit(task, "{\"said\":\"共通\",\"outcome\":\"put\",\"body\":\"network-e\",\"question\":\"乗り合いは\"}");

        assertThat(put.status()).as(put.text()).isEqualTo(201);
        assertThat(meeting(body).at("/agenda/0/issueId").asText()).isEqualTo(issue);
    }

    @Test
    void whatCannotBeAcceptedIsSaid() {
        var body = body("network-f", false);
        handIn(body, "締め切られる議題");
        var item = meeting(body).at("/agenda/0/id").asText();

        var untitled = kasane.as("member").post("/api/v1/network-meetings/" + body + "/agenda", "{\"title\":\" \"}");
        assertThat(untitled.status()).isEqualTo(422);
        assertThat(kasane.as("coordinator")
                        .delete("/api/v1/network-meetings/" + body + "/agenda/" + item)
                        .status())
                .as("somebody else's")
                .isEqualTo(403);
        cutOff(body);
        var late = kasane.as("member").delete("/api/v1/network-meetings/" + body + "/agenda/" + item);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.text()).contains("締切");
    }

    @Test
    void aBodyThatIsNoLongerInUseIsLeftAlone() {
        var body = body("network-g", false);

        var changed = kasane.as("manager")
                .put(
                        "/api/v1/settings/meetings/network-g",
                        "{\"name\":\"連携会議\",\"kinds\":[\"network\"],\"rhythm\":\"weekly\",\"weekday\":\"3\",\"every\":\"1\",\"months\":[1,2,3,4,5,6,7,8,9,10,11,12],\"starts\":\"14:00\",\"cutoffDays\":\"0\",\"cutoffUnit\":\"calendar\",\"closedDay\":\"keep\",\"active\":false}");
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        goOn(body);

        await("its instance to end")
                .atMost(SOON)
                .until(() -> count(
                                "select count(*) from engine.process_instance where matter_id = :id and state = 'ACTIVE'",
                                body)
                        == 0);
    }
}
