package jp.kasane.table;

import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/**
 * A list of a page as a {@link CsvDownload}, in the words and the language of the page: headings are the page's own messages, codes are said as
 * the page says them, times are Japan's (2026-11-27 09:30), several values of one cell stand beside each other.
 */
@Component
public class CsvList {

    /** Lines of a file at most, beside the headings; whoever has more narrows the list first. */
    public static final int MOST = 10_000;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(jp.kasane.foundation.JapaneseTime.ZONE);

    private final MessageSource messages;

    CsvList(MessageSource messages) {
        this.messages = messages;
    }

    /**
     * @param heading a message of the page
     * @param group of messages that say a code, or null for what is shown as it is
     */
    public record Column<T>(String heading, String group, Function<T, Object> value) {

        public static <T> Column<T> of(String heading, Function<T, Object> value) {
            return new Column<>(heading, null, value);
        }

        public static <T> Column<T> coded(String heading, String group, Function<T, Object> code) {
            return new Column<>(heading, group, code);
        }
    }

    /** @param name of the file, without a person's data; at most the first {@value #MOST} rows are in it */
    @SafeVarargs
    public final <T> ResponseEntity<byte[]> of(String name, List<T> rows, Column<T>... columns) {
        var headings = new ArrayList<String>();
        for (var column : columns) {
            headings.add(word(column.heading(), column.heading()));
        }
        return CsvDownload.of(
                name,
                headings,
                rows.stream()
                        .limit(MOST)
                        .map(row -> {
                            var cells = new ArrayList<Object>();
                            for (var column : columns) {
                                cells.add(cell(column.group(), column.value().apply(row)));
                            }
                            return cells;
                        })
                        .toList());
    }

    private Object cell(String group, Object value) {
        return switch (value) {
            case null -> "";
            case Collection<?> several ->
                several.stream().map(each -> String.valueOf(cell(group, each))).collect(Collectors.joining("、"));
            case Instant time -> TIME.format(time);
            case LocalDate day -> day.toString();
            case Boolean is -> word(is ? "yes" : "no", is.toString());
            default -> group == null ? value : word(group + "." + value, value.toString());
        };
    }

    private String word(String key, String otherwise) {
        return messages.getMessage(key, null, otherwise, LocaleContextHolder.getLocale());
    }
}
