package jp.kasane.operations;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code kasane.operations.*}: from when on something counts as standing still. Defaults of Kasane's own.
 *
 * @param stuckAttempts an order of the outbox that was tried so often
 * @param stuckAfter an order that is so old
 * @param jobAfter a job nobody has finished for so long
 * @param lagAfter no record of the engine for so long; the sweep of the deadlines makes some every minute
 */
@ConfigurationProperties("kasane.operations")
record OperationsSettings(
        @DefaultValue("5") int stuckAttempts,
        @DefaultValue("10m") Duration stuckAfter,
        @DefaultValue("10m") Duration jobAfter,
        @DefaultValue("3m") Duration lagAfter) {}
