package jp.kasane.model;

import jp.kasane.foundation.Refusal;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * 決定表: a DMN file.
 *
 * @param decisionId of its first decision
 * @param name of that decision, or its id
 */
public record Table(String decisionId, String name, Document xml) {

    static final String DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/";

    /**
     * @param dmn at most 5 MB of UTF-8
     * @throws Refusal.Invalid for what is no XML, could do harm, or holds no decision
     */
    public static Table read(byte[] dmn) {
        return of(SafeXml.read(dmn));
    }

    static Table of(Document document) {
        var decisions = document.getElementsByTagNameNS(DMN, "decision");
        if (decisions.getLength() == 0) {
            throw SafeXml.refused("は DMN 1.3 の決定表ではありません。");
        }
        var first = (Element) decisions.item(0);
        var id = first.getAttribute("id");
        if (!id.matches("[A-Za-z_][A-Za-z0-9_.-]{0,99}")) {
            throw SafeXml.refused("の決定表の id は、英字で始まる英数字と - _ . の 100 字までにしてください。");
        }
        var name = first.getAttribute("name");
        return new Table(id, name.isBlank() ? id : name.substring(0, Math.min(name.length(), 200)), document);
    }
}
