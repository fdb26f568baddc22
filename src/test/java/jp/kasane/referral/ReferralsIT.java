package jp.kasane.referral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** つなぎ against the running Kasane: nobody is dropped between two agencies, and nobody is sent back with empty hands. */
class ReferralsIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        kasane.employ("referral-wakamono", "若者 支援", "member", "wakamono");
        kasane.employ("referral-hokenjo", "保健 師", "member", "hokenjo");
    }

    @AfterAll
    static void dismiss() {
        kasane.dismissEmployed();
    }

    private static String received() {
        return kasane.as("reception")
                .register(
                        """
                        {"channel":"window","broughtBy":"self","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,"subjectName":"橋渡 一","addressConcealed":true,"subjectAddress":"つなぎ町一丁目","concerns":["job"],"story":"仕事のこと"}""");
    }

    private static KasaneServer.Answer triage(String consultation, String agency) {
        var task = kasane.as("reception").task("Task_Triage", "consultationId=" + consultation);
        return kasane.as("reception")
                .submit(
                        task,
                        """
                        {"caseClass":"class1","reason":"応じる機関がある","urgency":"normal","route":"referral","referralAgency":"%s","referralRequest":"就労の相談を受けてほしい"}"""
                                .formatted(agency));
    }

    private static String sent(String agency) {
        var consultation = received();
        assertThat(triage(consultation, agency).status()).isEqualTo(201);
        return consultation;
    }

    private static KasaneServer.Answer answer(String login, String consultation, String data) {
        return kasane.as(login)
                .submit(kasane.as(login).task("Task_AnswerReferral", "consultationId=" + consultation), data);
    }

    private static void decide(String consultation, String data) {
        var task = kasane.as("reception").task("Task_ConsiderProposal", "consultationId=" + consultation);
        var said = kasane.as("reception").submit(task, data);
        assertThat(said.status()).as(said.text()).isEqualTo(201);
    }

    private static JsonNode chain(String consultation) {
        return kasane.as("reception")
                .get("/api/v1/consultations/" + consultation + "/referrals")
                .body();
    }

    private static String status(String consultation) {
        return kasane.as("reception")
                .get("/api/v1/consultations/" + consultation)
                .at("/status")
                .asText();
    }

    private static void hears(String login, String kind, String consultation) {
        await(login + " to hear " + kind).atMost(SOON).until(() -> heard(login, kind, consultation) == 1);
    }

    private static long heard(String login, String kind, String consultation) {
        return kasane.sql()
                .sql(
                        "select count(*) from kasane.notification where user_id = :user and kind = :kind and consultation_id = :id")
                .param("user", kasane.user(login))
                .param("kind", kind)
                .param("id", UUID.fromString(consultation))
                .query(Long.class)
                .single();
    }

    private static void leavesTheEngine(String consultation) {
        await("the instance to end").atMost(SOON).until(() -> kasane.sql()
                .sql("select count(*) from engine.process_instance where consultation_id = :id and state = 'ACTIVE'")
                .param("id", UUID.fromString(consultation))
                .query(Long.class)
                .single()
                .equals(0L));
    }

    @Test
    void anAgencyTakesAConsultationAndReadsItOnlyThen() {
        var consultation = received();
        assertThat(kasane.as("referral-wakamono")
                        .get("/api/v1/consultations/" + consultation)
                        .status())
                .isEqualTo(404);
        triage(consultation, "wakamono");

        hears("referral-wakamono", "referral-sent", consultation);
        var asked = kasane.as("referral-wakamono").get("/api/v1/consultations/" + consultation);
        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.at("/subjectAddress").isNull())
                .as("a concealed address is not told before")
                .isTrue();
        var said = answer("referral-wakamono", consultation, "{\"outcome\":\"accepted\",\"answer\":\"来週、会います\"}");
        assertThat(said.status()).as(said.text()).isEqualTo(201);

        hears("reception", "referral-accepted", consultation);
        leavesTheEngine(consultation);
        assertThat(status(consultation)).isEqualTo("handed-over");
        assertThat(chain(consultation).at("/0/status").asText()).isEqualTo("accepted");
        assertThat(chain(consultation).at("/0/byHand").asBoolean()).isFalse();
        assertThat(kasane.as("referral-wakamono")
                        .get("/api/v1/consultations/" + consultation)
                        .at("/subjectAddress")
                        .asText())
                .isEqualTo("つなぎ町一丁目");
    }

    /** 002, L5576-5580: 「何もしないのではなく、提案をして戻したほうがよい」. */
    @Test
    void nothingIsReturnedWithoutAProposal() {
        var consultation = sent("wakamono");

        var refused = answer("referral-wakamono", consultation, "{\"outcome\":\"returned\"}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/fields/0/field").asText()).isEqualTo("proposal");
        assertThat(refused.text()).contains("提案");
        assertThat(chain(consultation).at("/0/status").asText()).isEqualTo("sent");
    }

    /** 002, L5769-5771: the proposal is tried, and where need remains the agency is asked again. */
    @Test
    void aNewApplicationKeepsTheChain() {
        var consultation = sent("wakamono");
        answer(
                "referral-wakamono",
                consultation,
                "{\"outcome\":\"returned\",\"proposal\":\"家族の話を先に聞いてください\",\"proposedAgency\":\"hokenjo\"}");
        hears("reception", "referral-returned", consultation);
        decide(
                consultation,
                "{\"route\":\"reapply\",\"tried\":\"母親と会い、本人の了解も得た\",\"referralRequest\":\"あらためて就労の相談を\"}");
        var second = answer("referral-wakamono", consultation, "{\"outcome\":\"accepted\",\"answer\":\"受けます\"}");
        assertThat(second.status()).as(second.text()).isEqualTo(201);

        leavesTheEngine(consultation);
        var chain = chain(consultation);
        assertThat(chain).hasSize(2);
        assertThat(chain.at("/0/proposal").asText()).isEqualTo("家族の話を先に聞いてください");
        assertThat(chain.at("/0/proposedAgency").asText()).isEqualTo("保健所");
        assertThat(chain.at("/1/tried").asText()).isEqualTo("母親と会い、本人の了解も得た");
        assertThat(chain.at("/1/status").asText()).isEqualTo("accepted");
        assertThat(heard("manager", "passed-around", consultation))
                .as("asking the same agency again is not passing around")
                .isZero();
    }

    @Test
    void whoGaveItBackIsAskedAgainOnlyWithWhatWasTried() {
        var consultation = sent("wakamono");
        answer("referral-wakamono", consultation, "{\"outcome\":\"returned\",\"proposal\":\"先に家族へ\"}");
        var task = kasane.as("reception").task("Task_ConsiderProposal", "consultationId=" + consultation);

        var untried = kasane.as("reception").submit(task, "{\"route\":\"reapply\",\"referralRequest\":\"もう一度お願いしたい\"}");
        var disguised = kasane.as("reception")
                .submit(
                        task,
                        "{\"route\":\"referral\",\"referralAgency\":\"wakamono\",\"referralRequest\":\"もう一度お願いしたい\"}");

        assertThat(untried.status()).isEqualTo(422);
        assertThat(untried.at("/fields/0/field").asText()).isEqualTo("tried");
        assertThat(disguised.status()).isEqualTo(422);
        assertThat(disguised.text()).contains("もう一度申し込む");
        assertThat(chain(consultation)).hasSize(1);
    }

    /** たらいまわし (002, L4944-4951). */
    @Test
    void theThirdAgencyIsHeardOfByTheManager() {
        var consultation = sent("wakamono");
        answer("referral-wakamono", consultation, "{\"outcome\":\"returned\",\"proposal\":\"保健所へ\"}");
        decide(consultation, "{\"route\":\"referral\",\"referralAgency\":\"hokenjo\",\"referralRequest\":\"心身の相談を\"}");
        answer("referral-hokenjo", consultation, "{\"outcome\":\"returned\",\"proposal\":\"包括へ\"}");
        assertThat(heard("manager", "passed-around", consultation)).isZero();
        decide(
                consultation,
                "{\"route\":\"referral\",\"referralAgency\":\"anshin\",\"referralRequest\":\"どうか受けてほしい\"}");

        hears("manager", "passed-around", consultation);
        var said = answer("member", consultation, "{\"outcome\":\"accepted\",\"answer\":\"受けます\"}");
        assertThat(said.status()).as(said.text()).isEqualTo(201);
        leavesTheEngine(consultation);
        assertThat(chain(consultation)).hasSize(3);
    }

    /** 多機関協働 accepts by opening a case (002, L5764-5768). */
    @Test
    void whoDoesMultiAgencyWorkOpensACase() {
        var consultation = sent("shakyo");

        var said = answer(
                "coordinator",
                consultation,
                "{\"outcome\":\"case\",\"answer\":\"受けます\",\"caseClass\":\"class3\",\"urgency\":\"normal\",\"begin\":\"assessment\"}");

        assertThat(said.status()).as(said.text()).isEqualTo(201);
        assertThat(status(consultation)).isEqualTo("case");
        var caseId = kasane.as("coordinator")
                .get("/api/v1/consultations/" + consultation)
                .at("/caseId")
                .asText();
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + caseId);
        leavesTheEngine(consultation);
    }

    @Test
    void onlyWhoDoesMultiAgencyWorkOpensACase() {
        var consultation = sent("wakamono");

        var refused = answer(
                "referral-wakamono",
                consultation,
                "{\"outcome\":\"case\",\"answer\":\"受けます\",\"caseClass\":\"class3\",\"urgency\":\"normal\"}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/fields/0/field").asText()).isEqualTo("outcome");
        assertThat(status(consultation)).isEqualTo("referral");
    }

    @Test
    void anAgencyOffTheListIsAnsweredForByTheWindow() {
        var consultation = sent("gomi");

        hears("reception", "referral-by-hand", consultation);
        var said = answer("reception", consultation, "{\"outcome\":\"accepted\",\"answer\":\"電話で確認\"}");

        assertThat(said.status()).as(said.text()).isEqualTo(201);
        assertThat(chain(consultation).at("/0/byHand").asBoolean()).isTrue();
    }

    @Test
    void aWindowCannotReferToItself() {
        var refused = triage(received(), "hachimaru");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/fields/0/field").asText()).isEqualTo("referralAgency");
        assertThat(refused.text()).contains("別の機関");
    }

    @Test
    void aConsultationOnItsWayIsSeatedAgainWhereItIs() {
        var consultation = sent("wakamono");
        answer("referral-wakamono", consultation, "{\"outcome\":\"returned\",\"proposal\":\"先に家族へ\"}");
        var before = kasane.as("reception").task("Task_ConsiderProposal", "consultationId=" + consultation);

        var reseated = kasane.as("admin")
                .post("/api/v1/operations/streams/" + consultation + "/re-seat", "{\"reason\":\"試験\"}");

        assertThat(reseated.status()).as(reseated.text()).isBetween(200, 204);
        await("the same step anew").atMost(SOON).until(() -> {
            var now = kasane.as("reception").openTask("Task_ConsiderProposal", "consultationId=" + consultation);
            return now != null && !now.equals(before);
        });
        assertThat(chain(consultation)).hasSize(1);
    }

    // ── 訂正・取消 ─────────────────────────────────────────────────────────────────────────────────────────────────────

    private static String submission(String consultation, String form) {
        return kasane.sql()
                .sql(
                        "select id from kasane.submission where consultation_id = :id and form_id = :form order by recorded_at desc limit 1")
                .param("id", UUID.fromString(consultation))
                .param("form", form)
                .query(UUID.class)
                .single()
                .toString();
    }

    @Test
    void aTriageToTheWrongAgencyIsCorrectedWhileNobodyHasAnswered() {
        var consultation = sent("wakamono");
        kasane.as("referral-wakamono").task("Task_AnswerReferral", "consultationId=" + consultation);

        var corrected = kasane.as("reception")
                .post(
                        "/api/v1/submissions/" + submission(consultation, "triage") + "/correction",
                        """
                        {"data":{"caseClass":"class1","reason":"応じる機関がある","urgency":"normal","route":"referral","referralAgency":"hokenjo","referralRequest":"心身の相談を"},"reason":"機関を取り違えた","changePath":true}""");

        assertThat(corrected.status()).as(corrected.text()).isBetween(200, 201);
        kasane.as("referral-hokenjo").task("Task_AnswerReferral", "consultationId=" + consultation);
        assertThat(kasane.as("referral-wakamono")
                        .get("/api/v1/consultations/" + consultation)
                        .status())
                .as("it was taken back before an answer")
                .isEqualTo(404);
        assertThat(chain(consultation)).hasSize(1);
    }

    @Test
    void anAnswerIsTakenBackWhileNothingFollowed() {
        var consultation = sent("wakamono");
        answer("referral-wakamono", consultation, "{\"outcome\":\"accepted\",\"answer\":\"受けます\"}");
        leavesTheEngine(consultation);

        var corrected = kasane.as("referral-wakamono")
                .post(
                        "/api/v1/submissions/" + submission(consultation, "referral-answer") + "/correction",
                        """
                        {"data":{"outcome":"returned","proposal":"先に家族へ"},"reason":"別の人と取り違えた","changePath":true}""");

        assertThat(corrected.status()).as(corrected.text()).isBetween(200, 201);
        kasane.as("reception").task("Task_ConsiderProposal", "consultationId=" + consultation);
        assertThat(status(consultation)).isEqualTo("referral");
        assertThat(chain(consultation).at("/0/proposal").asText()).isEqualTo("先に家族へ");
    }

    @Test
    void whatWasAnsweredCannotBeTakenBackByTheWindow() {
        var consultation = sent("wakamono");
        answer("referral-wakamono", consultation, "{\"outcome\":\"accepted\",\"answer\":\"受けます\"}");

        var refused = kasane.as("reception")
                .post(
                        "/api/v1/submissions/" + submission(consultation, "triage") + "/void",
                        "{\"reason\":\"やめる\",\"changePath\":true}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("つなぎ先がすでに回答している");
    }

    @Test
    void aDecisionAfterAProposalIsTakenBack() {
        var consultation = sent("wakamono");
        answer("referral-wakamono", consultation, "{\"outcome\":\"returned\",\"proposal\":\"先に家族へ\"}");
        decide(consultation, "{\"route\":\"own\",\"answer\":\"窓口で続ける\"}");
        leavesTheEngine(consultation);
        assertThat(status(consultation)).isEqualTo("own");

        var voided = kasane.as("reception")
                .post(
                        "/api/v1/submissions/" + submission(consultation, "referral-proposal") + "/void",
                        "{\"reason\":\"やはりつなぐ\",\"changePath\":true}");

        assertThat(voided.status()).as(voided.text()).isBetween(200, 204);
        kasane.as("reception").task("Task_ConsiderProposal", "consultationId=" + consultation);
    }
}
