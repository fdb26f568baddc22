package jp.kasane;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** One package per module, the API in its root; no module reaches into another one, and none leans on itself by a detour. */
class ModularityTests {

    private static final ApplicationModules MODULES = ApplicationModules.of(Kasane.class);

    @Test
    void modulesKeepToEachOthersApi() {
        MODULES.verify();
    }

    @Test
    void everyModuleSaysWhatItIsFor() {
        assertThat(MODULES.stream()
                        .map(module -> module.getBasePackage().getName().replace('.', '/'))
                        .filter(directory -> Files.exists(Path.of("src/main/java", directory)))
                        .filter(directory -> !Files.exists(Path.of("src/main/java", directory, "package-info.java"))))
                .isEmpty();
    }
}
