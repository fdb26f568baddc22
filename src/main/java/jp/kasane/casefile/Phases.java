package jp.kasane.casefile;

/**
 * Where each phase of a case begins. Steps in the middle of a phase are known to the module that carries it out; how a case gets
 * into a phase is known to many, and none of them has to know what is done there first.
 */
public final class Phases {

    private Phases() {}

    /**
     * The step a phase begins with; its diagram begins there, too.
     *
     * @param phase one that a case can be led into; not {@code watch} or {@code closed}, into which it is closed
     * @throws IllegalStateException for any other: a form offers what nobody handles
     */
    public static String firstStep(String phase) {
        return switch (phase) {
            case "assessment" -> "gather";
            case "meeting" -> "propose";
            case "outreach" -> "plan";
            case "plan" -> "draft";
            case "monitoring" -> "support";
            case "closure" -> "evaluate";
            default -> throw new IllegalStateException("No case begins with the phase " + phase);
        };
    }
}
