package jp.kasane.notification.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import jp.kasane.KasaneServer;
import jp.kasane.access.Acting;
import jp.kasane.access.Actor;
import jp.kasane.access.SystemActor;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.notification.MailAddresses;
import jp.kasane.notification.Notices;
import jp.kasane.worker.SweepDeadlines;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.transaction.support.TransactionTemplate;

/** From {@code tell} to the mail in the mailbox and the call at the webhook. */
class ChannelsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static KasaneServer kasane;

    private HttpServer receiver;

    @AfterAll
    static void dismiss() {
        kasane.dismissEmployed();
    }

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    @AfterEach
    void noWebhook() {
        kasane.sql().sql("update kasane.webhook set url = null").update();
        if (receiver != null) {
            receiver.stop(0);
        }
    }

    // ── people and what they are told ──────────────────────────────────────────────────────────────────────────────

    private record Person(UUID id, String address) {}

    /** Somebody nobody else's test tells anything. */
    private static Person somebody(String mailbox) {
        var login = "reader-" + COUNT.incrementAndGet();
        var id = kasane.employ(login, "読み手 " + login, "member", "anshin");
        var address = mailbox + "-" + id + "@kasane.invalid";
        system(() -> kasane.bean(MailAddresses.class).set(id, address, "ja"));
        return new Person(id, address);
    }

    private static void prefers(Person person, String kind, String way) {
        kasane.sql()
                .sql(
                        """
                        insert into kasane.notification_preference (user_id, municipality_id, kind, mail, changed_at)
                        select id, municipality_id, :kind, :way, now() from kasane.app_user where id = :user
                        """)
                .param("user", person.id())
                .param("kind", kind)
                .param("way", way)
                .update();
    }

    @Test
    void onlyThePersonAndAnAdministratorSetAnAddress() {
        var person = somebody("mine");
        for (var stranger : List.of("coordinator", "manager", "auditor")) {
            assertThatThrownBy(() -> Acting.as(new Actor(kasane.user(stranger), null, "", "", Set.of()), () -> {
                        kasane.bean(MailAddresses.class).set(person.id(), "mine@kasane.invalid", "ja");
                        return null;
                    }))
                    .as(stranger)
                    .hasStackTraceContaining("only the person and an administrator");
        }
    }

    private static void system(Runnable work) {
        kasane.bean(SystemActor.class).inTransaction(work);
    }

    private static String tell(Person person, String kind) {
        var cause = "test:" + UUID.randomUUID();
        tell(person, kind, cause);
        return cause;
    }

    private static void tell(Person person, String kind, String cause) {
        system(() -> kasane.bean(Notices.class)
                .tell(List.of(person.id()), kind, cause, new Notices.About(null, null, null, null, null)));
    }

    private static List<LocalMailbox.Mail> mails(Person person) {
        return kasane.bean(LocalMailbox.class).mails().stream()
                .filter(mail -> mail.to().equals(person.address()))
                .toList();
    }

    private static long notices(Person person) {
        return count("kasane.notification where user_id = '" + person.id() + "'");
    }

    private static long orders(Person person, String condition) {
        return count("kasane.outbox where payload ->> 'userId' = '" + person.id() + "' and " + condition);
    }

    private static long count(String what) {
        return kasane.sql()
                .sql("select count(*) from " + what)
                .query(Long.class)
                .single();
    }

    private static boolean marked(Person person) {
        return count("kasane.mail_address where failed_at is not null and user_id = '" + person.id() + "'") == 1;
    }

    private static void until(java.util.concurrent.Callable<Boolean> what) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(what);
    }

    // ── which channel ──────────────────────────────────────────────────────────────────────────────────────────────

    @ParameterizedTest
    @CsvSource({
        "deadline-1,,digest",
        "deadline-2,,at-once",
        "meeting-invitation,,at-once",
        "deadline-1,at-once,at-once",
        "deadline-2,digest,digest",
        "meeting-invitation,off,off"
    })
    void everyNoticeStandsInTheAppAndIsMailedAsItsReaderChose(String kind, String chosen, String expected) {
        var person = somebody("matrix");
        if (chosen != null) {
            prefers(person, kind, chosen);
        }
        tell(person, kind);
        assertThat(kasane.sql()
                        .sql("select mail from kasane.notification where user_id = :user")
                        .param("user", person.id())
                        .query(String.class)
                        .list())
                .containsExactly(expected);
        assertThat(orders(person, "true")).isEqualTo(expected.equals("at-once") ? 1 : 0);
    }

    @Test
    void whoeverHasNoAddressIsToldInTheAppOnly() {
        var person = somebody("none");
        system(() -> kasane.bean(MailAddresses.class).set(person.id(), null, "ja"));
        tell(person, "deadline-2");
        assertThat(notices(person)).isEqualTo(1);
        assertThat(orders(person, "true")).isZero();
    }

    @Test
    void anEventIsToldOnceHoweverOftenTheJobRuns() {
        var person = somebody("once");
        var cause = "test:" + UUID.randomUUID();
        var runs = Stream.generate(() -> CompletableFuture.runAsync(() -> tell(person, "deadline-3", cause)))
                .limit(6)
                .toList();
        runs.forEach(CompletableFuture::join);
        tell(person, "deadline-3", cause);
        assertThat(notices(person)).isEqualTo(1);
        assertThat(orders(person, "true")).isEqualTo(1);
        until(() -> mails(person).size() == 1);
    }

    /** Who causes a notice need not be the system, and sees neither the other's notices nor the address. */
    @Test
    void somebodyWhoMayNotSeeTheReadersAddressCanStillTellThem() {
        var person = somebody("colleague");
        var teller = kasane.user("coordinator");
        long addressesSeen = kasane.inTheNameOf(
                teller, jdbc -> jdbc.sql("select count(*) from kasane.mail_address where user_id = :user")
                        .param("user", person.id())
                        .query(Long.class)
                        .single());
        assertThat(addressesSeen).isZero();

        var cause = "test:" + UUID.randomUUID();
        Acting.as(new Actor(teller, null, "coordinator", "", Set.of("coordinator")), () -> {
            kasane.bean(TransactionTemplate.class).executeWithoutResult(transaction -> {
                for (int i = 0; i < 2; i++) {
                    kasane.bean(Notices.class)
                            .tell(
                                    List.of(person.id()),
                                    "deadline-2",
                                    cause,
                                    new Notices.About(null, null, null, null, null));
                }
            });
            return null;
        });
        assertThat(notices(person)).isEqualTo(1);
        until(() -> mails(person).size() == 1);
    }

    @Test
    void aMailSentTwiceCanBeToldByItsMessageId() {
        var person = somebody("twice");
        tell(person, "deadline-2");
        until(() -> mails(person).size() == 1);
        // A crash between handing it over and noting that.
        kasane.sql()
                .sql("update kasane.outbox set done_at = null, result = null where payload ->> 'userId' = :user")
                .param("user", person.id().toString())
                .update();
        until(() -> mails(person).size() == 2);
        var sent = mails(person);
        assertThat(sent.get(0).messageId()).isEqualTo(sent.get(1).messageId()).contains("@kasane.invalid");
    }

    @Test
    void aMailSpeaksTheReadersLanguage() {
        var person = somebody("english");
        system(() -> kasane.bean(MailAddresses.class).set(person.id(), person.address(), "en"));
        tell(person, "deadline-2");
        until(() -> mails(person).size() == 1);
        assertThat(mails(person).getFirst().subject()).isEqualTo("[Kasane] A task is due.");
        assertThat(mails(person).getFirst().text())
                .contains("Change how you get mail")
                .doesNotContain("かさね");
    }

    // ── the digest ─────────────────────────────────────────────────────────────────────────────────────────────────

    private static Instant tomorrowAt(int hour) {
        return LocalDate.now(JapaneseTime.ZONE)
                .plusDays(1)
                .atTime(hour, 0)
                .atZone(JapaneseTime.ZONE)
                .toInstant();
    }

    @Test
    void theDigestGoesOutOnceADayAndOnlyWithNews() {
        var person = somebody("digest");
        tell(person, "deadline-1");
        tell(person, "deadline-1");
        var digests = kasane.bean(Digests.class);

        digests.send(tomorrowAt(7));
        assertThat(orders(person, "true")).as("before the hour").isZero();

        // The hour was missed and the server is back at noon; then the job runs twice.
        digests.send(tomorrowAt(12));
        digests.send(tomorrowAt(12));
        digests.send(tomorrowAt(13));
        assertThat(orders(person, "payload ->> 'digestId' is not null")).isEqualTo(1);
        until(() -> mails(person).size() == 1);
        assertThat(mails(person).getFirst().subject()).contains("2 件");
        assertThat(mails(person).getFirst().text()).contains("期限が近づいています");

        digests.send(tomorrowAt(12).plus(1, ChronoUnit.DAYS));
        assertThat(orders(person, "true")).as("nothing new").isEqualTo(1);
    }

    @Test
    void whatCameAfterTheHourWaitsForTheNextDay() {
        var person = somebody("late");
        tell(person, "deadline-1");
        var created = kasane.sql()
                .sql("select created_at from kasane.notification where user_id = :user")
                .param("user", person.id())
                .query(Instant.class)
                .single();
        var midnight = created.atZone(JapaneseTime.ZONE)
                .toLocalDate()
                .atStartOfDay(JapaneseTime.ZONE)
                .toInstant();
        kasane.sql()
                .sql("update kasane.notification set created_at = :at where user_id = :user")
                .param("at", java.sql.Timestamp.from(midnight.plus(9, ChronoUnit.HOURS)))
                .param("user", person.id())
                .update();
        kasane.bean(Digests.class).send(midnight.plus(10, ChronoUnit.HOURS));
        assertThat(orders(person, "true")).isZero();
        kasane.bean(Digests.class).send(midnight.plus(33, ChronoUnit.HOURS));
        assertThat(orders(person, "true")).isEqualTo(1);
    }

    // ── what does not go out ───────────────────────────────────────────────────────────────────────────────────────

    @Test
    void aRefusedAddressIsGivenUpAtOnceAndMarkedUntilAMailArrives() {
        var person = somebody("refused");
        tell(person, "deadline-2");
        until(() -> marked(person));
        assertThat(orders(person, "result = 'given-up' and attempts = 1 and last_error = '550 5.1.1'"))
                .isEqualTo(1);
        assertThat(notices(person)).isEqualTo(1);

        var corrected = new Person(person.id(), "corrected-" + person.id() + "@kasane.invalid");
        Acting.as(new Actor(person.id(), null, "", "", Set.of("member")), () -> {
            kasane.bean(MailAddresses.class).set(person.id(), corrected.address(), "ja");
            return null;
        });
        until(() -> mails(corrected).size() == 1);
        assertThat(marked(person)).isFalse();
        assertThat(orders(person, "result = 'done'")).isEqualTo(1);
    }

    @Test
    void aServerThatIsBusyIsTriedAgainBeforeTheMailIsGivenUp() {
        var person = somebody("busy");
        tell(person, "deadline-2");
        until(() -> orders(person, "attempts = 1") == 1);
        assertThat(orders(person, "done_at is null and next_attempt_at > now() + interval '40 seconds'"))
                .isEqualTo(1);
        assertThat(marked(person)).isFalse();

        kasane.sql()
                .sql(
                        "update kasane.outbox set attempts = 11, next_attempt_at = now() where payload ->> 'userId' = :user")
                .param("user", person.id().toString())
                .update();
        until(() -> marked(person));
        assertThat(orders(person, "result = 'given-up' and attempts = 12 and last_error like '%451 4.3.0'"))
                .isEqualTo(1);
        var admin = new Actor(kasane.user("admin"), null, "admin", "", Set.of("admin"));
        int again = Acting.as(admin, () -> kasane.bean(MailAddresses.class).sendAgain(person.id()));
        assertThat(again).isEqualTo(1);
        until(() -> orders(person, "done_at is null and attempts = 1") == 1);
    }

    @Test
    void noServersSentenceWithAnAddressInItIsKept() {
        var person = somebody("refused");
        tell(person, "deadline-2");
        until(() -> marked(person));
        assertThat(count("kasane.outbox where last_error like '%@%'")).isZero();
        assertThat(count("kasane.mail_address where failed_reason like '%@%'")).isZero();
    }

    @Test
    void aStuckMailDelaysNeitherTheEngineNorTheSweep() {
        var consultation = register();
        var task = UUID.fromString(kasane.as("reception").task("Task_Triage", "consultationId=" + consultation));
        var person = somebody("busy");
        system(() -> kasane.bean(Notices.class)
                .tell(
                        List.of(person.id()),
                        "deadline-2",
                        "test:" + task,
                        new Notices.About(null, UUID.fromString(consultation), null, task, null)));
        until(() -> orders(person, "attempts = 1 and done_at is null") == 1);

        await().atMost(PATIENCE).until(() -> count("kasane.deadline where task_id = '" + task + "'") == 1);
        kasane.bean(SweepDeadlines.class).sweep(Instant.now().plus(4, ChronoUnit.DAYS));
        until(() -> count("kasane.deadline where rung = 2 and task_id = '" + task + "'") == 1);
        assertThat(kasane.as("reception")
                        .submit(
                                task.toString(),
                                """
                                {"caseClass":"class1","reason":"主訴が明確","urgency":"normal","route":"own","answer":"窓口で対応した"}""")
                        .status())
                .isEqualTo(201);
        until(() -> count("engine.user_task where state = 'COMPLETED' and id = '" + task + "'") == 1);
        assertThat(orders(person, "done_at is null")).isEqualTo(1);
    }

    private static String register() {
        return kasane.as("reception")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                         "subjectLabel":"便りの人","concerns":["food"],"story":"食べるものがない"}""");
    }

    // ── nobody is named ────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void noMailOfAWholeCaseNamesAnybodyOrQuotesAnything() throws IOException {
        var text = Files.readString(Path.of("scenarios/hachioji-c1.yaml")).replace("架空", "手紙");
        var played = kasane.player().play(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        until(() -> count("kasane.outbox where kind = 'mail' and done_at is null and attempts = 0") == 0);
        var number = kasane.sql()
                .sql("select number from kasane.case_file where id = :id")
                .param("id", UUID.fromString(played.caseId()))
                .query(String.class)
                .single();
        var mails = kasane.bean(LocalMailbox.class).mails();
        assertThat(mails)
                .anyMatch(mail -> mail.subject().contains(number) && mail.text().contains(number));
        var said =
                mails.stream().map(mail -> mail.subject() + "\n" + mail.text()).reduce("", String::concat);
        // Of this case only: what other tests wrote may be any word, one of a mail's own among them.
        for (var secret : List.of(
                "name from kasane.household_member where case_id = :case",
                "kana from kasane.household_member where case_id = :case",
                "name from kasane.household where case_id = :case",
                "address from kasane.member_address where case_id = :case",
                "address from kasane.consultation_address where consultation_id = :consultation",
                "subject_name from kasane.consultation where case_id = :case",
                "story from kasane.consultation where case_id = :case",
                "household_issue from kasane.assessment where case_id = :case",
                "display_name from kasane.app_user where kind = 'person'")) {
            assertThat(kasane
                            .sql()
                            .sql("select distinct " + secret)
                            .param("case", UUID.fromString(played.caseId()))
                            .param("consultation", UUID.fromString(played.consultationId()))
                            .query((row, n) -> row.getString(1))
                            .list()
                            .stream()
                            .filter(value -> value != null && !value.isBlank()))
                    .as(secret)
                    .isNotEmpty()
                    .noneMatch(said::contains);
        }
    }

    // ── webhook ────────────────────────────────────────────────────────────────────────────────────────────────────

    private record Call(String timestamp, String signature, String delivery, String body) {}

    private String receiver(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", handler);
        receiver.start();
        var url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/kasane";
        kasane.sql()
                .sql(
                        """
                        insert into kasane.webhook (municipality_id, url, secret, changed_at, changed_by)
                        select municipality_id, :url, 'the secret', now(), id from kasane.app_user where login = 'admin'
                        on conflict (municipality_id) do update set url = excluded.url, secret = excluded.secret
                        """)
                .param("url", url)
                .update();
        return url;
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Test
    void theWebhookIsCalledOncePerEventWithIdsAndASignature() throws Exception {
        var calls = new LinkedBlockingQueue<Call>();
        receiver(exchange -> {
            var headers = exchange.getRequestHeaders();
            calls.add(new Call(
                    headers.getFirst("X-Kasane-Timestamp"),
                    headers.getFirst("X-Kasane-Signature"),
                    headers.getFirst("X-Kasane-Delivery"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            answer(exchange, 204);
        });
        var one = somebody("hook");
        var other = somebody("hook");
        var cause = "test:" + UUID.randomUUID();
        for (int i = 0; i < 2; i++) {
            system(() -> kasane.bean(Notices.class)
                    .tell(
                            List.of(one.id(), other.id()),
                            "role-allocated",
                            cause,
                            new Notices.About(null, null, null, null, null)));
        }
        var call = calls.poll(20, TimeUnit.SECONDS);
        assertThat(call).isNotNull();
        assertThat(call.signature()).isEqualTo("sha256=" + hmac("the secret", call.timestamp() + "." + call.body()));
        var body = new ObjectMapper().readTree(call.body());
        assertThat(body.get("kind").asText()).isEqualTo("role-allocated");
        assertThat(body.get("id").asText()).isEqualTo(call.delivery());
        assertThat(body.properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactlyInAnyOrder(
                        "id", "kind", "caseId", "consultationId", "meetingId", "taskId", "matterId", "createdAt");
        assertThat(count("kasane.webhook_event where cause = '" + cause + "'")).isEqualTo(1);
    }

    /** Worked out once with {@code openssl dgst -sha256 -hmac}. */
    @Test
    void theSignatureIsTheOneOtherProgramsWorkOut() {
        assertThat(WebhookDelivery.signature("key", "1700000000.{\"kind\":\"x\"}"))
                .isEqualTo(hmac("key", "1700000000.{\"kind\":\"x\"}"))
                .isEqualTo("25b8e4617f8ddf427d932e1bb7bb4f97be10c409bee3ed2c15e8675f2807e33a");
    }

    private static String hmac(String secret, String text) {
        try {
            var mac = javax.crypto.Mac.getInstance("HmacSHA256");
            mac.init(new javax.crypto.spec.SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return java.util.HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aReceiverThatNeverAnswersKeepsTheEngineNotWaiting() throws Exception {
        var released = new CountDownLatch(1);
        var waiting = new CountDownLatch(2);
        receiver(exchange -> {
            waiting.countDown();
            try {
                released.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            answer(exchange, 204);
        });
        try {
            var person = somebody("hook");
            for (int i = 0; i < 4; i++) {
                tell(person, "role-allocated");
            }
            assertThat(waiting.await(20, TimeUnit.SECONDS)).isTrue();
            // Every thread for mails and calls is taken now; the engine's orders have others.
            var consultation = register();
            await().atMost(Duration.ofSeconds(8))
                    .until(() ->
                            kasane.as("reception").openTask("Task_Triage", "consultationId=" + consultation) != null);
            assertThat(released.getCount()).isEqualTo(1);
        } finally {
            released.countDown();
        }
    }

    @Test
    void aReceiverThatRefusesIsGivenUpAndMarked() throws Exception {
        receiver(exchange -> answer(exchange, 410));
        tell(somebody("hook"), "role-allocated");
        until(() -> count("kasane.webhook where failed_reason = 'http 410'") == 1);
    }
}
