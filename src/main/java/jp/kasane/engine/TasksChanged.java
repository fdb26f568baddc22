package jp.kasane.engine;

/** The exporter has written tasks that were created or ended. Carries nothing: whoever is interested looks. */
public record TasksChanged() {}
