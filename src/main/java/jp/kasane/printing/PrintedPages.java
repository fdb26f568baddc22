package jp.kasane.printing;

import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.util.XRLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.spring6.expression.ThymeleafEvaluationContext;

/** Makes a PDF of a template, which has to be well-formed XML and names the font {@code BIZ UDPGothic}. */
@Component
public class PrintedPages {

    private static final String FAMILY = "BIZ UDPGothic";
    /** The printers' mark for a character that is not in the case: 〓. */
    private static final int MISSING = 0x3013;

    private final ITemplateEngine templates;
    private final ApplicationContext beans;
    private final byte[] regular = font("BIZUDPGothic_400Regular.ttf");
    private final byte[] bold = font("BIZUDPGothic_700Bold.ttf");
    private final CmapLookup characters = characters(regular);

    PrintedPages(ITemplateEngine templates, ApplicationContext beans) {
        // It writes to standard error by itself otherwise.
        XRLog.listRegisteredLoggers().forEach(logger -> XRLog.setLevel(logger, Level.SEVERE));
        this.templates = templates;
        this.beans = beans;
    }

    public byte[] pdf(String template, Map<String, Object> model, Locale locale) {
        var context = new Context(locale, model);
        context.setVariable(
                ThymeleafEvaluationContext.THYMELEAF_EVALUATION_CONTEXT_CONTEXT_VARIABLE_NAME,
                new ThymeleafEvaluationContext(beans, null));
        return pdf(printable(templates.process(template, context)));
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
