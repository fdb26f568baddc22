package jp.kasane.roster;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.ReadableWorkbook;

/**
 * A list of people as a file: CSV in UTF-8 (with or without BOM) or in Windows' Japanese encoding, or the first sheet of an Excel
 * workbook (.xlsx). What cannot be read at all is refused in a sentence; what is wrong with one row is a mistake of that row, and the
 * others are read. No sentence and no mistake repeats what stood in the file.
 */
final class RosterFile {

    /** A list of 50,000 people with long remarks is about 8 MB as CSV. */
    static final int MOST_BYTES = 10 * 1024 * 1024;

    /** More than any list of the documents by ten times (江戸川区 visits 4,739 in a year, 001b S6). */
    static final int MOST_ROWS = 50_000;

    /** Unpacked: a workbook of {@link #MOST_ROWS} rows is half of that; one that grows beyond is none of a person's making. */
    private static final long MOST_UNPACKED = 120L * 1024 * 1024;

    private static final int MOST_COLUMNS = 60;
    private static final Charset WINDOWS = Charset.forName("windows-31j");
    private static final Pattern PHONE = Pattern.compile("0[0-9]{1,4}-?[0-9]{1,4}-?[0-9]{3,4}");
    private static final Pattern DASHES = Pattern.compile("[‐‑‒–—―−ー]");
    private static final Pattern SERIAL = Pattern.compile("[0-9]{1,5}");
    /** What is printed and nothing else; a line break within a cell is a remark's. */
    private static final Pattern UNREADABLE = Pattern.compile("[\\p{Cntrl}\uFFFD&&[^\r\n\t]]");

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
            var plain = folded(heading);
            return List.of(values()).stream()
                    .filter(column ->
                            column.headings.stream().map(RosterFile::folded).anyMatch(plain::equals))
                    .findFirst();
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

    /** One cell; {@code number} where Excel keeps it as one, {@code formula} where nobody typed what is shown. */
    private record Value(String text, boolean number, boolean formula) {
        static final Value EMPTY = new Value("", false, false);
    }

    private record Line(int number, List<Value> values) {
        Value at(Integer column) {
            return column == null || column >= values.size() ? Value.EMPTY : values.get(column);
        }

        boolean empty() {
            return values.stream().allMatch(value -> value.text().isBlank() && !value.formula());
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
        if (bytes.length == 0) {
            throw refused("：ファイルが空です。");
        }
        if (bytes.length > MOST_BYTES) {
            throw refused("：10MBまでのファイルを選んでください。大きな名簿は、分けて取り込めます。");
        }
        var lines =
                lines(fileName, bytes).stream().filter(line -> !line.empty()).toList();
        if (lines.isEmpty()) {
            throw refused("：ファイルに何も書かれていません。");
        }
        if (lines.size() - 1 > MOST_ROWS) {
            throw refused("：一度に取り込めるのは50,000行までです。ファイルを分けてください。");
        }
        var heading = lines.getFirst();
        var ignored = new ArrayList<String>();
        var columns = columns(heading, ignored);
        if (lines.size() == 1) {
            throw refused("：見出しだけで、一人も書かれていません。");
        }
        return people(lines.subList(1, lines.size()), columns, ignored, today, agencies);
    }

    private static Map<Column, Integer> columns(Line heading, List<String> ignored) {
        var columns = new EnumMap<Column, Integer>(Column.class);
        for (int i = 0; i < heading.values().size(); i++) {
            var text = heading.values().get(i).text();
            var column = Column.called(text);
            if (column.isPresent() && columns.putIfAbsent(column.get(), i) != null) {
                throw refused("：「" + column.get().headings.getFirst() + "」にあたる見出しが二つあります。一つにしてください。");
            }
            if (column.isEmpty() && !text.isBlank()) {
                ignored.add(letters(i));
            }
        }
        var missing = List.of(Column.NAME, Column.ADDRESS).stream()
                .filter(column -> !columns.containsKey(column))
                .map(column -> column == Column.NAME ? "「氏名」" : "「住所」")
                .toList();
        if (!missing.isEmpty()) {
            throw refused("：一行目の見出しに" + String.join("と", missing) + "がありません。一行目に、列の見出し（氏名、住所など）を書いてください。");
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
                    number == null ? "d:" + digest(name, birth, address) : "n:" + folded(number),
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
            var value = line.at(columns.get(column));
            var text = value.text().strip();
            if (value.formula()) {
                mistake(column.field, "formula");
                return null;
            }
            if (UNREADABLE.matcher(text).find()) {
                mistake(column.field, "unreadable");
                return null;
            }
            if (text.codePointCount(0, text.length()) > column.longest) {
                mistake(column.field, "long");
                return null;
            }
            return text.isEmpty() ? null : text;
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
            var text = text(Column.BIRTH);
            if (text == null) {
                return null;
            }
            var date = line.at(columns.get(Column.BIRTH)).number()
                            && SERIAL.matcher(text).matches()
                    ? Optional.of(LocalDate.of(1899, 12, 30).plusDays(Long.parseLong(text)))
                    : WrittenDates.read(text);
            if (date.isEmpty()) {
                mistake(Column.BIRTH.field, "date");
                return null;
            }
            if (date.get().isAfter(today) || date.get().isBefore(today.minusYears(130))) {
                mistake(Column.BIRTH.field, "unlikely");
                return null;
            }
            return date.get();
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

    // ── the file ───────────────────────────────────────────────────────────────────────────────────────────────────

    private static List<Line> lines(String fileName, byte[] bytes) {
        boolean named = fileName.toLowerCase(Locale.ROOT).endsWith(".xlsx");
        if (starts(bytes, 0x50, 0x4B, 0x03, 0x04)) {
            return workbook(bytes);
        }
        if (starts(bytes, 0xD0, 0xCF, 0x11, 0xE0)) {
            throw refused("：パスワードの付いたExcel、または古い形式（.xls）のため読めません。パスワードを外し、.xlsxかCSVで保存し直してください。");
        }
        if (named) {
            throw refused("：名前は.xlsxですが、Excelのファイルではありません。Excelで開けるか確かめ、保存し直してください。");
        }
        return table(text(bytes));
    }

    private static boolean starts(byte[] bytes, int... magic) {
        return bytes.length >= magic.length
                && IntStream.range(0, magic.length).allMatch(i -> (bytes[i] & 0xFF) == magic[i]);
    }

    private static String text(byte[] bytes) {
        for (byte each : bytes) {
            if (each == 0) {
                throw refused("：CSVでもExcel（.xlsx）でもないファイルのようです。");
            }
        }
        int from = starts(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0;
        for (var charset : List.of(StandardCharsets.UTF_8, WINDOWS)) {
            try {
                return charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                        .toString();
            } catch (CharacterCodingException another) {
                // The other of the two encodings, then.
            }
        }
        throw refused("：文字コードが分かりません。UTF-8かShift_JISのCSV、またはExcel（.xlsx）で保存し直してください。");
    }

    /** Separated by commas, or by tabs where the heading has some: what Excel copies. */
    private static List<Line> table(String text) {
        var firstLine = text.lines().findFirst().orElse("");
        var format = CSVFormat.DEFAULT
                .builder()
                .setIgnoreEmptyLines(false)
                .setDelimiter(firstLine.indexOf('\t') >= 0 ? '\t' : ',')
                .get();
        try (var parser = CSVParser.parse(new StringReader(text), format)) {
            var lines = new ArrayList<Line>();
            for (var written : parser) {
                lines.add(new Line(
                        (int) written.getRecordNumber(),
                        written.stream()
                                .limit(MOST_COLUMNS)
                                .map(cell -> new Value(cell, false, false))
                                .toList()));
                if (lines.size() > MOST_ROWS * 2) {
                    throw refused("：一度に取り込めるのは50,000行までです。ファイルを分けてください。");
                }
            }
            return lines;
        } catch (IOException | UncheckedIOException | IllegalStateException broken) {
            throw refused("：CSVの形が崩れています。引用符（\"）が閉じているか確かめてください。");
        }
    }

    private static List<Line> workbook(byte[] bytes) {
        requireHarmless(bytes);
        try (var book = new ReadableWorkbook(new ByteArrayInputStream(bytes))) {
            int serialFrom = book.isDate1904() ? 1462 : 0;
            try (var rows = book.getFirstSheet().openStream()) {
                var lines = new ArrayList<Line>();
                rows.limit(MOST_ROWS * 2L).forEach(row -> {
                    var values = new ArrayList<Value>();
                    for (int i = 0; i < Math.min(row.getCellCount(), MOST_COLUMNS); i++) {
                        values.add(row.getOptionalCell(i)
                                .map(cell -> value(cell, serialFrom))
                                .orElse(Value.EMPTY));
                    }
                    lines.add(new Line(row.getRowNum(), values));
                });
                return lines;
            }
        } catch (IOException | RuntimeException | StackOverflowError broken) {
            throw refused("：Excelのファイルとして読めません。Excelで開けるか確かめ、保存し直してください。");
        }
    }

    private static Value value(Cell cell, int serialFrom) {
        return switch (cell.getType()) {
            case FORMULA, ERROR -> new Value("", false, true);
            case NUMBER -> {
                var number = new BigDecimal(cell.getRawValue()).stripTrailingZeros();
                // 1904 date system: the birth date is the only number that means a day.
                yield new Value(
                        serialFrom > 0 && number.scale() <= 0 && number.precision() <= 5
                                ? number.add(BigDecimal.valueOf(serialFrom)).toPlainString()
                                : number.toPlainString(),
                        true,
                        false);
            }
            case EMPTY -> Value.EMPTY;
            default -> new Value(cell.getText() == null ? "" : cell.getText(), false, false);
        };
    }

    /** Unpacked once without keeping anything: a few kilobytes that grow to gigabytes end here. */
    private static void requireHarmless(byte[] bytes) {
        long unpacked = 0;
        var buffer = new byte[64 * 1024];
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            boolean workbook = false;
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                workbook |= entry.getName().equals("xl/workbook.xml");
                for (int read = zip.read(buffer); read >= 0; read = zip.read(buffer)) {
                    unpacked += read;
                    if (unpacked > MOST_UNPACKED) {
                        throw refused("：展開すると大きくなりすぎるファイルです。要らないシートや書式を消して、保存し直してください。");
                    }
                }
            }
            if (!workbook) {
                throw refused("：Excel（.xlsx）ではない圧縮ファイルです。");
            }
        } catch (ZipException | IllegalArgumentException broken) {
            throw refused("：Excelのファイルとして読めません。Excelで開けるか確かめ、保存し直してください。");
        } catch (IOException broken) {
            throw refused("：ファイルが途中で切れています。もう一度保存し直してください。");
        }
    }

    // ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /** For comparing only: what is kept stays as it was written. */
    static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC)
                .replaceAll("[\\s\u3000]", "")
                .toLowerCase(Locale.ROOT);
    }

    private static String digest(String name, LocalDate birth, String address) {
        if (name == null || address == null) {
            return "";
        }
        try {
            var text = folded(name) + "\n" + (birth == null ? "" : birth) + "\n" + folded(address);
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /** As Excel calls it: A, B, … Z, AA. */
    private static String letters(int column) {
        return column < 26 ? "" + (char) ('A' + column) : letters(column / 26 - 1) + (char) ('A' + column % 26);
    }

    private static Refusal.Invalid refused(String sentence) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError("file", "ファイル", sentence)));
    }
}
