package jp.kasane.consultation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jp.kasane.consultation.TriageFacts.Heard;
import org.junit.jupiter.api.Test;

/** What the tables are asked with is derived from what the window wrote down. */
class TriageFactsTest {

    private static Heard heard(
            String broughtBy, boolean known, List<String> concerns, String main, List<String> fields) {
        return new Heard(broughtBy, known, concerns, main, main == null ? null : fields.getFirst(), fields, 0);
    }

    @Test
    void oneConcernOrTheGravestOneMakesAWishClear() {
        assertThat(heard("self", true, List.of("care"), null, List.of("高齢")).complaint())
                .isEqualTo("clear");
        assertThat(heard("self", true, List.of("care", "income"), "care", List.of("高齢", "困窮"))
                        .complaint())
                .isEqualTo("clear");
        assertThat(heard("self", true, List.of("care", "income"), null, List.of("高齢", "困窮"))
                        .complaint())
                .isEqualTo("unclear");
        assertThat(heard("self", true, List.of("care", "income", "family", "mental"), "care", List.of("高齢"))
                        .complaint())
                .isEqualTo("many");
    }

    @Test
    void fieldsAreCountedAndWhatNobodyAnswersToIsNone() {
        assertThat(heard("self", true, List.of("income", "rent"), null, List.of("困窮", "困窮"))
                        .sections())
                .isEqualTo("one");
        assertThat(heard("self", true, List.of("income", "care"), null, List.of("困窮", "高齢"))
                        .sections())
                .isEqualTo("several");
        assertThat(heard("self", true, List.of("other"), null, List.of()).sections())
                .isEqualTo("none");
        // What troubles most has no section, though something beside it has.
        assertThat(new Heard("self", true, List.of("withdrawal", "income"), "withdrawal", null, List.of("困窮"), 0)
                        .sections())
                .isEqualTo("none");
    }

    @Test
    void whoIsNeitherThePersonNorTheFamilyIsAThirdParty() {
        assertThat(heard("family", true, List.of("care"), null, List.of("高齢")).thirdParty())
                .isFalse();
        assertThat(heard("commissioner", true, List.of("care"), null, List.of("高齢"))
                        .thirdParty())
                .isTrue();
    }

    /** 墨田's three (002, L5070-5074). */
    @Test
    void aConsultationStandsStillWhereItCameBackOrWhereNobodyHasConsulted() {
        assertThat(returned(0).standstill()).isEqualTo("none");
        assertThat(returned(1).standstill()).isEqualTo("stuck");
        assertThat(returned(2).standstill()).isEqualTo("unconnected");
        assertThat(heard("neighbour", false, List.of("community"), null, List.of())
                        .standstill())
                .isEqualTo("unheard");
        assertThat(heard("neighbour", true, List.of("community"), null, List.of())
                        .standstill())
                .isEqualTo("none");
    }

    private static Heard returned(int times) {
        return new Heard("self", true, List.of("care"), null, null, List.of("高齢"), times);
    }
}
