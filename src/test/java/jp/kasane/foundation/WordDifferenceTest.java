package jp.kasane.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordDifferenceTest {

    private static String shown(String before, String after) {
        var text = new StringBuilder();
        for (var piece : WordDifference.between(before, after)) {
            switch (piece.kind()) {
                case "removed" -> text.append("[-").append(piece.text()).append("-]");
                case "added" -> text.append("[+").append(piece.text()).append("+]");
                default -> text.append(piece.text());
            }
        }
        return text.toString();
    }

    @Test
    void aTextIsComparedByWordsAndNothingOfItIsLost() {
        assertThat(shown("母が通院する", "母が通院する")).isEqualTo("母が通院する");
        assertThat(shown("母が通院する", "母が入院する")).isEqualTo("母が[-通院-][+入院+]する");
        assertThat(shown(null, "新しい目標")).isEqualTo("[+新しい目標+]");
        assertThat(shown("古い目標", null)).isEqualTo("[-古い目標-]");
        assertThat(shown("一行目\n二行目", "一行目\n三行目"))
                .startsWith("一行目\n")
                .contains("[-二")
                .contains("[+三");
    }
}
