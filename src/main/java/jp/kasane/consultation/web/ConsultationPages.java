package jp.kasane.consultation.web;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import jp.kasane.casefile.Timeline;
import jp.kasane.consultation.ConsultationSection;
import jp.kasane.consultation.Consultations;
import jp.kasane.consultation.OutsideSheets;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Tasks;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
class ConsultationPages {

    private final Consultations consultations;
    private final Timeline timeline;
    private final Forms forms;
    private final Tasks tasks;
    private final List<ConsultationSection> sections;
    private final OutsideSheets sheets;
    private final Clock clock;

    ConsultationPages(
            Consultations consultations,
            Timeline timeline,
            Forms forms,
            Tasks tasks,
            List<ConsultationSection> sections,
            OutsideSheets sheets,
            Clock clock) {
        this.sheets = sheets;
        this.sections = sections;
        this.consultations = consultations;
        this.timeline = timeline;
        this.forms = forms;
        this.tasks = tasks;
        this.clock = clock;
    }

    @GetMapping("/consultations/new")
    String fresh(Model model) {
        var data = forms.options();
        data.put(
                "receivedAt",
                OffsetDateTime.ofInstant(clock.instant(), JapaneseTime.ZONE)
                        .truncatedTo(ChronoUnit.MINUTES)
                        .toString());
        model.addAttribute("formJson", forms.shipped("consultation"));
        model.addAttribute("dataJson", forms.write(data));
        return "consultation-new";
    }

    @GetMapping("/consultations/{id}")
    String one(@PathVariable String id, Model model) {
        var consultation = Ids.parse(id).flatMap(consultations::find).orElseThrow(() -> new Refusal.NotFound("相談"));
        model.addAttribute("consultation", consultation);
        model.addAttribute("events", timeline.ofConsultation(consultation.id()));
        model.addAttribute("tasks", tasks.ofStream(consultation.id(), null, 20));
        sections.forEach(section -> model.addAttribute(section.key(), section.of(consultation.id())));
        return "consultation";
    }

    @PostMapping("/consultations/{id}/confirmation")
    String confirm(@PathVariable String id, RedirectAttributes flash) {
        sheets.confirm(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("相談")));
        flash.addFlashAttribute("said", "sheets.confirmed");
        return "redirect:/consultations/" + id;
    }
}
