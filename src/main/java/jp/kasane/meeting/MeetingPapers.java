package jp.kasane.meeting;

import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.util.XRLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Level;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Refusal;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.spring6.expression.ThymeleafEvaluationContext;

/**
 * 会議次第, 会議資料 and 会議録 as PDF. Every page says how confidential it is and for whom it was printed: what was said in a 支援会議 stays
 * with those who sat in it (法106条の6; 002, L2254-2271). They hold what the acting user sees, and nothing else.
 */
@Component
@Transactional(readOnly = true)
public class MeetingPapers {

    private static final String FAMILY = "BIZ UDPGothic";
    /** The printers' mark for a character that is not in the case: 〓. */
    private static final int MISSING = 0x3013;

    private final Meetings meetings;
    private final Sittings sittings;
    private final JdbcClient jdbc;
    private final ITemplateEngine templates;
    private final ApplicationContext beans;
    private final Clock clock;
    private final byte[] regular = font("BIZUDPGothic_400Regular.ttf");
    private final byte[] bold = font("BIZUDPGothic_700Bold.ttf");
    private final CmapLookup characters = characters(regular);

    MeetingPapers(
            Meetings meetings,
            Sittings sittings,
            JdbcClient jdbc,
            ITemplateEngine templates,
            ApplicationContext beans,
            Clock clock) {
        // It writes to standard error by itself otherwise.
        XRLog.listRegisteredLoggers().forEach(logger -> XRLog.setLevel(logger, Level.SEVERE));
        this.meetings = meetings;
        this.sittings = sittings;
        this.jdbc = jdbc;
        this.templates = templates;
        this.beans = beans;
        this.clock = clock;
    }

    /** A case's item: its meeting and the case's number. */
    public record Item(Meeting meeting, String caseNumber, String householdName) {}

    /**
     * 会議次第: the sitting with the cases that are put to it, as far as the acting user sees them.
     *
     * @throws Refusal.NotFound for a sitting the acting user does not see
     */
    public byte[] agenda(UUID sittingId) {
        var sitting = sittings.find(sittingId).orElseThrow(() -> new Refusal.NotFound("会議の開催"));
        var items = new ArrayList<Item>();
        for (var item : sitting.items()) {
            meetings.find(item.meetingId())
                    .ifPresent(meeting -> items.add(new Item(meeting, item.caseNumber(), item.householdName())));
        }
        return print(
                "agenda",
                sitting.kinds().contains("support"),
                Map.of("sitting", sitting, "items", items, "expected", sittings.expected(sittingId)));
    }

    /**
     * 会議録 of a meeting that was held, else the papers for it.
     *
     * @throws Refusal.NotFound for a meeting the acting user does not see
     */
    public byte[] paper(UUID meetingId) {
        var meeting = meetings.find(meetingId).orElseThrow(() -> new Refusal.NotFound("会議"));
        var number = jdbc.sql("select number from kasane.case_file where id = :id")
                .param("id", meeting.caseId())
                .query(String.class)
                .single();
        var household = jdbc.sql("select name from kasane.household where case_id = :id")
                .param("id", meeting.caseId())
                .query(String.class)
                .optional()
                .orElse(null);
        return print(
                meeting.status().equals("held") ? "minutes" : "paper",
                meeting.meetingType().equals("support"),
                Map.of("items", List.of(new Item(meeting, number, household))));
    }

    private byte[] print(String kind, boolean support, Map<String, Object> content) {
        var model = new HashMap<>(content);
        model.put("kind", kind);
        model.put("mark", support ? "support" : "coordination");
        model.put("reader", Acting.required().displayName());
        model.put("readerAgency", agencies());
        model.put("printedAt", clock.instant());
        var context = new Context(LocaleContextHolder.getLocale(), model);
        context.setVariable(
                ThymeleafEvaluationContext.THYMELEAF_EVALUATION_CONTEXT_CONTEXT_VARIABLE_NAME,
                new ThymeleafEvaluationContext(beans, null));
        return pdf(printable(templates.process("papers", context)));
    }

    private String agencies() {
        return jdbc
                .sql(
                        "select name from kasane.agency where id = any ((select kasane.my_agencies())::uuid[]) order by position")
                .query(String.class)
                .list()
                .stream()
                .collect(Collectors.joining("、"));
    }

    /**
     * What the font has no glyph for is printed as 〓, so that nobody takes it for complete; what only chooses a variant of the character
     * before it (異体字セレクタ) is left out, and the character itself stays.
     */
    private String printable(String html) {
        var printable = new StringBuilder(html.length());
        html.codePoints().forEach(point -> {
            if (isSelector(point) || point < 0x20 && point != '\n' && point != '\t') {
                return;
            }
            printable.appendCodePoint(
                    point < 0x80 || point == 0xA0 || characters.getGlyphId(point) != 0 ? point : MISSING);
        });
        return printable.toString();
    }

    private static boolean isSelector(int point) {
        return point >= 0xFE00 && point <= 0xFE0F || point >= 0xE0100 && point <= 0xE01EF || point == 0x200D;
    }

    private byte[] pdf(String html) {
        try (var out = new ByteArrayOutputStream()) {
            new PdfRendererBuilder()
                    .useFont(() -> new ByteArrayInputStream(regular), FAMILY, 400, FontStyle.NORMAL, true)
                    .useFont(() -> new ByteArrayInputStream(bold), FAMILY, 700, FontStyle.NORMAL, true)
                    // Nothing is fetched: everything a page needs stands on it.
                    .useUriResolver((base, uri) -> null)
                    .withHtmlContent(html, null)
                    .toStream(out)
                    .run();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] font(String file) {
        try (var in = new ClassPathResource("static/assets/" + file).getInputStream()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("The screens were not built: " + file, e);
        }
    }

    private static CmapLookup characters(byte[] font) {
        try {
            return new TTFParser().parse(new RandomAccessReadBuffer(font)).getUnicodeCmapLookup();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
