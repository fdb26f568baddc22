package jp.kasane.roster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The smallest workbook that Excel opens: one sheet, whose rows stand in the test. */
public final class Workbook {

    private static final String HEAD = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
    private static final String MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private static final String RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private static final String PACKAGE = "http://schemas.openxmlformats.org/package/2006/";

    private final StringBuilder rows = new StringBuilder();
    private int row;

    /** A row of texts; a null leaves its cell out. */
    public Workbook row(String... texts) {
        return cells(
                column -> texts[column] == null
                        ? ""
                        : "<c r=\"%s%d\" t=\"inlineStr\"><is><t>%s</t></is></c>"
                                .formatted((char) ('A' + column), row, texts[column]),
                texts.length);
    }

    /** A row of cells as Excel writes them: {@code <v>15827</v>}, {@code <f>A1</f><v>1</v>}. */
    public Workbook raw(String... contents) {
        return cells(
                column -> "<c r=\"%s%d\">%s</c>".formatted((char) ('A' + column), row, contents[column]),
                contents.length);
    }

    /** An empty row. */
    public Workbook skip() {
        row++;
        return this;
    }

    private Workbook cells(java.util.function.IntFunction<String> cell, int many) {
        row++;
        rows.append("<row r=\"").append(row).append("\">");
        for (int column = 0; column < many; column++) {
            rows.append(cell.apply(column));
        }
        rows.append("</row>");
        return this;
    }

    public byte[] bytes() {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            put(
                    zip,
                    "[Content_Types].xml",
                    """
                    <Types xmlns="%scontent-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
                    <Default Extension="xml" ContentType="application/xml"/>\
                    <Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
                    <Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>\
                    """
                            .formatted(PACKAGE));
            put(
                    zip,
                    "_rels/.rels",
                    """
                    <Relationships xmlns="%srelationships"><Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>\
                    """
                            .formatted(PACKAGE, RELATIONS));
            put(
                    zip,
                    "xl/workbook.xml",
                    """
                    <workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>\
                    """
                            .formatted(MAIN, RELATIONS));
            put(
                    zip,
                    "xl/_rels/workbook.xml.rels",
                    """
                    <Relationships xmlns="%srelationships"><Relationship Id="rId1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/></Relationships>\
                    """
                            .formatted(PACKAGE, RELATIONS));
            put(
                    zip,
                    "xl/worksheets/sheet1.xml",
                    """
                    <worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>\
                    """
                            .formatted(MAIN, rows));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write((HEAD + text).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }
}
