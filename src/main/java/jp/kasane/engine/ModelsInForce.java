package jp.kasane.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/** What the engine works with: what Kasane ships, and instead of it what the municipality has released itself. */
@Component
public class ModelsInForce {

    private final Deployments deployments;
    private final ObjectProvider<OwnModels> own;

    ModelsInForce(Deployments deployments, ObjectProvider<OwnModels> own) {
        this.deployments = deployments;
        this.own = own;
    }

    /** In the order in which they are to be deployed: tables first, since diagrams ask them. */
    public List<OwnModels.Bundle> all() {
        var bundles = shipped();
        bundles.putAll(own());
        return List.copyOf(bundles.values());
    }

    /** By id, in the order in which they are to be deployed. */
    public LinkedHashMap<String, OwnModels.Bundle> shipped() {
        var bundles = new LinkedHashMap<String, OwnModels.Bundle>();
        shipped("processes/decisions/*.dmn").forEach(id -> bundles.put(id, deployments.shippedDecision(id)));
        shipped("processes/*.bpmn").forEach(id -> bundles.put(id, deployments.shippedProcess(id)));
        return bundles;
    }

    /** By id. */
    public LinkedHashMap<String, OwnModels.Bundle> own() {
        var bundles = new LinkedHashMap<String, OwnModels.Bundle>();
        own.orderedStream()
                .flatMap(models -> models.inForce().stream())
                .forEach(bundle -> bundles.put(bundle.id(), bundle));
        return bundles;
    }

    private static List<String> shipped(String pattern) {
        try {
            return Arrays.stream(new PathMatchingResourcePatternResolver().getResources("classpath:" + pattern))
                    .map(file -> file.getFilename().replaceFirst("\\.[a-z]+$", ""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
