package jp.kasane.casefile.web;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A case with the sections of all modules, for the API and for the page alike. */
@Component
@Transactional
class CaseView {

    private final Cases cases;
    private final List<CaseSection> sections;

    CaseView(Cases cases, List<CaseSection> sections) {
        this.cases = cases;
        this.sections = sections.stream()
                .sorted(Comparator.comparingInt(CaseSection::order))
                .toList();
    }

    CaseFile required(String id) {
        return Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    Map<String, Object> sections(UUID caseId) {
        var result = new LinkedHashMap<String, Object>();
        sections.forEach(section -> result.put(section.key(), section.of(caseId)));
        return result;
    }

    Map<String, Object> onPage(UUID caseId) {
        var result = new LinkedHashMap<String, Object>();
        sections.forEach(section -> result.put(section.key(), section.onPage(caseId)));
        return result;
    }

    void reseat(String id, String reason) {
        var file = required(id);
        if (!Acting.required().has("manager")) {
            throw new Refusal.Forbidden("始め直しは所管課だけができます。");
        }
        cases.reseat(file.id(), reason);
    }
}
