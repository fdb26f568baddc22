package jp.kasane.migration;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import jp.kasane.foundation.Refusal;
import jp.kasane.table.TableFile;
import jp.kasane.table.TableFile.Line;

/**
 * The old list of open cases: one row per person, rows with the same old number are one household. What concerns the case (phase, lead, …)
 * stands in the first of them; where a later one says something else, that is a mistake. No mistake repeats what stood in the file.
 */
final class CaseSheet {

    /** More open cases than the largest municipality of the documents has by five times (855 in 草加). */
    static final int MOST_CASES = 5_000;

    private CaseSheet() {}

    enum Column {
        NUMBER("number", 60, "ケース番号(旧)", "旧ケース番号", "ケース番号", "旧番号", "整理番号"),
        HOUSEHOLD("household", 200, "世帯名", "世帯"),
        NAME("name", 200, "氏名", "名前"),
        KANA("kana", 200, "ふりがな", "フリガナ", "かな", "カナ"),
        BIRTH("birthDate", 40, "生年月日"),
        RELATION("relation", 40, "続柄"),
        ADDRESS("address", 200, "住所"),
        CONCEALED("addressConcealed", 20, "住所非開示", "非開示", "DV等"),
        PHASE("phase", 40, "段階", "進捗"),
        LEAD("lead", 200, "主担当", "主担当機関"),
        ACCOMPANYING("coordinating", 200, "伴走", "伴走機関"),
        URGENCY("urgency", 20, "緊急度"),
        CONCERNS("concerns", 1000, "困りごと", "相談内容"),
        CONSENT("consent", 40, "同意", "本人同意"),
        REVIEW("nextReview", 40, "次のモニタリング", "次回モニタリング"),
        MEMO("memo", 4000, "メモ", "備考");

        final String field;
        private final int longest;
        private final List<String> headings;

        Column(String field, int longest, String... headings) {
            this.field = field;
            this.longest = longest;
            this.headings = List.of(headings);
        }

        static Optional<Column> called(String heading) {
            return TableFile.column(heading, values(), column -> column.headings);
        }
    }

    /** The words a cell may have, by the code they mean; codes themselves go without saying. Words a municipality has of its own are not known here. */
    private static final Map<String, String> PHASES = words(
            "assessment",
            "アセスメント,アセスメント中,情報収集",
            "meeting",
            "支援会議,会議",
            "outreach",
            "アウトリーチ,訪問",
            "plan",
            "プラン,プラン作成,支援プラン",
            "monitoring",
            "支援・モニタリング,支援中,モニタリング,支援",
            "closure",
            "終結の準備,終結準備,終結予定");

    private static final Map<String, String> URGENCIES = words("normal", "通常,普通,低", "soon", "早めに,中", "urgent", "緊急,高");
    private static final Map<String, String> RELATIONS = words(
            "head",
            "世帯主,本人",
            "spouse",
            "配偶者,妻,夫",
            "child",
            "子,長男,長女,次男,次女,二男,二女,三男,三女",
            "parent",
            "親,父,母",
            "sibling",
            "きょうだい,兄弟,姉妹,兄,弟,姉,妹",
            "grandparent",
            "祖父母,祖父,祖母",
            "grandchild",
            "孫",
            "other",
            "その他,同居人");
    private static final Map<String, String> YES_OR_NO =
            words("yes", "○,〇,◯,あり,有,はい,1,非開示,同意あり,同意", "no", "×,なし,無,いいえ,0,開示,同意なし,未");

    private static Map<String, String> words(String... pairs) {
        var words = new HashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            words.put(pairs[i], pairs[i]);
            for (var word : pairs[i + 1].split(",")) {
                words.put(TableFile.folded(word), pairs[i]);
            }
        }
        return words;
    }

    /** What the sheet's words mean in this municipality. */
    record Known(
            LocalDate today, Function<String, Optional<UUID>> agencies, Function<String, Optional<String>> concerns) {}

    /** A case as the file has it; null where it says nothing. */
    static final class OldCase {
        final int row;
        final String number;
        String household;
        String phase;
        UUID lead;
        UUID accompanying;
        String urgency;
        String consent;
        LocalDate nextReview;
        String memo;
        final List<ObjectNode> members = new ArrayList<>();

        OldCase(int row, String number) {
            this.row = row;
            this.number = number;
        }

        String householdName() {
            return household != null
                    ? household
                    : members.getFirst().get("name").asText().split("[\\s　]")[0] + "世帯";
        }
    }

    record Content(int rows, List<OldCase> cases, List<CaseImport.Mistake> mistakes, List<String> ignoredColumns) {}

    /** @throws Refusal.Invalid for a file that is no list of cases; the field is {@code file} */
    static Content read(String fileName, byte[] bytes, Known known) {
        var lines = TableFile.read(fileName, bytes);
        var columns = new EnumMap<Column, Integer>(Column.class);
        var ignored = new ArrayList<String>();
        var heading = lines.getFirst();
        for (int i = 0; i < heading.values().size(); i++) {
            var text = heading.values().get(i).text();
            var column = Column.called(text);
            if (column.isPresent() && columns.putIfAbsent(column.get(), i) != null) {
                throw TableFile.refused("：「" + column.get().headings.getFirst() + "」にあたる見出しが二つあります。一つにしてください。");
            }
            if (column.isEmpty() && !text.isBlank()) {
                ignored.add(TableFile.letters(i));
            }
        }
        for (var needed : List.of(Column.NUMBER, Column.NAME, Column.PHASE)) {
            if (!columns.containsKey(needed)) {
                throw TableFile.refused("：一行目の見出しに「" + needed.headings.getFirst() + "」がありません。");
            }
        }
        if (lines.size() == 1) {
            throw TableFile.refused("：見出しだけで、一件も書かれていません。");
        }
        var cases = new LinkedHashMap<String, OldCase>();
        var mistakes = new ArrayList<CaseImport.Mistake>();
        for (var line : lines.subList(1, lines.size())) {
            new Reading(line, columns, known, mistakes).into(cases);
        }
        if (cases.size() > MOST_CASES) {
            throw TableFile.refused("：一度に取り込めるのは5,000ケースまでです。ファイルを分けてください。");
        }
        for (var one : cases.values()) {
            if (one.phase == null
                    && mistakes.stream().noneMatch(wrong -> wrong.field().equals("phase") && wrong.row() == one.row)) {
                mistakes.add(new CaseImport.Mistake(one.row, "phase", "missing"));
            }
        }
        return new Content(lines.size() - 1, List.copyOf(cases.values()), mistakes, ignored);
    }

    private record Reading(Line line, Map<Column, Integer> columns, Known known, List<CaseImport.Mistake> mistakes) {

        void into(Map<String, OldCase> cases) {
            var number = text(Column.NUMBER);
            var name = text(Column.NAME);
            if (number == null) {
                mistake(Column.NUMBER, "missing");
            }
            if (name == null) {
                mistake(Column.NAME, "missing");
            }
            if (number == null || name == null) {
                return;
            }
            var one = cases.computeIfAbsent(TableFile.folded(number), fresh -> new OldCase(line.number(), number));
            one.household = same(Column.HOUSEHOLD, one.household, text(Column.HOUSEHOLD));
            one.phase = same(Column.PHASE, one.phase, word(Column.PHASE, PHASES));
            one.lead = same(Column.LEAD, one.lead, agency(Column.LEAD));
            one.accompanying = same(Column.ACCOMPANYING, one.accompanying, agency(Column.ACCOMPANYING));
            one.urgency = same(Column.URGENCY, one.urgency, word(Column.URGENCY, URGENCIES));
            var consent = word(Column.CONSENT, YES_OR_NO);
            one.consent = same(
                    Column.CONSENT, one.consent, consent == null ? null : consent.equals("yes") ? "given" : "none");
            var review = line.at(columns.get(Column.REVIEW)).day(reason -> mistake(Column.REVIEW, reason));
            if (review != null
                    && (review.isBefore(known.today().minusYears(5))
                            || review.isAfter(known.today().plusYears(10)))) {
                mistake(Column.REVIEW, "unlikely");
            }
            one.nextReview = same(Column.REVIEW, one.nextReview, review);
            var memo = text(Column.MEMO);
            if (memo != null) {
                var both = one.memo == null ? memo : one.memo + "\n" + memo;
                if (both.length() > 4000) {
                    mistake(Column.MEMO, "long");
                } else {
                    one.memo = both;
                }
            }
            one.members.add(member(name, one.members.isEmpty()));
        }

        /** The first row is whom the case is about. */
        private ObjectNode member(String name, boolean first) {
            var member = JsonNodeFactory.instance.objectNode();
            member.put("name", name);
            member.put("kana", text(Column.KANA));
            var relation = word(Column.RELATION, RELATIONS);
            member.put("relation", relation != null ? relation : first ? "head" : "other");
            member.put("subject", first);
            var birth = line.at(columns.get(Column.BIRTH)).day(reason -> mistake(Column.BIRTH, reason));
            if (birth != null) {
                if (birth.isAfter(known.today()) || birth.isBefore(known.today().minusYears(130))) {
                    mistake(Column.BIRTH, "unlikely");
                }
                member.put("birthDate", birth.toString());
            }
            member.put("address", text(Column.ADDRESS));
            member.put("addressConcealed", "yes".equals(word(Column.CONCEALED, YES_OR_NO)));
            var concerns = member.putArray("concerns");
            var written = text(Column.CONCERNS);
            if (written != null) {
                for (var part : written.split("[、,，;；/／\n]")) {
                    var plain = part.replace("◎", "")
                            .replace("○", "")
                            .replace("〇", "")
                            .strip();
                    if (!plain.isEmpty()) {
                        known.concerns()
                                .apply(TableFile.folded(plain))
                                .ifPresentOrElse(
                                        code -> {
                                            concerns.add(code);
                                            if (part.contains("◎")) {
                                                member.put("mainConcern", code);
                                            }
                                        },
                                        () -> mistake(Column.CONCERNS, "word"));
                    }
                }
            }
            return member;
        }

        private String text(Column column) {
            return line.at(columns.get(column)).read(column.longest, reason -> mistake(column, reason));
        }

        private String word(Column column, Map<String, String> words) {
            var text = text(column);
            if (text == null) {
                return null;
            }
            var code = words.get(TableFile.folded(text));
            if (code == null) {
                mistake(column, "word");
            }
            return code;
        }

        private UUID agency(Column column) {
            var text = text(column);
            if (text == null) {
                return null;
            }
            var agency = known.agencies().apply(TableFile.folded(text));
            if (agency.isEmpty()) {
                mistake(column, "agency");
            }
            return agency.orElse(null);
        }

        private <T> T same(Column column, T before, T now) {
            if (before != null && now != null && !Objects.equals(before, now)) {
                mistake(column, "differs");
            }
            return before != null ? before : now;
        }

        private void mistake(Column column, String reason) {
            var mistake = new CaseImport.Mistake(line.number(), column.field, reason);
            if (!mistakes.contains(mistake)) {
                mistakes.add(mistake);
            }
        }
    }
}
