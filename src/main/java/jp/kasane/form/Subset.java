package jp.kasane.form;

import java.util.Set;

/** The part of form-js that Kasane's forms use, as {@code forms/README.md} names it: what the server's check understands, and no more. */
public final class Subset {

    public static final Set<String> COMPONENTS = Set.of(
            "text",
            "textfield",
            "textarea",
            "number",
            "checkbox",
            "radio",
            "select",
            "checklist",
            "datetime",
            "group",
            "separator",
            "dynamiclist");

    /** Components that take no answer of their own. */
    public static final Set<String> LAID_OUT = Set.of("text", "separator", "group");

    public static final Set<String> CHOICES = Set.of("radio", "select", "checklist");

    public static final Set<String> VALIDATIONS = Set.of("required", "minLength", "maxLength", "min", "max", "pattern");

    /** Lists of choices that the server hands over ({@code valuesKey}). */
    public static final Set<String> OPTIONS_OF_THE_SERVER = Set.of(
            "agencyOptions",
            "concernOptions",
            "memberOptions",
            "sittingOptions",
            "answerOptions",
            "resourceOptions",
            "issueOptions",
            "areaOptions",
            "bodyOptions",
            "closureOptions");

    /** What a condition may look at beside the fields of its form. */
    public static final Set<String> TOLD_BY_THE_SERVER = Set.of(
            "pledgeNeeded", "tried", "proposedAgencyName", "unconfirmed", "meetingType", "sittingOptions", "quorum");

    /** Functions of FEEL in a condition. */
    public static final Set<String> FUNCTIONS = Set.of("not", "count");

    private Subset() {}
}
