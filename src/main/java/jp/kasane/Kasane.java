package jp.kasane;

import jp.kasane.local.LocalRuntime;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.modulith.Modulithic;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Starts Kasane. Without further settings that is the local default: PostgreSQL and Camunda as child processes, both kept
 * under {@code ./data}; with {@code KASANE_MODE=server} both are expected where the settings say.
 */
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class)
@ConfigurationPropertiesScan
@EnableScheduling
@Modulithic(sharedModules = "foundation")
public class Kasane {

    public static void main(String[] args) {
        LocalRuntime.launch(args, settings -> {
            var application = new SpringApplication(Kasane.class);
            application.setDefaultProperties(settings);
            return application.run(args);
        });
    }
}
