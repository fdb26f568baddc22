package jp.kasane.consultation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import jp.kasane.KasaneServer;
import jp.kasane.Outsider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** つなぐシート from people without an account. */
class OutsideSheetsIT {

    private static final Pattern RECEIPT = Pattern.compile("class=\"receipt\">([0-9A-Z]{4}-[0-9A-Z]{4})<");
    private static final KasaneServer kasane = KasaneServer.shared();

    private String link;
    private Outsider outsider;

    @BeforeEach
    void aLink() {
        var made = kasane.as("manager").post("/api/v1/settings/sheet-link", "{\"agency\":\"hachimaru\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        link = made.at("/url").asText().replaceFirst("^https?://[^/]+", "");
        outsider = new Outsider(kasane.baseUrl(), "127.0.0.2");
        assertThat(outsider.open(link).status()).isEqualTo(200);
    }

    @AfterAll
    static void closed() {
        kasane.as("manager").delete("/api/v1/settings/sheet-link");
    }

    private static Map<String, String> sheet(String... changed) {
        var sheet = new HashMap<>(Map.of(
                "once", UUID.randomUUID().toString(),
                "consent", "yes",
                "sender", "commissioner",
                "senderName", "民生 花子",
                "senderContact", "042-000-0000",
                "place", "本町三丁目の角",
                "story", "夜に電気がつかない。"));
        for (int i = 0; i < changed.length; i += 2) {
            sheet.put(changed[i], changed[i + 1]);
        }
        return sheet;
    }

    private static String receipt(Outsider.Page page) {
        assertThat(page.status()).as(page.html()).isEqualTo(200);
        var found = RECEIPT.matcher(page.html());
        assertThat(found.find()).as(page.html()).isTrue();
        return found.group(1);
    }

    /** The consultation a receipt stands for. */
    private static String consultation(String receipt) {
        return kasane.sql()
                .sql("select consultation_id::text from kasane.outside_sheet where receipt = :receipt")
                .param("receipt", receipt)
                .query(String.class)
                .single();
    }

    private static JsonNode seen(String consultation) {
        var answer = kasane.as("reception").get("/api/v1/consultations/" + consultation);
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    private static int sheets() {
        return kasane.sql()
                .sql("select count(*) from kasane.outside_sheet")
                .query(Integer.class)
                .single();
    }

    @Test
    void whatIsHandedInIsAConsultationToConfirmInTheReceptionsTasks() {
        var story = "葛󠄀飾の𠮷田さん🏠。".repeat(900) + "おわり";
        assertThat(story.length()).isGreaterThan(10_000);
        assertThat(outsider.cookies()).isEqualTo("XSRF-TOKEN");
        var sheet = sheet("story", story, "subjectName", "𠮷田 太郎", "senderOffice", "第三地区");
        var page = outsider.send(link, sheet);
        var receipt = receipt(page);
        assertThat(page.html()).contains("受け付けました").doesNotContain("𠮷田");

        var id = consultation(receipt);
        var consultation = seen(id);
        assertThat(consultation.get("story").asText()).isEqualTo(story);
        assertThat(consultation.get("subject").asText()).isEqualTo("𠮷田 太郎");
        assertThat(consultation.get("channel").asText()).isEqualTo("sheet");
        assertThat(consultation.get("consentState").asText()).isEqualTo("given");
        assertThat(consultation.get("recordedBy").asText()).isEqualTo("外から（アカウントなし）");
        var task = kasane.as("reception").task("Task_Triage", "consultationId=" + id);
        assertThat(kasane.as("reception")
                        .get("/api/v1/tasks/" + task)
                        .at("/data/unconfirmed")
                        .asBoolean())
                .isTrue();
        assertThat(marked(id)).isTrue();
        var sender = kasane.as("reception").get("/api/v1/consultations/" + id + "/outside");
        assertThat(sender.at("/received/senderContact").asText()).isEqualTo("042-000-0000");
        assertThat(sender.at("/received/confirmedAt").isNull()).isTrue();
        assertThat(kasane.as("member")
                        .get("/api/v1/consultations/" + id + "/outside")
                        .status())
                .isEqualTo(404);
        assertThat(kasane.sql()
                        .sql(
                                "select count(*) from kasane.notification where consultation_id = :id and kind = 'sheet-received'")
                        .param("id", UUID.fromString(id))
                        .query(Integer.class)
                        .single())
                .isPositive();

        assertThat(receipt(outsider.send(link, sheet))).as("sent twice").isEqualTo(receipt);

        assertThat(kasane.as("reception")
                        .post("/api/v1/consultations/" + id + "/confirmation", "{}")
                        .status())
                .isEqualTo(204);
        assertThat(kasane.as("reception")
                        .post("/api/v1/consultations/" + id + "/confirmation", "{}")
                        .status())
                .isEqualTo(409);
        assertThat(kasane.as("reception")
                        .get("/api/v1/tasks/" + task)
                        .at("/data/unconfirmed")
                        .isMissingNode())
                .isTrue();
        assertThat(marked(id)).isFalse();
    }

    /** 未確認 in the reception's task list. */
    private static boolean marked(String consultation) {
        for (var task : kasane.as("reception")
                .get("/api/v1/tasks?view=all&sort=newest&most=200")
                .body()
                .findParents("consultationId")) {
            if (task.get("consultationId").asText().equals(consultation)) {
                return task.get("unconfirmed").asBoolean();
            }
        }
        throw new AssertionError("no task of " + consultation);
    }

    @Test
    void withoutConsentNobodyIsNamed() {
        var named = outsider.send(link, sheet("consent", "no", "subjectName", "名前 書子"));
        assertThat(named.status()).isEqualTo(422);
        assertThat(named.html()).contains("同意がないときは書かないでください", "名前 書子", "夜に電気がつかない。", "民生 花子");

        var id = consultation(receipt(outsider.send(link, sheet("consent", "no"))));
        assertThat(seen(id).get("subjectKnown").asBoolean()).isFalse();
        assertThat(seen(id).get("subject").asText()).isEqualTo("【未確認】本町三丁目の角");
        assertThat(seen(id).get("consentState").asText()).isEqualTo("unasked");
    }

    /** 狛江: consent comes before the sheet (002, L6133-37). */
    @Test
    void whereConsentComesFirstNothingIsToldOfTheMatterWithout() {
        var rules = kasane.sql();
        rules.sql(
                        """
                        insert into kasane.municipal_rule (municipality_id, key, value, source)
                        select id, k.key, k.value, 'test' from kasane.municipality
                        cross join (values ('intake.referralSheet.name', 'つなぐシート'), ('intake.referralSheet.consentFirst', 'true')) k (key, value)
                        """)
                .update();
        try {
            assertThat(outsider.open(link).html()).contains("先に本人の同意をもらいます");
            var told = outsider.send(link, sheet("consent", "no"));
            assertThat(told.status()).isEqualTo(422);
            assertThat(told.html()).contains("場所と連絡先だけで受け付けます", "夜に電気がつかない。");
            var id = consultation(receipt(outsider.send(link, sheet("consent", "no", "story", ""))));
            assertThat(seen(id).get("story").asText()).contains("同意がまだないため");
            assertThat(outsider.send(link, sheet("consent", "yes")).status()).isEqualTo(200);
        } finally {
            rules.sql("delete from kasane.municipal_rule where key like 'intake.referralSheet.%' and source = 'test'")
                    .update();
        }
    }

    @Test
    void whatIsMissingIsSaidAndNothingTypedIsLost() {
        int before = sheets();
        var page = outsider.send(
                link,
                Map.of(
                        "senderContact",
                        "",
                        "place",
                        "角の店<b>🏠",
                        "story",
                        "𠮷".repeat(20_001),
                        "subjectName",
                        "あ".repeat(201)));
        assertThat(page.status()).isEqualTo(422);
        assertThat(page.html())
                .contains("本人は、あなたが知らせることに同意していますか", "あなたの名前を書いてください", "あなたの連絡先を書いてください")
                .contains("角の店&lt;b&gt;🏠", "200字までにしてください", "20,000字までにしてください", "𠮷𠮷𠮷");
        var robot = outsider.send(link, sheet("website", "http://buy"));
        assertThat(robot.status()).isEqualTo(422);
        assertThat(robot.html()).contains("機械からの送信を防ぐ", "夜に電気がつかない。");
        assertThat(sheets()).isEqualTo(before);
        assertThat(outsider.open(link + "?lang=en").html())
                .contains("Does the person agree")
                .doesNotContain("??");
        outsider.open(link + "?lang=ja");
    }

    @Test
    void aLinkThatIsOverTakesNothingMore() {
        var old = link;
        var renewed = kasane.as("admin").post("/api/v1/settings/sheet-link", "{\"agency\":\"hachimaru\"}");
        assertThat(renewed.status()).as(renewed.text()).isEqualTo(201);
        assertThat(outsider.open(old).status()).isEqualTo(404);
        assertThat(outsider.open(old).html()).contains("いま使えません");
        assertThat(outsider.send(old, sheet()).status()).isEqualTo(404);
        assertThat(outsider.open("/s/none").status()).isEqualTo(404);
        assertThat(kasane.as("coordinator")
                        .post("/api/v1/settings/sheet-link", "{\"agency\":\"hachimaru\"}")
                        .status())
                .isEqualTo(403);
        assertThat(kasane.as("manager")
                        .post("/api/v1/settings/sheet-link", "{\"agency\":\"minsei\"}")
                        .status())
                .as("nobody receives there")
                .isEqualTo(422);
        assertThat(kasane.as("manager").delete("/api/v1/settings/sheet-link").status())
                .isEqualTo(204);
        assertThat(kasane.as("manager")
                        .get("/api/v1/settings/sheet-link")
                        .at("/link")
                        .isNull())
                .isTrue();
    }

    @Test
    void whoeverSendsTooMuchWaitsAndKeepsWhatWasTyped() {
        var flood = new Outsider(kasane.baseUrl(), "127.0.0.8");
        flood.open(link);
        Outsider.Page last = null;
        for (int i = 0; i < 30; i++) {
            last = flood.send(link, Map.of("story", "たくさん"));
            if (last.status() == 429) {
                break;
            }
            assertThat(last.status()).isEqualTo(422);
        }
        assertThat(last.status()).isEqualTo(429);
        assertThat(last.html()).contains("短い間にたくさん送られた", "たくさん");
    }
}
