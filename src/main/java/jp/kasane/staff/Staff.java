package jp.kasane.staff;

import java.nio.charset.StandardCharsets;
import java.sql.Types;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import jp.kasane.access.Acting;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.Agency;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The people of a municipality and their posts: a role at an agency, from one day to another (the last day included). A transfer on
 * 1 April is entered weeks before and counts from that day. Managers and administrators keep them; nobody changes their own, and only
 * administrators make administrators (row-level security).
 */
@Component
@Transactional
public class Staff {

    public static final List<String> ROLES =
            List.of("reception", "coordinator", "member", "manager", "auditor", "admin");

    /** Shortest first password; Kasane's own. BCrypt looks at 72 bytes and no more. */
    private static final int SHORTEST_PASSWORD = 10;

    private static final int MOST_BYTES_OF_PASSWORD = 72;
    private static final Pattern LOGIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{1,59}");

    private final JdbcClient jdbc;
    private final Agencies agencies;
    private final SettingChanges changes;
    private final PasswordEncoder passwords;
    private final Clock clock;

    Staff(JdbcClient jdbc, Agencies agencies, SettingChanges changes, PasswordEncoder passwords, Clock clock) {
        this.jdbc = jdbc;
        this.agencies = agencies;
        this.changes = changes;
        this.passwords = passwords;
        this.clock = clock;
    }

    /**
     * @param agency null: the whole municipality (administrators)
     * @param to the last day; null: until somebody ends it
     * @param state current, coming or over
     * @param alone whether nobody else holds the same role at the agency today
     * @param emptyFrom the day from which nobody will hold it, if it ends so
     */
    public record Post(
            UUID id,
            UUID personId,
            String role,
            String agencyCode,
            String agency,
            LocalDate from,
            LocalDate to,
            String state,
            boolean alone,
            LocalDate emptyFrom) {}

    /** @param taken open tasks they have taken */
    public record Person(UUID id, String login, String name, boolean active, boolean me, int taken, List<Post> posts) {

        /** Posts nobody else holds, now or when they end. */
        public List<Post> leavesEmpty() {
            return posts.stream()
                    .filter(post -> post.emptyFrom() != null || post.alone())
                    .toList();
        }
    }

    /** A post as it is typed. {@code from} and {@code to} as 2027-04-01; {@code to} may be empty. */
    public record NewPost(String role, String agency, String from, String to) {}

    /** @param password the first one; kept as a hash and shown to nobody again */
    public record NewPerson(String login, String name, String password, NewPost post) {

        @Override
        public String toString() {
            return "NewPerson";
        }
    }

    @Transactional(readOnly = true)
    public List<Person> all() {
        changes.requireReader();
        return people(null);
    }

    /** @throws Refusal.NotFound if there is no such person in the municipality */
    @Transactional(readOnly = true)
    public Person required(UUID id) {
        changes.requireReader();
        return people(id).stream().findFirst().orElseThrow(() -> new Refusal.NotFound("利用者"));
    }

    private List<Person> people(UUID only) {
        var posts = new LinkedHashMap<UUID, List<Post>>();
        jdbc.sql(
                        """
                        select p.id, p.user_id as person_id, p.role, a.code as agency_code, a.name as agency, p.valid_from as "from", p.valid_to as "to",
                               case when p.valid_to < :today then 'over' when p.valid_from > :today then 'coming' else 'current' end as state,
                               p.role not in ('auditor', 'admin') and p.valid_from <= :today and (p.valid_to is null or p.valid_to >= :today)
                                   and kasane.post_is_empty(p.id, :today) as alone,
                               case when p.role not in ('auditor', 'admin') and p.valid_to >= :today and kasane.post_is_empty(p.id, p.valid_to + 1)
                                    then p.valid_to + 1 end as empty_from
                        from kasane.role_assignment p left join kasane.agency a on a.id = p.agency_id
                        where p.municipality_id = :municipality and (:only::uuid is null or p.user_id = :only)
                        order by p.valid_to is not null and p.valid_to < :today, p.valid_from, p.id
                        """)
                .param("today", today())
                .param("municipality", Acting.required().municipalityId())
                .param("only", only, Types.OTHER)
                .query(Post.class)
                .list()
                .forEach(post -> posts.computeIfAbsent(post.personId(), none -> new ArrayList<>())
                        .add(post));
        record Row(UUID id, String login, String name, boolean active, boolean me, int taken) {}
        return jdbc
                .sql(
                        """
                        select u.id, u.login, u.display_name as name, u.active, u.id = kasane.acting_user() as me,
                               (select count(*) from kasane.task_claim c join engine.user_task t on t.id = c.task_id and t.state = 'CREATED'
                                where c.user_id = u.id) as taken
                        from kasane.app_user u
                        where u.kind = 'person' and u.municipality_id = :municipality and (:only::uuid is null or u.id = :only)
                        order by not u.active, u.display_name, u.login
                        """)
                .param("municipality", Acting.required().municipalityId())
                .param("only", only, Types.OTHER)
                .query(Row.class)
                .list()
                .stream()
                .map(row -> new Person(
                        row.id(),
                        row.login(),
                        row.name(),
                        row.active(),
                        row.me(),
                        row.taken(),
                        posts.getOrDefault(row.id(), List.of())))
                .toList();
    }

    /**
     * @return the id of the new person
     * @throws Refusal.Invalid for a login that is taken, a password that is too short, or a post that cannot be
     */
    public UUID add(NewPerson entered) {
        changes.requireChanger();
        var wrong = new ArrayList<Refusal.FieldError>();
        var login = strip(entered.login());
        var name = strip(entered.name());
        if (!LOGIN.matcher(login).matches()) {
            wrong.add(error("login", "people.login", "people.error.login"));
        }
        if (name.isEmpty() || name.length() > 100) {
            wrong.add(error("name", "people.name", "people.error.name"));
        }
        var password = entered.password() == null ? "" : entered.password();
        if (password.length() < SHORTEST_PASSWORD
                || password.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES_OF_PASSWORD
                || password.equals(login)) {
            wrong.add(error("password", "people.password", "people.error.password", SHORTEST_PASSWORD));
        }
        var post = check(entered.post(), wrong);
        refuse(wrong);
        var id = Ids.next();
        try {
            jdbc.sql(
                            """
                            insert into kasane.app_user (id, municipality_id, login, display_name, password_hash)
                            values (:id, :municipality, :login, :name, :hash)
                            """)
                    .param("id", id)
                    .param("municipality", Acting.required().municipalityId())
                    .param("login", login)
                    .param("name", name)
                    .param("hash", passwords.encode(password))
                    .update();
        } catch (DuplicateKeyException taken) {
            throw new Refusal.Invalid(List.of(error("login", "people.login", "people.error.loginTaken")));
        }
        changes.note("person", id.toString(), null, Map.of("active", true));
        insert(id, post);
        return id;
    }

    /** @throws Refusal.Invalid for a role that is none, an agency that is none, or days that are none */
    public UUID appoint(UUID person, NewPost entered) {
        var who = toChange(person);
        if (!who.active()) {
            throw new Refusal.Conflict(changes.word("people.error.inactive"));
        }
        var wrong = new ArrayList<Refusal.FieldError>();
        var post = check(entered, wrong);
        refuse(wrong);
        boolean twice = who.posts().stream()
                .anyMatch(held -> held.role().equals(post.role())
                        && Objects.equals(
                                held.agencyCode(),
                                post.agency() == null ? null : post.agency().code())
                        && (held.to() == null || !held.to().isBefore(post.from()))
                        && (post.to() == null || !held.from().isAfter(post.to())));
        if (twice) {
            throw new Refusal.Invalid(List.of(error("from", "people.from", "people.error.twice")));
        }
        return insert(person, post);
    }

    /**
     * Ends a post with a day, the last on which it counts, or lets it go on (null).
     *
     * @throws Refusal.Invalid for a day before today or before the post begins
     */
    public void end(UUID person, UUID postId, String lastDay) {
        var post = post(person, postId);
        var text = strip(lastDay);
        LocalDate to = null;
        if (!text.isEmpty()) {
            to = day(text);
            if (to == null || to.isBefore(today().minusDays(1)) || to.isBefore(post.from()) || tooFar(to)) {
                throw new Refusal.Invalid(List.of(error("to", "people.to", "people.error.to")));
            }
        }
        int done = jdbc.sql("update kasane.role_assignment set valid_to = :to where id = :id")
                .param("id", postId)
                .param("to", to, Types.DATE)
                .update();
        requireDone(done);
        changes.note(
                "post",
                postId.toString(),
                written(post.role(), post.agencyCode(), post.from(), post.to()),
                written(post.role(), post.agencyCode(), post.from(), to));
    }

    /** A post that has not begun is taken back. */
    public void takeBack(UUID person, UUID postId) {
        var post = post(person, postId);
        if (!post.state().equals("coming")) {
            throw new Refusal.Conflict(changes.word("people.error.begun"));
        }
        requireDone(jdbc.sql("delete from kasane.role_assignment where id = :id")
                .param("id", postId)
                .update());
        changes.note("post", postId.toString(), written(post.role(), post.agencyCode(), post.from(), post.to()), null);
    }

    /**
     * The person can no longer log in. Their records keep their name.
     *
     * @param sure although a role at an agency is left without anybody
     * @throws Refusal.Conflict while they have tasks taken: those are handed over first, so that none is lost
     * @throws Refusal.Invalid if somebody has to be sure
     */
    public void deactivate(UUID person, boolean sure) {
        var who = toChange(person);
        if (who.taken() > 0) {
            throw new Refusal.Conflict(changes.word("people.error.taken", who.taken()));
        }
        if (!sure && who.posts().stream().anyMatch(Post::alone)) {
            throw new Refusal.Invalid(List.of(error("sure", "people.sure", "people.error.sure")));
        }
        setActive(who, false);
    }

    public void reactivate(UUID person) {
        setActive(toChange(person), true);
    }

    private void setActive(Person who, boolean active) {
        if (who.active() == active) {
            return;
        }
        requireDone(jdbc.sql("update kasane.app_user set active = :active where id = :id")
                .param("id", who.id())
                .param("active", active)
                .update());
        changes.note("person", who.id().toString(), Map.of("active", who.active()), Map.of("active", active));
    }

    private Person toChange(UUID person) {
        changes.requireChanger();
        var who = required(person);
        if (who.me()) {
            throw new Refusal.Forbidden(changes.word("people.error.oneself"));
        }
        return who;
    }

    private Post post(UUID person, UUID postId) {
        return toChange(person).posts().stream()
                .filter(post -> post.id().equals(postId))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("配属"));
    }

    private record Checked(String role, Agency agency, LocalDate from, LocalDate to) {}

    private Checked check(NewPost entered, List<Refusal.FieldError> wrong) {
        if (entered == null) {
            wrong.add(error("role", "people.role", "people.error.role"));
            return null;
        }
        var role = strip(entered.role());
        if (!ROLES.contains(role)) {
            wrong.add(error("role", "people.role", "people.error.role"));
        } else if (role.equals("admin") && !Acting.required().has("admin")) {
            wrong.add(error("role", "people.role", "people.error.admin"));
        }
        var agency = agencies.byCode(strip(entered.agency())).orElse(null);
        if (agency == null && !role.equals("admin")) {
            wrong.add(error("agency", "people.agency", "people.error.agency"));
        }
        var from = strip(entered.from()).isEmpty() ? today() : day(strip(entered.from()));
        if (from == null || from.isBefore(today()) || tooFar(from)) {
            wrong.add(error("from", "people.from", "people.error.from"));
        }
        var to = strip(entered.to()).isEmpty() ? null : day(strip(entered.to()));
        if (!strip(entered.to()).isEmpty() && (to == null || from == null || to.isBefore(from) || tooFar(to))) {
            wrong.add(error("to", "people.to", "people.error.to"));
        }
        return new Checked(role, agency, from, to);
    }

    private UUID insert(UUID person, Checked post) {
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.role_assignment (id, municipality_id, user_id, role, agency_id, valid_from, valid_to)
                        values (:id, :municipality, :person, :role, :agency, :from, :to)
                        """)
                .param("id", id)
                .param("municipality", Acting.required().municipalityId())
                .param("person", person)
                .param("role", post.role())
                .param("agency", post.agency() == null ? null : post.agency().id(), Types.OTHER)
                .param("from", post.from())
                .param("to", post.to(), Types.DATE)
                .update();
        changes.note(
                "post",
                id.toString(),
                null,
                written(
                        post.role(),
                        post.agency() == null ? null : post.agency().code(),
                        post.from(),
                        post.to()));
        return id;
    }

    private static Map<String, Object> written(String role, String agency, LocalDate from, LocalDate to) {
        var post = new LinkedHashMap<String, Object>();
        post.put("role", role);
        post.put("agency", agency);
        post.put("from", from.toString());
        post.put("to", to == null ? null : to.toString());
        return post;
    }

    private void requireDone(int rows) {
        if (rows == 0) {
            throw new Refusal.Forbidden(changes.word("rules.changersOnly"));
        }
    }

    private Refusal.FieldError error(String field, String label, String message, Object... values) {
        return new Refusal.FieldError(field, changes.word(label), changes.word(message, values));
    }

    private static void refuse(List<Refusal.FieldError> wrong) {
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(wrong);
        }
    }

    private LocalDate today() {
        return JapaneseTime.dayOf(clock.instant());
    }

    private boolean tooFar(LocalDate day) {
        return day.isAfter(today().plusYears(10));
    }

    private static LocalDate day(String text) {
        return WrittenDates.read(text).orElse(null);
    }

    private static String strip(String text) {
        return text == null ? "" : text.strip();
    }
}
