package jp.kasane.web;

import java.time.Instant;
import java.time.LocalDate;
import java.time.chrono.JapaneseDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import jp.kasane.foundation.JapaneseTime;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.stereotype.Component;

/** Fiscal years as they are written: 令和8年度, FY2026. */
@Component("fiscal")
class Fiscal {

    private static final DateTimeFormatter YEAR = DateTimeFormatter.ofPattern("GGGGy年度", Locale.JAPANESE);

    public String year(int fiscalYear) {
        if (!LocaleContextHolder.getLocale().getLanguage().equals("ja")) {
            return "FY" + fiscalYear;
        }
        // As it is named by its December: the year in which an era began in May has the new one's name, 令和元年度.
        var written = YEAR.format(JapaneseDate.from(LocalDate.of(fiscalYear, 12, 31)));
        return written.replaceFirst("(?<![0-9])1年度", "元年度");
    }

    public LocalDate day(Instant time) {
        return JapaneseTime.dayOf(time);
    }
}
