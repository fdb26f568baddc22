package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 名簿訪問 as a coordinator uses it: the file, its errors, the plan, the visit. */
class RosterScreensIT {

    private static KasaneServer kasane;
    private static Browser browser;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    private static FilePayload file(String name, String text) {
        return new FilePayload(name, "text/csv", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aListIsImportedItsErrorsAreShownAndSomebodyIsVisited() {
        var coordinator = browser.as("coordinator");
        var name = "画面の名簿 " + UUID.randomUUID().toString().substring(0, 8);
        browser.open(coordinator, "/rosters");
        coordinator.click("summary:has-text('名簿を作る')");
        coordinator.click("main button.primary");
        assertThat(coordinator.locator("#name-error").textContent()).contains("1～80字");
        coordinator.locator("#name").fill(name);
        coordinator.click("main button.primary");
        coordinator.locator("[role=status]:has-text('名簿を作りました')").waitFor();
        var list = coordinator.url().substring(kasane.baseUrl().length());

        coordinator.setInputFiles("#file", file("list.csv", "山田,中央1\r\n川田,中央2"));
        coordinator.click("button:has-text('取り込む')");
        assertThat(coordinator.locator("#file-error").textContent())
                .contains("「氏名」と「住所」がありません")
                .doesNotContain("山田");

        var rows = "番号,氏名,住所,血液型\r\n"
                + IntStream.rangeClosed(1, 60)
                        .mapToObj(n -> n % 20 == 0 ? n + ",,中央" + n + ",A" : n + ",画面 " + n + "号,中央" + n + ",B")
                        .collect(Collectors.joining("\r\n"));
        coordinator.setInputFiles("#file", file("list.csv", rows));
        coordinator.click("button:has-text('取り込む')");
        coordinator.locator("h1:has-text('取り込みの結果')").waitFor();
        assertThat(coordinator.locator("main").textContent())
                .contains("21行目", "41行目", "61行目", "書かれていません", "取り込まなかった列：D");
        assertThat(coordinator.locator("main tbody tr").count()).isEqualTo(3);
        browser.picture(coordinator, "roster-import");
        var errors = coordinator.waitForDownload(() -> coordinator.click("a:has-text('CSVで保存する')"));
        assertThat(errors.suggestedFilename()).isEqualTo("roster-errors.csv");

        coordinator.click("a:has-text('名簿を見る')");
        coordinator.locator("button:has-text('予定する')").waitFor();
        assertThat(coordinator.locator("main tbody tr").count()).isEqualTo(50);
        coordinator.click("a[rel=next]");
        coordinator.locator("a:has-text('先頭へ')").waitFor();
        assertThat(coordinator.locator("main tbody tr").count()).isEqualTo(7);
        browser.open(coordinator, list + "?status=open");
        coordinator.click("button:has-text('予定する')");
        assertThat(coordinator.locator("main").textContent()).contains("訪ねる人を選んでください");
        coordinator.getByLabel("画面 1号さんを選ぶ").check();
        coordinator.locator("#companion").fill("民生委員");
        coordinator.click("button:has-text('予定する')");
        coordinator.locator("[role=status]:has-text('訪問を予定しました')").waitFor();
        assertThat(coordinator.locator("tr:has-text('画面 1号')").first().textContent())
                .contains("民生委員と");
        browser.picture(coordinator, "roster");

        coordinator.click("a:has-text('画面 1号')");
        var person = coordinator.url().substring(kasane.baseUrl().length());
        browser.reloadUntil(coordinator, person, "a:has-text('訪問・聞き取り')");
        coordinator.click("main a.button:has-text('訪問・聞き取り')");
        coordinator.locator("text=会えた（聞き取りをした）").click();
        assertThat(coordinator
                        .locator("input[name=companion], #form input[id*=companion]")
                        .first()
                        .inputValue())
                .isEqualTo("民生委員");
        coordinator.locator("#form textarea").last().fill("元気に話した");
        browser.submit(coordinator);
        browser.left(coordinator, url -> !url.contains("/tasks/"));
        browser.reloadUntil(coordinator, person, "main .tag:has-text('会えた')");
        assertThat(coordinator.locator("main").textContent()).contains("元気に話した", "民生委員と");
        browser.picture(coordinator, "roster-person");
        browser.open(coordinator, list + "?lang=en");
        assertThat(coordinator.locator("main").textContent())
                .contains("Progress", "of these, accompanied")
                .doesNotContain("??");
        browser.open(coordinator, list + "?lang=ja");
    }

    @Test
    void whoIsTakenOffIsSaidWhy() {
        var list = kasane.as("manager")
                .post("/api/v1/rosters", "{\"name\":\"外す名簿 %s\",\"agency\":\"shakyo\"}".formatted(UUID.randomUUID()))
                .at("/rosterId")
                .asText();
        kasane.as("manager")
                .upload(
                        "/api/v1/rosters/" + list + "/imports?fileName=a.csv",
                        "氏名,住所\r\n外す 花,中央1".getBytes(StandardCharsets.UTF_8));
        var manager = browser.as("manager");
        browser.open(manager, "/rosters/" + list);
        manager.click("a:has-text('外す 花')");
        manager.click("summary:has-text('名簿から外す')");
        manager.click("button:has-text('外す')");
        assertThat(manager.locator("#reason-error").textContent()).contains("1～500字");
        manager.locator("#reason").fill("施設へ移った");
        manager.click("button:has-text('外す')");
        manager.locator("[role=status]:has-text('名簿から外しました')").waitFor();
        assertThat(manager.locator("main").textContent()).contains("施設へ移った");
        manager.click("button:has-text('名簿に戻す')");
        manager.locator("[role=status]:has-text('名簿に戻しました')").waitFor();
    }
}
