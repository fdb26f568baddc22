package jp.kasane.plan;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import jp.kasane.foundation.WordDifference;

/**
 * What changed from one version of a plan to another, field by field; in texts, word by word.
 *
 * @param fields in the order of the plan; fields that neither version has are left out
 * @param roles one per agency that either version gives a role
 */
public record PlanDifference(Plan before, Plan after, List<Field> fields, List<Field> roles) {

    /**
     * @param name of the field; of a role, the agency's name
     * @param type text, date, days, or path (a code)
     * @param before a text, date, number or code; null where there was none
     * @param pieces how the text changed; empty for what is no text
     */
    public record Field(String name, String type, Object before, Object after, List<WordDifference.Piece> pieces) {
        public boolean changed() {
            return !Objects.equals(before, after);
        }
    }

    public boolean changed() {
        return fields.stream().anyMatch(Field::changed) || roles.stream().anyMatch(Field::changed);
    }

    static PlanDifference of(Plan before, Plan after) {
        var fields = new ArrayList<Field>();
        text(fields, "wish", before.personWish(), after.personWish());
        text(fields, "goal", before.longGoal(), after.longGoal());
        text(fields, "short", before.shortGoal(), after.shortGoal());
        text(fields, "approach", before.approach(), after.approach());
        other(fields, "interval", "days", before.intervalDays(), after.intervalDays());
        other(fields, "first", "date", before.firstOn(), after.firstOn());
        text(fields, "cautions", before.cautions(), after.cautions());
        text(fields, "lead", before.leadAgency(), after.leadAgency());
        other(fields, "review", "date", before.reviewOn(), after.reviewOn());
        other(fields, "path", "path", before.path(), after.path());
        var agencies = new LinkedHashSet<String>();
        after.roles().forEach(role -> agencies.add(role.agency()));
        before.roles().forEach(role -> agencies.add(role.agency()));
        var roles = new ArrayList<Field>();
        agencies.forEach(agency -> text(roles, agency, rolesOf(before, agency), rolesOf(after, agency)));
        return new PlanDifference(before, after, List.copyOf(fields), List.copyOf(roles));
    }

    private static String rolesOf(Plan plan, String agency) {
        var lines = plan.roles().stream()
                .filter(role -> role.agency().equals(agency))
                .map(role -> role.detail() == null ? role.role() : role.role() + "：" + role.detail())
                .collect(Collectors.joining("\n"));
        return lines.isEmpty() ? null : lines;
    }

    private static void text(List<Field> fields, String name, String before, String after) {
        if (before != null || after != null) {
            fields.add(new Field(name, "text", before, after, WordDifference.between(before, after)));
        }
    }

    private static void other(List<Field> fields, String name, String type, Object before, Object after) {
        if (before != null || after != null) {
            fields.add(new Field(name, type, before, after, List.of()));
        }
    }
}
