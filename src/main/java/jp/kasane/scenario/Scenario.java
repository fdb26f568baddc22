package jp.kasane.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Somebody's story, step by step.
 *
 * @param id file name without ending
 * @param source where the steps come from, e.g. {@code 002, L2291-95}
 * @param play whether the local default plays it on a first start
 * @param profile the municipality it is told in, {@code profiles/<profile>.yaml}; 八王子 if not said
 */
record Scenario(String id, String title, String source, boolean play, List<Step> steps, String profile) {

    Scenario {
        profile = profile == null ? "hachioji" : profile;
    }

    /**
     * Exactly one of {@code register}, {@code task}, {@code record}, {@code ask} and {@code expect}.
     *
     * @param as login of who does it
     * @param register data of a new consultation
     * @param task element id of the user task to be done, with {@code data}
     * @param record form of something outside of any task (a contact, a change of consent), with {@code data}
     * @param ask {@code review}: not to wait for its day
     * @param expect what must be so now: {@code phase}, {@code task} (an open one), {@code closed}
     * @param source line of the document, or that a test author chose it
     */
    record Step(
            String as,
            JsonNode register,
            String task,
            JsonNode data,
            String record,
            String ask,
            JsonNode expect,
            String source) {}
}
