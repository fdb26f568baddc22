package jp.kasane.table;

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
import java.text.Normalizer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.ReadableWorkbook;

/**
 * A table as a file: CSV in UTF-8 (with or without BOM) or in Windows' Japanese encoding, or the first sheet of an Excel workbook (.xlsx).
 * What cannot be read at all is refused in a sentence about the field {@code file}; nothing repeats what stood in it.
 */
public final class TableFile {

    /** A list of 50,000 people with long remarks is about 8 MB as CSV. */
    public static final int MOST_BYTES = 10 * 1024 * 1024;

    /** More than any list of the documents by ten times (江戸川区 visits 4,739 in a year, 001b S6). */
    public static final int MOST_ROWS = 50_000;

    /** Unpacked: a workbook of {@link #MOST_ROWS} rows is half of that; one that grows beyond is none of a person's making. */
    private static final long MOST_UNPACKED = 120L * 1024 * 1024;

    private static final int MOST_COLUMNS = 60;
    private static final Charset WINDOWS = Charset.forName("windows-31j");
    private static final Pattern SERIAL = Pattern.compile("[0-9]{1,5}");
    /** What is printed and nothing else; a line break within a cell is a remark's. */
    private static final Pattern UNREADABLE = Pattern.compile("[\\p{Cntrl}\uFFFD&&[^\r\n\t]]");

    private TableFile() {}

    /** One cell; {@code number} where Excel keeps it as one, {@code formula} where nobody typed what is shown. */
    public record Value(String text, boolean number, boolean formula) {
        public static final Value EMPTY = new Value("", false, false);

        /**
         * As it was written, without the blanks around it; null where there is nothing, or where {@code mistake} hears of a code:
         * formula, unreadable, long.
         */
        public String read(int longest, Consumer<String> mistake) {
            var plain = text.strip();
            if (formula) {
                mistake.accept("formula");
                return null;
            }
            if (UNREADABLE.matcher(plain).find()) {
                mistake.accept("unreadable");
                return null;
            }
            if (plain.codePointCount(0, plain.length()) > longest) {
                mistake.accept("long");
                return null;
            }
            return plain.isEmpty() ? null : plain;
        }

        /** A day however it is written, Excel's number for it included; null where there is none, or with the mistake {@code date}. */
        public LocalDate day(Consumer<String> mistake) {
            var plain = read(40, mistake);
            if (plain == null) {
                return null;
            }
            var day = number && SERIAL.matcher(plain).matches()
                    ? Optional.of(LocalDate.of(1899, 12, 30).plusDays(Long.parseLong(plain)))
                    : WrittenDates.read(plain);
            if (day.isEmpty()) {
                mistake.accept("date");
            }
            return day.orElse(null);
        }
    }

    public record Line(int number, List<Value> values) {
        public Value at(Integer column) {
            return column == null || column >= values.size() ? Value.EMPTY : values.get(column);
        }

        boolean empty() {
            return values.stream().allMatch(value -> value.text().isBlank() && !value.formula());
        }
    }

    /**
     * The rows that are not empty, the heading first.
     *
     * @throws Refusal.Invalid for a file that is no table; the field is {@code file}
     */
    public static List<Line> read(String fileName, byte[] bytes) {
        if (bytes.length == 0) {
            throw refused("：ファイルが空です。");
        }
        if (bytes.length > MOST_BYTES) {
            throw refused("：10MBまでのファイルを選んでください。大きなものは、分けて取り込めます。");
        }
        var lines =
                lines(fileName, bytes).stream().filter(line -> !line.empty()).toList();
        if (lines.isEmpty()) {
            throw refused("：ファイルに何も書かれていません。");
        }
        if (lines.size() - 1 > MOST_ROWS) {
            throw refused("：一度に取り込めるのは50,000行までです。ファイルを分けてください。");
        }
        return lines;
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

    /** The column a heading stands for, however it is written; empty for one that is none of them. */
    public static <C> Optional<C> column(String heading, C[] columns, Function<C, List<String>> headings) {
        var plain = folded(heading);
        return Stream.of(columns)
                .filter(column ->
                        headings.apply(column).stream().map(TableFile::folded).anyMatch(plain::equals))
                .findFirst();
    }

    /** For comparing only: what is kept stays as it was written. */
    public static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC)
                .replaceAll("[\\s\u3000]", "")
                .toLowerCase(Locale.ROOT);
    }

    /** As Excel calls it: A, B, … Z, AA. */
    public static String letters(int column) {
        return column < 26 ? "" + (char) ('A' + column) : letters(column / 26 - 1) + (char) ('A' + column % 26);
    }

    public static Refusal.Invalid refused(String sentence) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError("file", "ファイル", sentence)));
    }
}
