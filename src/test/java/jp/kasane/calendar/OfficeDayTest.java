package jp.kasane.calendar;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class OfficeDayTest {

    private static final LocalDate DAY = LocalDate.of(2026, 11, 24);

    @Test
    void itOpensAndClosesInJapaneseTime() {
        assertThat(OfficeDay.opens(DAY)).hasToString("2026-11-24T08:30+09:00");
        assertThat(OfficeDay.closes(DAY)).hasToString("2026-11-24T17:15+09:00");
    }
}
