package jp.kasane.form;

import java.util.List;

/** The 19 items of 八王子's 相談受付・申込票: ○ for each that applies, ◎ for the one that troubles most (002, L2098-2118). */
public final class Concerns {

    static final List<Forms.Option> OPTIONS = List.of(
            new Forms.Option("income", "収入・生活費"),
            new Forms.Option("rent", "家賃・ローンの支払い"),
            new Forms.Option("tax", "税金・公共料金等の支払い"),
            new Forms.Option("debt", "債務"),
            new Forms.Option("loan", "資金の貸付"),
            new Forms.Option("budget", "家計全般"),
            new Forms.Option("food", "食べるものがない"),
            new Forms.Option("housing", "住まい"),
            new Forms.Option("job", "仕事探し・就職"),
            new Forms.Option("work", "仕事上の不安やトラブル"),
            new Forms.Option("mental", "こころの問題"),
            new Forms.Option("health", "病気や健康"),
            new Forms.Option("care", "介護"),
            new Forms.Option("childcare", "子育て"),
            new Forms.Option("withdrawal", "ひきこもり・不登校"),
            new Forms.Option("family", "家族関係・人間関係"),
            new Forms.Option("community", "地域との関係"),
            new Forms.Option("violence", "DV・虐待"),
            new Forms.Option("other", "その他"));

    private Concerns() {}

    /** In the order of the form. */
    public static List<String> codes() {
        return OPTIONS.stream().map(Forms.Option::value).toList();
    }

    public static String label(String code) {
        return OPTIONS.stream()
                .filter(option -> option.value().equals(code))
                .map(Forms.Option::label)
                .findFirst()
                .orElse(code);
    }
}
