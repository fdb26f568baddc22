package jp.kasane.municipality.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is wrong in a profile is told with its line and key, all of it at once. */
@ExtendWith(OutputCaptureExtension.class)
class ProfileCheckTest {

    private static final String GOOD =
            """
            code: town
            name: 例示町
            source: ours
            coordinatingAgency: { code: shakyo, source: "001, L10" }
            responsibleAgency: { code: section, source: "002, L10-12, L30; 001, L7" }
            areas:
              - code: ward
                name: 地区
                source: ours
                areas:
                  - { code: north, name: 北, districts: [一番町, 二番町] }
                  - { code: south, name: 南, districts: [三番町] }
            agencies:
              - { code: shakyo, name: 社協, field: 社協, source: ours }
              - { code: section, name: 福祉課, field: 市, areas: [ward/north], source: ours }
            meetings:
              - { code: monthly, name: 支援会議, kinds: [support], convener: section, rhythm: monthly, weekday: 3, nths: [3], source: ours }
              - { code: every, name: 連携会議, kinds: [network], convener: shakyo, rhythm: weekly, every: 2, countsFrom: 2026-04-01, weekday: 1, source: ours }
            closure:
              codes:
                - { code: moved, name: 転出, source: ours }
            deadlines:
              source: ours
              steps:
                - { step: Task_Triage, dueDays: 3, remindDays: 1, leadDays: 1, escalateDays: 2 }
            localUsers:
              source: ours
              users:
                - { login: reception, name: 受付, role: reception, agency: shakyo }
                - { login: coordinator, name: 伴走, role: coordinator, agency: shakyo }
                - { login: member, name: 連携, role: member, agency: shakyo }
                - { login: manager, name: 所管, role: manager, agency: section }
                - { login: auditor, name: 監査, role: auditor, agency: section }
                - { login: admin, name: 管理, role: admin, agency: section }
            """;

    private static List<String> mistakes(String yaml) {
        return catchThrowableOfType(BadProfile.class, () -> ProfileCheck.read("town", yaml)).mistakes().stream()
                .map(Mistake::toString)
                .toList();
    }

    /** Of the good one, with this in place of that. */
    private static List<String> mistakes(String that, String by) {
        assertThat(GOOD).contains(that);
        return mistakes(GOOD.replace(that, by));
    }

    @Test
    void aGoodOneIsRead() {
        var profile = ProfileCheck.read("town", GOOD);
        assertThat(profile.meetings().getLast().countsFrom()).hasToString("2026-04-01");
        assertThat(profile.areas().getFirst().areas().getFirst().districts()).containsExactly("一番町", "二番町");
    }

    @Test
    void whatABodyIsForAndDecidesIsRead() {
        var profile = ProfileCheck.read(
                "town",
                GOOD.replace("kinds: [support],", "kinds: [support, coordination], slot: elderly, decides: [plan],")
                        .replace(
                                "closure:\n",
                                "plan: { decider: { value: meeting, source: ours } }\n"
                                        + "concerns: [{ concern: mental, field: 障害, targetGroup: disabled, source: ours }]\nclosure:\n"));
        assertThat(profile.meetings().getFirst().slot()).isEqualTo("elderly");
        assertThat(profile.concerns().getFirst().targetGroup()).isEqualTo("disabled");
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                bad(
                        "an unknown key",
                        "name: 例示町",
                        "name: 例示町\npopulation: 8000",
                        "line 3, population: is not a key of a profile"),
                bad(
                        "a key of an entry that is misspelt",
                        "field: 市, areas",
                        "field: 市, area",
                        "line 15, agencies[1].area: is not a key of a profile"),
                bad("a required value that is missing", "name: 例示町\n", "", "line 1, name: is missing"),
                bad(
                        "an entry without a source",
                        "name: 社協, field: 社協, source: ours",
                        "name: 社協, field: 社協",
                        "line 14, agencies[0].source: is missing"),
                bad(
                        "a source that is none",
                        "L10-12",
                        "10-12",
                        "line 5, responsibleAgency.source: must name a document and its lines ('002, L5079-81') or be 'ours'"),
                bad(
                        "a wrong type",
                        "every: 2",
                        "every: two",
                        "line 18, meetings[1].every: must be of the type integer, not string"),
                bad(
                        "a code that is not one of the possible",
                        "rhythm: weekly",
                        "rhythm: daily",
                        "line 18, meetings[1].rhythm: must be one of adhoc, weekly, monthly"),
                bad(
                        "YAML 1.1's other words for true",
                        "source: ours\ncoord",
                        "intake: { citizenOpensCase: { value: no, source: ours } }\nsource: ours\ncoord",
                        "line 3, intake.citizenOpensCase.value: must be of the type boolean, not string"),
                bad(
                        "a meeting that nobody convenes",
                        "convener: section, ",
                        "",
                        "line 17, meetings[0].convener: is missing: a meeting that nobody convenes"),
                bad(
                        "an agency that is named and not listed",
                        "convener: section",
                        "convener: office",
                        "line 17, meetings[0].convener: 'office' is none of the agencies"),
                bad(
                        "a user of an unknown agency",
                        "role: member, agency: shakyo",
                        "role: member, agency: x",
                        "line 31, localUsers.users[2].agency: 'x' is none of the agencies"),
                bad(
                        "an agency listed twice",
                        "code: section, name",
                        "code: shakyo, name",
                        "line 15, agencies[1].code: 'shakyo' is another agency's already"),
                bad(
                        "a district in two areas of a scheme",
                        "[三番町]",
                        "[三番町, 二番町]",
                        "line 12, areas[0].areas[1].districts[1]: '二番町' is in the area 'north' already"),
                bad(
                        "an area's code twice",
                        "code: south",
                        "code: north",
                        "line 12, areas[0].areas[1].code: 'north' is another area's already"),
                bad(
                        "an area that is its own parent",
                        "name: 南,",
                        "name: 南, parent: south,",
                        "line 12, areas[0].areas[1].parent: 'south' is no other area"),
                bad(
                        "an agency of an unknown area",
                        "[ward/north]",
                        "[ward/east]",
                        "line 15, agencies[1].areas[0]: 'ward/east' is none of the areas (scheme/area)"),
                bad(
                        "a rhythm without its weekday",
                        "weekday: 3, ",
                        "",
                        "line 17, meetings[0].weekday: is missing: a monthly rhythm needs one"),
                bad(
                        "a monthly one without its nth",
                        "weekday: 3, nths: [3]",
                        "weekday: 3",
                        "line 17, meetings[0].nths: is missing: which of the month's weekdays?"),
                bad(
                        "every second of what",
                        "countsFrom: 2026-04-01, ",
                        "",
                        "line 18, meetings[1].countsFrom: is missing: from where are the 2 counted?"),
                bad(
                        "a day that is none",
                        "2026-04-01",
                        "2026-02-30",
                        "line 18, meetings[1].countsFrom: is no day of the calendar"),
                bad(
                        "a pledge for what is no 支援会議",
                        "kinds: [network],",
                        "kinds: [network], pledge: once,",
                        "line 18, meetings[1].pledge: is for a 支援会議: kinds has to name support"),
                bad(
                        "a slot of a meeting that takes no case",
                        "kinds: [network],",
                        "kinds: [network], slot: child,",
                        "line 18, meetings[1].slot: is for a meeting of cases: kinds has to name support or coordination"),
                bad(
                        "a slot that no table names",
                        "kinds: [support],",
                        "kinds: [support], slot: young,",
                        "line 17, meetings[0].slot: must be one of needy, elderly, disabled, child, support, coordination"),
                bad(
                        "a slot that two bodies hold",
                        "kinds: [support], convener: section, rhythm: monthly, weekday: 3, nths: [3], source: ours }",
                        "kinds: [support], slot: child, convener: section, rhythm: adhoc, source: ours }\n"
                                + "  - { code: other, name: 別の会議, kinds: [support, coordination], slot: child, convener: section, rhythm: adhoc, source: ours }",
                        "line 18, meetings[1].slot: 'child' is held by 'monthly' already (support)"),
                bad(
                        "a plan that a meeting decides, and no body that does",
                        "closure:\n",
                        "plan: { decider: { value: meeting, source: ours } }\nclosure:\n",
                        "line 19, plan.decider.value: is meeting: a meeting of the kind coordination has to decide plan"),
                bad(
                        "a body that decides what the section decides",
                        "kinds: [support],",
                        "kinds: [coordination], decides: [plan],",
                        "line 17, meetings[0].decides: names plan: plan.decider has to be meeting"),
                bad(
                        "a body that decides plans and gets none",
                        "kinds: [support],",
                        "kinds: [support], decides: [plan],",
                        "line 17, meetings[0].decides: names plan: kinds has to name coordination, plans are put to no other meeting"),
                bad(
                        "a concern that is none of the 19",
                        "closure:\n",
                        "concerns: [{ concern: noise, source: ours }]\nclosure:\n",
                        "line 19, concerns[0].concern: must be one of income, rent, tax, debt, loan, budget, food, housing, job, work, mental, health, care, childcare, withdrawal, family, community, violence, other"),
                bad(
                        "a concern twice",
                        "closure:\n",
                        "concerns: [{ concern: care, source: ours }, { concern: care, field: 高齢, source: ours }]\nclosure:\n",
                        "line 19, concerns[1].concern: 'care' is another entry's already"),
                bad(
                        "the section before the coordinators",
                        "leadDays: 1",
                        "leadDays: 3",
                        "line 25, deadlines.steps[0].leadDays: is later than escalateDays: the section would hear of it first"),
                bad(
                        "a login that scenarios need",
                        "login: auditor",
                        "login: auditor2",
                        "line 28, localUsers.users: lack auditor: scenarios are played with them"),
                bad(
                        "nobody who works the section's tasks",
                        "role: manager",
                        "role: member",
                        "line 28, localUsers.users: have no manager at the responsible agency"),
                bad(
                        "another municipality's file",
                        "code: town",
                        "code: city",
                        "line 1, code: is 'city', but the file is called town.yaml"),
                bad("a key that stands twice", "name: 例示町", "name: 例示町\nname: 例示村", "line 3, name: stands here twice"),
                bad(
                        "an anchor",
                        "source: ours\ncoord",
                        "source: &o ours\ncoord",
                        "line 3, source: has an anchor: write every value where it belongs"));
    }

    private static Arguments bad(String what, String that, String by, String mistake) {
        return Arguments.of(what, that, by, mistake);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    @DisplayName("is told with its line and key:")
    void aMistakeIsToldWithItsLineAndKey(String what, String that, String by, String mistake) {
        assertThat(mistakes(that, by)).contains("profiles/town.yaml, " + mistake);
    }

    @Test
    void whatIsNotYamlIsToldWithItsLine() {
        assertThat(mistakes("code: town\nname: [例示町\nsource: ours\n"))
                .singleElement()
                .asString()
                .startsWith("profiles/town.yaml, line 3: is not YAML: ");
        assertThat(mistakes("")).containsExactly("profiles/town.yaml, line 1: is empty");
    }

    /** Found by looking at the tree: a wrong word in one place hides nothing in another. */
    @Test
    void allMistakesAreToldAtOnceInTheOrderOfTheFile() {
        var yaml = GOOD.replace("rhythm: weekly", "rhythm: daily")
                .replace("convener: section", "convener: office")
                .replace("name: 例示町\n", "")
                .replace("[三番町]", "[二番町]");
        assertThat(mistakes(yaml))
                .containsExactly(
                        "profiles/town.yaml, line 1, name: is missing",
                        "profiles/town.yaml, line 11, areas[0].areas[1].districts[0]: '二番町' is in the area 'north' already",
                        "profiles/town.yaml, line 16, meetings[0].convener: 'office' is none of the agencies",
                        "profiles/town.yaml, line 17, meetings[1].rhythm: must be one of adhoc, weekly, monthly");
    }

    /** Spring Boot finds the analyzer: a message and no stack trace. */
    @Test
    void theApplicationSaysSoInOneMessage(CapturedOutput output) {
        assertThatThrownBy(() -> new SpringApplicationBuilder(Starting.class)
                        .web(WebApplicationType.NONE)
                        .run())
                .hasRootCauseInstanceOf(BadProfile.class);
        assertThat(output.getAll())
                .contains(
                        "APPLICATION FAILED TO START",
                        "The profile cannot be loaded:",
                        "  profiles/town.yaml, line 17, meetings[0].convener: is missing: a meeting that nobody convenes",
                        "profiles/profile.schema.json")
                .doesNotContain("\tat ");
    }

    @Configuration(proxyBeanMethods = false)
    static class Starting {
        @Bean
        Profile profile() {
            return ProfileCheck.read("town", GOOD.replace("convener: section, ", ""));
        }
    }

    static Stream<String> shipped() throws IOException {
        try (var files = Files.list(Path.of("profiles"))) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.substring(0, name.length() - 5))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void aProfileThatIsShippedIsRight(String code) throws IOException {
        assertThat(ProfileCheck.read(code, Files.readString(Path.of("profiles", code + ".yaml")))
                        .code())
                .isEqualTo(code);
    }
}
