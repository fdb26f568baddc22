package jp.kasane.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * Somebody's story, step by step.
 *
 * @param id file name without ending
 * @param source where the steps come from, e.g. {@code 002, L2291-95}
 * @param play whether the local default plays it on a first start
 * @param profile the municipality it is told in, {@code profiles/<profile>.yaml}; 八王子 if not said
 * @param elsewhere other municipalities in which the same steps come to a refusal
 */
record Scenario(
        String id,
        String title,
        String source,
        boolean play,
        List<Step> steps,
        String profile,
        List<Elsewhere> elsewhere) {

    Scenario {
        profile = profile == null ? "hachioji" : profile;
        elsewhere = elsewhere == null ? List.of() : elsewhere;
    }

    /**
     * Under this profile the steps pass up to {@code step}, which is refused.
     *
     * @param step counted from 1
     */
    record Elsewhere(String profile, int step, Refused refused, String source) {}

    /**
     * What the API answers instead of doing it.
     *
     * @param status of HTTP
     * @param field the first one that is wrong; null if none is named
     * @param says part of the sentence
     */
    record Refused(int status, String field, String says) {}

    /**
     * Exactly one of {@code register}, {@code task}, {@code record}, {@code ask}, {@code post} and {@code expect}.
     *
     * @param as login of who does it
     * @param register data of a new consultation
     * @param task element id of the user task to be done, with {@code data}
     * @param record form of something outside of any task (a contact, a change of consent), with {@code data}
     * @param ask {@code review}: not to wait for its day
     * @param post path of the API that is sent {@code data} as it is
     * @param refused that it must be refused; nothing has changed then
     * @param expect what must be so now: {@code phase}, {@code task} (an open one), {@code closed}; or what stands {@code at} a
     *     pointer of the case ({@code of}: of another path): {@code is}, {@code says} (a part of the text), {@code size}; or the
     *     {@code status} of what is asked
     * @param keep names for what stands at a pointer of the answer; {@code {name}} stands for it in later paths and texts
     * @param source line of the document, or that a test author chose it
     */
    record Step(
            String as,
            JsonNode register,
            String task,
            JsonNode data,
            String record,
            String ask,
            String post,
            Refused refused,
            JsonNode expect,
            Map<String, String> keep,
            String source) {}
}
