package jp.kasane.form.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import jp.kasane.foundation.Refusal;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is entered is never trusted: the server checks what the form asks, field by field, and says it in Japanese. */
class FormCheckTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_SINGLE_QUOTES)
            .enable(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();

    private final FormCheck check = new FormCheck();

    /** The pattern that is shipped, on the ways people write a domestic number (forms/README.md). */
    @ParameterizedTest
    @CsvSource({
        "042-620-7240, true",
        "0426207240, true",
        "03-1234-5678, true",
        "090-1234-5678, true",
        "0120-123-456, true",
        "+81-42-620-7240, false",
        "620-7240, false",
        "042-620-724a, false"
    })
    void aDomesticTelephoneNumberIsTaken(String number, boolean taken) throws IOException {
        JsonNode phone;
        try (var file = FormCheckTest.class.getResourceAsStream("/forms/consultation.form")) {
            phone = JSON.readTree(file).findParents("key").stream()
                    .filter(component -> component.get("key").asText().endsWith("hone"))
                    .filter(component -> component.at("/validate/pattern").isTextual())
                    .findFirst()
                    .orElseThrow();
        }
        var key = phone.get("key").asText();
        ((ObjectNode) phone).remove("conditional");
        assertThat(errors(phone.toString(), JSON.createObjectNode().put(key, number))
                        .isEmpty())
                .isEqualTo(taken);
    }

    @Nested
    class ATextField {

        private static final String FORM =
                "{type:'textfield', key:'name', label:'氏名', validate:{required:true, minLength:2, maxLength:4}}";

        @ParameterizedTest
        @ValueSource(strings = {"{}", "{name:null}", "{name:''}", "{name:'  　 '}"})
        void isRefusedWhenRequiredAndEmpty(String entered) {
            assertThat(errors(FORM, entered)).containsExactly("name: 「氏名」を入力してください。");
        }

        @ParameterizedTest
        @ValueSource(strings = {"{name:5}", "{name:true}", "{name:{}}", "{name:['a','b']}"})
        void isRefusedWhenItIsNoText(String entered) {
            assertThat(errors(FORM, entered)).containsExactly("name: 「氏名」は文字で入力してください。");
        }

        @Test
        void isCountedInCharactersAsPeopleCountThem() {
            // 𠮷 (U+20BB7) and 𩸽 (U+29E3D) are one character each, though two code units.
            assertThat(errors(FORM, "{name:'𠮷𩸽𠮷𩸽'}")).isEmpty();
            assertThat(errors(FORM, "{name:'𠮷𩸽𠮷𩸽𠮷'}")).containsExactly("name: 「氏名」は4字以内で入力してください（いま5字）。");
            assertThat(errors(FORM, "{name:'あ'}")).containsExactly("name: 「氏名」は2字以上で入力してください。");
        }

        @Test
        void isKeptAsItWasEntered() {
            // か + combining dakuten, and 葛 with an ideographic variation selector: never normalised.
            var text = "か\u3099葛\uDB40\uDD00";
            assertThat(data(FORM, JSON.createObjectNode().put("name", text))
                            .get("name")
                            .asText())
                    .isEqualTo(text);
        }

        @Test
        void mayNotHoldANulCharacter() {
            assertThat(errors(FORM, JSON.createObjectNode().put("name", "a\0b")))
                    .containsExactly("name: 「氏名」に使えない文字（NUL）が含まれています。");
        }

        @Test
        void hasAnEndEvenWhereTheFormSetsNone() {
            assertThat(errors("{type:'textarea', key:'story', label:'内容'}", "{story:'" + "あ".repeat(8001) + "'}"))
                    .containsExactly("story: 「内容」は8000字以内で入力してください（いま8001字）。");
        }

        @Test
        void followsItsPattern() {
            var form = "{type:'textfield', key:'code', label:'記号', validate:{pattern:'^[A-Z]{2}$'}}";
            assertThat(errors(form, "{code:'AB'}")).isEmpty();
            assertThat(errors(form, "{code:'ab'}")).containsExactly("code: 「記号」の書き方が正しくありません。");
        }
    }

    @Nested
    class ANumber {

        private static final String FORM =
                "{type:'number', key:'days', label:'間隔', validate:{required:true, min:1, max:365}}";

        @ParameterizedTest
        @CsvSource({"0,は1以上にしてください。", "366,は365以下にしてください。", "-1e300,は1以上にしてください。", "'\"7\"',は数で入力してください。"})
        void isRefusedOutsideOfItsBounds(String entered, String sentence) {
            assertThat(errors(FORM, "{days:" + entered + "}")).containsExactly("days: 「間隔」" + sentence);
        }

        @Test
        void isAcceptedAtItsBounds() {
            assertThat(errors(FORM, "{days:1}")).isEmpty();
            assertThat(errors(FORM, "{days:365}")).isEmpty();
        }
    }

    @Nested
    class AChoice {

        private static final String ROUTE = "{type:'radio', key:'route', label:'振り分け', validate:{required:true},"
                + " values:[{value:'own', label:'自機関'},{value:'case', label:'支援ケース'}]}";
        private static final String AGENCIES =
                "{type:'checklist', key:'agencies', label:'機関', validate:{required:true}, valuesKey:'agencyOptions'}";
        private static final String CONTEXT =
                "{agencyOptions:[{value:'shakyo', label:'社協'},{value:'anshin', label:'あんしん'}]}";

        @ParameterizedTest
        @ValueSource(strings = {"'elsewhere'", "1", "['own']", "{}"})
        void isOneOfThoseOffered(String entered) {
            assertThat(errors(ROUTE, "{route:" + entered + "}")).containsExactly("route: 「振り分け」は選択肢から選んでください。");
            assertThat(errors(ROUTE, "{route:'own'}")).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"['nowhere']", "['shakyo','shakyo']", "['shakyo',null]", "'shakyo'", "[1]"})
        void ofSeveralIsEachOfThoseOfferedAndEachOnce(String entered) {
            assertThat(errors(AGENCIES, "{agencies:" + entered + "}", CONTEXT))
                    .containsExactly("agencies: 「機関」は選択肢から選んでください。");
            assertThat(errors(AGENCIES, "{agencies:['anshin','shakyo']}", CONTEXT))
                    .isEmpty();
        }

        @Test
        void ofSeveralMayNotBeNone() {
            assertThat(errors(AGENCIES, "{agencies:[]}", CONTEXT)).containsExactly("agencies: 「機関」を入力してください。");
        }

        @Test
        void cannotBeMadeByWhoeverEnters() {
            assertThat(errors(AGENCIES, "{agencies:['forged'], agencyOptions:[{value:'forged', label:'偽'}]}", CONTEXT))
                    .containsExactly("agencies: 「機関」は選択肢から選んでください。");
        }

        @Test
        void ofYesOrNoIsNeitherTextNorNumber() {
            var form = "{type:'checkbox', key:'watch', label:'見守り'}";
            assertThat(errors(form, "{watch:'true'}")).containsExactly("watch: 「見守り」は「はい」か「いいえ」です。");
            assertThat(errors(form, "{watch:true}")).isEmpty();
            assertThat(errors(form, "{}")).isEmpty();
        }
    }

    @Nested
    class ADate {

        private static final String DAY = "{type:'datetime', key:'on', subtype:'date', dateLabel:'決定日'}";
        private static final String TIME = "{type:'datetime', key:'at', subtype:'datetime', dateLabel:'日時'}";

        @ParameterizedTest
        @ValueSource(strings = {"'2026-02-29'", "'21/11/2026'", "'令和8年11月21日'", "20261121", "'2026-11-21T09:00:00Z'"})
        void isADayThatExists(String entered) {
            assertThat(errors(DAY, "{on:" + entered + "}")).containsExactly("on: 「決定日」は日付（例 2026-11-21）で入力してください。");
            assertThat(errors(DAY, "{on:'2028-02-29'}")).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"'2026-11-21'", "'2026-11-21T25:00:00Z'", "'2026-11-21T09:00'", "true"})
        void withATimeSaysItsOffset(String entered) {
            assertThat(errors(TIME, "{at:" + entered + "}")).containsExactly("at: 「日時」は日時で入力してください。");
            assertThat(errors(TIME, "{at:'2026-11-21T09:00:00+09:00'}")).isEmpty();
        }
    }

    @Nested
    class AList {

        private static final String FORM = "{type:'dynamiclist', path:'members', label:'世帯員', validate:{required:true},"
                + " components:[{type:'textfield', key:'name', label:'氏名', validate:{required:true}},"
                + " {type:'checkbox', key:'known', label:'氏名が分かる'},"
                + " {type:'textfield', key:'label', label:'呼び名', conditional:{hide:'=known = true'}}]}";

        @Test
        void namesTheRowWhereAFieldIsWrong() {
            assertThat(errors(FORM, "{members:[{name:'一'},{name:''},{name:3}]}"))
                    .containsExactly("members[1].name: 「氏名」を入力してください。", "members[2].name: 「氏名」は文字で入力してください。");
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "{members:[]}", "{members:null}"})
        void hasARowWhenRequired(String entered) {
            assertThat(errors(FORM, entered)).containsExactly("members: 「世帯員」は一件以上入力してください。");
        }

        @Test
        void isAListOfRowsAndNothingElse() {
            assertThat(errors(FORM, "{members:{name:'一'}}")).containsExactly("members: 「世帯員」の形が正しくありません。");
            assertThat(errors(FORM, "{members:['一']}")).containsExactly("members[0].: 「世帯員」1件目の形が正しくありません。");
        }

        @Test
        void hasAnEnd() {
            var rows = JSON.createObjectNode();
            var members = rows.putArray("members");
            for (int i = 0; i < 201; i++) {
                members.addObject().put("name", "一");
            }
            assertThat(errors(FORM, rows)).containsExactly("members: 「世帯員」は200件までです。");
        }

        @Test
        void hidesAFieldRowByRow() {
            assertThat(data(
                            FORM,
                            "{members:[{name:'一', known:true, label:'x'},{name:'二', known:false, label:'y', more:1}]}"))
                    .isEqualTo(json("{members:[{name:'一', known:true},{name:'二', known:false, label:'y'}]}"));
        }
    }

    @Nested
    class AHiddenField {

        private static final String FORM =
                "{type:'checkbox', key:'a', label:'A'}, {type:'textfield', key:'b', label:'B', validate:{required:true},"
                        + " conditional:{hide:'=a != true'}}, {type:'textfield', key:'c', label:'C', validate:{required:true},"
                        + " conditional:{hide:'=b = null'}}";

        @Test
        void isNeitherAskedForNorKept() {
            assertThat(errors(FORM, "{a:false, b:'secret'}")).isEmpty();
            assertThat(data(FORM, "{a:false, b:'secret'}")).isEqualTo(json("{a:false}"));
        }

        @Test
        void hidesWhatDependsOnIt() {
            assertThat(data(FORM, "{a:false, b:'secret', c:'too'}")).isEqualTo(json("{a:false}"));
        }

        @Test
        void isAskedForOnceItShows() {
            assertThat(errors(FORM, "{a:true}")).containsExactly("b: 「B」を入力してください。");
            assertThat(errors(FORM, "{a:true, b:'x'}")).containsExactly("c: 「C」を入力してください。");
            assertThat(data(FORM, "{a:true, b:'x', c:'y'}")).isEqualTo(json("{a:true, b:'x', c:'y'}"));
        }

        @Test
        void hidesWithItsWholeGroup() {
            var form = "{type:'radio', key:'r', label:'R', values:[{value:'x', label:'x'},{value:'y', label:'y'}]},"
                    + "{type:'group', conditional:{hide:'=r = \"x\"'}, components:["
                    + "{type:'textfield', key:'t', label:'T', validate:{required:true}}]}";
            assertThat(data(form, "{r:'x', t:'gone'}")).isEqualTo(json("{r:'x'}"));
            assertThat(errors(form, "{r:'x'}")).isEmpty();
            assertThat(errors(form, "{r:'y'}")).containsExactly("t: 「T」を入力してください。");
        }

        @Test
        void mayDependOnWhatTheServerKnows() {
            var form = "{type:'textfield', key:'t', label:'T', validate:{required:true},"
                    + " conditional:{hide:'=meetingType != \"support\"'}}";
            assertThat(errors(form, "{}", "{meetingType:'coordination'}")).isEmpty();
            assertThat(errors(form, "{}", "{meetingType:'support'}")).containsExactly("t: 「T」を入力してください。");
        }

        @Test
        @DisplayName("does not appear or vanish because somebody sends what the server knows")
        void isNotDecidedByForgedFacts() {
            var form = "{type:'textfield', key:'t', label:'T', validate:{required:true},"
                    + " conditional:{hide:'=meetingType != \"support\"'}}";
            assertThat(errors(form, "{meetingType:'coordination'}", "{meetingType:'support'}"))
                    .containsExactly("t: 「T」を入力してください。");
        }
    }

    @Test
    void whatTheFormDoesNotAskIsDropped() {
        assertThat(data(
                        "{type:'textfield', key:'a', label:'A'}, {type:'text', text:'# A'}",
                        "{a:'1', b:'2', __proto__:{}}"))
                .isEqualTo(json("{a:'1'}"));
    }

    @Test
    void aFormOutsideOfTheSubsetIsRefusedAndNotHalfChecked() {
        assertThatThrownBy(() -> errors("{type:'filepicker', key:'f', label:'F'}", "{f:'x'}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("filepicker");
    }

    @Test
    void severalWrongFieldsAreToldAtOnceInOneSentence() {
        var form = "{type:'textfield', key:'a', label:'あ', validate:{required:true}},"
                + "{type:'textfield', key:'b', label:'い', validate:{required:true}}";
        var result = check.check(schema(form), JSON.createObjectNode(), JSON.createObjectNode());
        assertThat(new Refusal.Invalid(result.errors()).getMessage())
                .isEqualTo("入力内容を確認してください：「あ」を入力してください。、「い」を入力してください。");
    }

    /** The forms that are shipped: an empty one is refused with a Japanese label for every field. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "assessment",
                "closure-decision",
                "closure-evaluation",
                "consent",
                "consultation",
                "contact",
                "gather-information",
                "handover-acknowledgement",
                "meeting-convening",
                "meeting-proposal",
                "meeting-record",
                "outreach-contact",
                "outreach-plan",
                "plan-decision",
                "plan-draft",
                "review",
                "triage"
            })
    void anEmptyFormIsRefusedInJapanese(String formId) throws IOException {
        JsonNode schema;
        try (var file = FormCheckTest.class.getResourceAsStream("/forms/" + formId + ".form")) {
            schema = JSON.readTree(file);
        }
        var result = check.check(schema, JSON.createObjectNode(), JSON.createObjectNode());
        assertThat(result.errors()).isNotEmpty().allSatisfy(error -> {
            assertThat(error.label()).containsPattern("[\\p{IsHiragana}\\p{IsKatakana}\\p{IsHan}]");
            assertThat(error.message())
                    .isEqualTo(
                            error.field().matches("members|roles|attendance|agencies") && isList(schema, error.field())
                                    ? "は一件以上入力してください。"
                                    : "を入力してください。");
        });
    }

    private static boolean isList(JsonNode schema, String key) {
        return schema.findParents("type").stream()
                .anyMatch(component -> component.path("type").asText().equals("dynamiclist")
                        && key.equals(component
                                .path("path")
                                .asText(component.path("key").asText())));
    }

    private List<String> errors(String components, String entered) {
        return errors(components, entered, "{}");
    }

    private List<String> errors(String components, String entered, String context) {
        return sentences(check.check(schema(components), json(entered), json(context)));
    }

    private List<String> errors(String components, ObjectNode entered) {
        return sentences(check.check(schema(components), entered, JSON.createObjectNode()));
    }

    private static List<String> sentences(FormCheck.Result result) {
        return result.errors().stream()
                .map(error -> error.field() + ": 「" + error.label() + "」" + error.message())
                .toList();
    }

    private ObjectNode data(String components, String entered) {
        return data(components, json(entered));
    }

    private ObjectNode data(String components, ObjectNode entered) {
        var result = check.check(schema(components), entered, JSON.createObjectNode());
        assertThat(result.errors()).isEmpty();
        return result.data();
    }

    private static ObjectNode schema(String components) {
        return json("{components:[" + components + "]}");
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
