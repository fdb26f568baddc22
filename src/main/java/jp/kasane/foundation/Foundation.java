package jp.kasane.foundation;

import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class Foundation {

    /** The one clock. Municipal work is in Japanese time, wherever the server stands. */
    @Bean
    Clock clock() {
        return Clock.system(JapaneseTime.ZONE);
    }
}
