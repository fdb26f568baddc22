package jp.kasane.municipality.internal;

/**
 * Something in a profile that cannot be.
 *
 * @param line of the file, 1 the first
 * @param key where it stands, e.g. {@code meetings[1].convener}; empty for the whole file
 */
record Mistake(String file, int line, String key, String sentence) {

    @Override
    public String toString() {
        return "%s, line %d%s: %s".formatted(file, line, key.isEmpty() ? "" : ", " + key, sentence);
    }
}
