package jp.kasane.engine;

import java.util.UUID;

/**
 * Published when the application knows which broker it talks to, before anything is worked or ordered there. May be the same one as
 * before, or one that knows of no case: a wiped data directory, a restored database, another Camunda.
 *
 * @param epoch kept in the broker's data directory: another one is another broker
 */
public record EngineMet(UUID epoch) {}
