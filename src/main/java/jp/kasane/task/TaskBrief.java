package jp.kasane.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What somebody needs beside a form to decide: the household, its consent, the last contacts, as the case page has them. */
@Component
public class TaskBrief {

    private static final Set<String> PARTS = Set.of("household", "consents", "contacts");

    private final List<CaseSection> sections;

    TaskBrief(List<CaseSection> sections) {
        this.sections = sections.stream()
                .filter(section -> PARTS.contains(section.key()))
                .toList();
    }

    /** In a transaction of its own: a section that leaves it at the interface's default would be asked outside of one, by nobody. */
    @Transactional(readOnly = true)
    public Map<String, Object> of(UUID caseId) {
        var parts = new LinkedHashMap<String, Object>();
        sections.forEach(section -> parts.put(section.key(), section.besideForm(caseId)));
        return parts;
    }
}
