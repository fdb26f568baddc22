package jp.kasane.municipality;

import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.support.ResourceBundleMessageSource;
import org.springframework.stereotype.Component;

/**
 * The words of screens, notices and letters, in which the municipality's own names stand (世帯支援プラン, 地域福祉コーディネーター; 002
 * §3.11). A message names a thing or a role as {@code ‹supportPlan›} (a key of {@code titles} or {@code names} in a profile, {@code called.*}
 * among the messages): in Japanese that is what it is called here, in another language the general word with the municipality's own
 * beside it. No template and no caller looks names up.
 */
@Component("messageSource")
class MunicipalMessages extends ResourceBundleMessageSource {

    private static final Pattern CALLED = Pattern.compile("‹([a-zA-Z]+)›");

    // Messages are there before the database is.
    private final ObjectProvider<MunicipalWords> words;

    MunicipalMessages(ObjectProvider<MunicipalWords> words) {
        this.words = words;
        setBasename("messages");
        setDefaultEncoding("UTF-8");
        setFallbackToSystemLocale(false);
    }

    @Override
    protected String getMessageInternal(String code, Object[] args, Locale locale) {
        var message = super.getMessageInternal(code, args, locale);
        if (message == null || message.indexOf('‹') < 0) {
            return message;
        }
        var own = words.getObject().own();
        return CALLED.matcher(message).replaceAll(named -> called(named, own, locale));
    }

    private String called(MatchResult named, Map<String, String> own, Locale locale) {
        var capital = Character.isUpperCase(named.group(1).charAt(0));
        var key =
                Character.toLowerCase(named.group(1).charAt(0)) + named.group(1).substring(1);
        var general = super.getMessageInternal("called." + key, null, locale);
        if (general == null) {
            // Whatever was meant, the sentence is to be read.
            return java.util.regex.Matcher.quoteReplacement(named.group());
        }
        var here = own.get(key);
        String word;
        if (here == null || here.equals(super.getMessageInternal("called." + key, null, Locale.JAPANESE))) {
            word = capital(general, capital);
        } else if (locale.getLanguage().equals("ja")) {
            word = here;
        } else {
            word = capital(general, capital) + " (" + here + ")";
        }
        return java.util.regex.Matcher.quoteReplacement(word);
    }

    private static String capital(String word, boolean capital) {
        return capital ? word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1) : word;
    }
}
