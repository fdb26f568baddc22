package jp.kasane.engine.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/**
 * Carries {@code processes/variables.yaml} into {@code engine.allowed_variable}, again whenever the file changes. The exporter's
 * function stores the value of these variables and only the name of any other.
 */
@Component
class AllowedVariables implements JavaMigration {

    private final List<String> names = new ArrayList<>();

    AllowedVariables() throws IOException {
        try (var file = new ClassPathResource("processes/variables.yaml").getInputStream()) {
            JsonNode yaml = new YAMLMapper().readTree(file);
            (yaml.isArray() ? yaml : yaml.get("variables"))
                    .forEach(variable -> names.add(variable.get("name").asText()));
        }
    }

    @Override
    public MigrationVersion getVersion() {
        return null;
    }

    @Override
    public String getDescription() {
        return "allowed variables";
    }

    @Override
    public Integer getChecksum() {
        var crc = new CRC32();
        crc.update(String.join(",", names).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }

    @Override
    public void migrate(Context context) throws Exception {
        try (var delete = context.getConnection().prepareStatement("delete from engine.allowed_variable");
                var insert = context.getConnection()
                        .prepareStatement("insert into engine.allowed_variable (name) values (?)")) {
            delete.executeUpdate();
            for (var name : names) {
                insert.setString(1, name);
                insert.executeUpdate();
            }
        }
    }
}
