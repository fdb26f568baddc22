package jp.kasane.roster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import jp.kasane.foundation.Refusal;
import jp.kasane.table.TableFile;
import jp.kasane.table.TableFile.Line;

/**
 * A list of people as a file: CSV in UTF-8 (with or without BOM) or in Windows' Japanese encoding, or the first sheet of an Excel
 * workbook (.xlsx). What cannot be read at all is refused in a sentence; what is wrong with one row is a mistake of that row, and the
 * others are read. No sentence and no mistake repeats what stood in the file.
 */
final class RosterFile {

    private static final Pattern PHONE = Pattern.compile("0[0-9]{1,4}-?[0-9]{1,4}-?[0-9]{3,4}");
    private static final Pattern DASHES = Pattern.compile("[‐‑‒–—―−ー]");

    private RosterFile() {}

    /** The columns a list may have, by what they are called. */
    private enum Column {
        NUMBER("number", 40, "番号", "整理番号", "通番", "no", "no."),
        NAME("name", 200, "氏名", "名前"),
        KANA("kana", 200, "ふりがな", "フリガナ", "かな", "カナ", "氏名カナ", "氏名かな"),
        BIRTH("birthDate", 40, "生年月日"),
        ADDRESS("address", 200, "住所"),
        PHONE("phone", 40, "電話", "電話番号", "連絡先"),
        AGENCY("agency", 200, "担当機関", "担当"),
        NOTE("note", 1000, "備考", "メモ");

        private final String field;
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

    /** @param number as the file numbers it */
    record Person(
            int number,
            String key,
            String name,
            String kana,
            LocalDate birthDate,
            String address,
            String phone,
            UUID agencyId,
            String note) {}

    /**
     * @param rows that were not empty, without the heading
     * @param people of the rows without a mistake, in the order of the file
     */
    record Content(int rows, List<Person> people, List<RosterImport.Mistake> mistakes, List<String> ignoredColumns) {
        int refused() {
            return rows - people.size();
        }
    }

    /**
     * Reads the file.
     *
     * @param today nobody is born later
     * @param agencies which agency is called so
     * @throws Refusal.Invalid for a file that is no list: the field is {@code file}
     */
    static Content read(String fileName, byte[] bytes, LocalDate today, Function<String, Optional<UUID>> agencies) {
        var lines = TableFile.read(fileName, bytes);
        var heading = lines.getFirst();
        var ignored = new ArrayList<String>();
        var columns = columns(heading, ignored);
        if (lines.size() == 1) {
            throw TableFile.refused("：見出しだけで、一人も書かれていません。");
        }
        return people(lines.subList(1, lines.size()), columns, ignored, today, agencies);
    }

    private static Map<Column, Integer> columns(Line heading, List<String> ignored) {
        var columns = new EnumMap<Column, Integer>(Column.class);
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
        var missing = List.of(Column.NAME, Column.ADDRESS).stream()
                .filter(column -> !columns.containsKey(column))
                .map(column -> column == Column.NAME ? "「氏名」" : "「住所」")
                .toList();
        if (!missing.isEmpty()) {
            throw TableFile.refused("：一行目の見出しに" + String.join("と", missing) + "がありません。一行目に、列の見出し（氏名、住所など）を書いてください。");
        }
        return columns;
    }

    private static Content people(
            List<Line> lines,
            Map<Column, Integer> columns,
            List<String> ignored,
            LocalDate today,
            Function<String, Optional<UUID>> agencies) {
        var people = new ArrayList<Person>();
        var mistakes = new ArrayList<RosterImport.Mistake>();
        var keys = new HashSet<String>();
        for (var line : lines) {
            var row = new Reading(line, columns, today, agencies);
            var person = row.person();
            if (row.mistakes.isEmpty() && !keys.add(person.key())) {
                row.mistake("row", "duplicate");
            }
            if (row.mistakes.isEmpty()) {
                people.add(person);
            }
            mistakes.addAll(row.mistakes);
        }
        return new Content(lines.size(), people, mistakes, ignored);
    }

    /** Reads one row and notes what is wrong with it, at most one mistake per field. */
    private static final class Reading {

        private final Line line;
        private final Map<Column, Integer> columns;
        private final LocalDate today;
        private final Function<String, Optional<UUID>> agencies;
        private final List<RosterImport.Mistake> mistakes = new ArrayList<>();

        Reading(Line line, Map<Column, Integer> columns, LocalDate today, Function<String, Optional<UUID>> agencies) {
            this.line = line;
            this.columns = columns;
            this.today = today;
            this.agencies = agencies;
        }

        Person person() {
            var number = text(Column.NUMBER);
            var name = required(Column.NAME);
            var birth = birth();
            var address = required(Column.ADDRESS);
            return new Person(
                    line.number(),
                    number == null ? "d:" + digest(name, birth, address) : "n:" + TableFile.folded(number),
                    name,
                    text(Column.KANA),
                    birth,
                    address,
                    phone(),
                    agency(),
                    text(Column.NOTE));
        }

        void mistake(String field, String reason) {
            mistakes.add(new RosterImport.Mistake(line.number(), field, reason));
        }

        /** As it was written, without the blanks around it; null where there is nothing. */
        private String text(Column column) {
            return line.at(columns.get(column)).read(column.longest, reason -> mistake(column.field, reason));
        }

        private String required(Column column) {
            int before = mistakes.size();
            var text = text(column);
            if (text == null && mistakes.size() == before) {
                mistake(column.field, "missing");
            }
            return text;
        }

        private LocalDate birth() {
            var date = line.at(columns.get(Column.BIRTH)).day(reason -> mistake(Column.BIRTH.field, reason));
            if (date == null) {
                return null;
            }
            if (date.isAfter(today) || date.isBefore(today.minusYears(130))) {
                mistake(Column.BIRTH.field, "unlikely");
                return null;
            }
            return date;
        }

        /** The same numbers as the forms accept; full-width figures and other dashes are written as theirs. */
        private String phone() {
            var text = text(Column.PHONE);
            if (text == null) {
                return null;
            }
            var plain = DASHES.matcher(Normalizer.normalize(text, Normalizer.Form.NFKC))
                    .replaceAll("-")
                    .replaceAll("[\\s()]", "");
            if (!PHONE.matcher(plain).matches()) {
                mistake(Column.PHONE.field, "phone");
                return null;
            }
            return plain;
        }

        private UUID agency() {
            var text = text(Column.AGENCY);
            if (text == null) {
                return null;
            }
            var agency = agencies.apply(text);
            if (agency.isEmpty()) {
                mistake(Column.AGENCY.field, "agency");
            }
            return agency.orElse(null);
        }
    }

    private static String digest(String name, LocalDate birth, String address) {
        if (name == null || address == null) {
            return "";
        }
        try {
            var text = TableFile.folded(name) + "\n" + (birth == null ? "" : birth) + "\n" + TableFile.folded(address);
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }
}
