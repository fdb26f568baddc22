package jp.kasane.task.web;

import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.People;
import jp.kasane.task.Records;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

@Controller
class RecordPages {

    private final Records records;
    private final Forms forms;
    private final People people;

    RecordPages(Records records, Forms forms, People people) {
        this.records = records;
        this.forms = forms;
        this.people = people;
    }

    @GetMapping("/cases/{id}/records/{form}/new")
    String fresh(
            @PathVariable String id,
            @PathVariable String form,
            @RequestParam(required = false) String state,
            @RequestParam(required = false) String member,
            Model model) {
        var blank = records.blank(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース")), form);
        // A link says what happened already; what is no choice of the form, the form drops.
        if (state != null) {
            blank.data().putIfAbsent("state", state);
        }
        if (member != null) {
            blank.data().putIfAbsent("memberIds", java.util.List.of(member));
        }
        model.addAttribute("file", blank.file());
        model.addAttribute("colleagues", people.colleagues());
        model.addAttribute("form", blank.formId());
        model.addAttribute("titleKey", "record." + blank.formId());
        model.addAttribute("formJson", blank.schema());
        model.addAttribute("dataJson", forms.write(blank.data()));
        return "record-new";
    }
}
