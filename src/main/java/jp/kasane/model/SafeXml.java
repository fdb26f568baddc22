package jp.kasane.model;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import jp.kasane.foundation.Refusal;
import org.w3c.dom.Document;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Reads XML that anybody may have written. At most 5 MB, UTF-8, at most 200 levels deep, no DOCTYPE: so there are no entities, neither from
 * elsewhere (XXE) nor of entities (billion laughs). Nothing is fetched.
 */
final class SafeXml {

    static final int MOST_BYTES = 5 * 1024 * 1024;
    private static final int DEEPEST = 200;

    private SafeXml() {}

    /** @throws Refusal.Invalid naming what is wrong, in a sentence */
    static Document read(byte[] xml) {
        if (xml.length == 0) {
            throw refused("が空です。");
        }
        if (xml.length > MOST_BYTES) {
            throw refused("は 5 MB までです。");
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(xml));
        } catch (CharacterCodingException e) {
            throw refused("の文字コードは UTF-8 にしてください。");
        }
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setAttribute("jdk.xml.maxElementDepth", String.valueOf(DEEPEST));
            var reader = factory.newDocumentBuilder();
            reader.setErrorHandler(new Silent());
            return reader.parse(new ByteArrayInputStream(xml));
        } catch (SAXParseException e) {
            if (e.getMessage().contains("DOCTYPE")) {
                throw refused("に DOCTYPE（実体の定義）があります。ほかのファイルを読みこませることができるため、受け付けません。");
            }
            if (e.getMessage().contains("JAXP00010006")) {
                throw refused("の要素の入れ子が深すぎます（" + DEEPEST + " 段まで）。");
            }
            throw refused("は XML として読めません（" + Math.max(e.getLineNumber(), 1) + " 行目）。");
        } catch (SAXException | IOException e) {
            throw refused("は XML として読めません。");
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("No XML parser that can be told to be careful", e);
        }
    }

    static Refusal.Invalid refused(String sentence) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError("file", "ファイル", sentence)));
    }

    private static final class Silent implements ErrorHandler {
        @Override
        public void warning(SAXParseException warning) {}

        @Override
        public void error(SAXParseException error) throws SAXException {
            throw error;
        }

        @Override
        public void fatalError(SAXParseException error) throws SAXException {
            throw error;
        }
    }
}
