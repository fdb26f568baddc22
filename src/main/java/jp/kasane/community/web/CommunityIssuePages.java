package jp.kasane.community.web;

import jp.kasane.casefile.Timeline;
import jp.kasane.community.CommunityIssues;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Tasks;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;

@Controller
@RequestMapping("/community-issues")
class CommunityIssuePages {

    private final CommunityIssues issues;
    private final Timeline timeline;
    private final Tasks tasks;
    private final Forms forms;

    CommunityIssuePages(CommunityIssues issues, Timeline timeline, Tasks tasks, Forms forms) {
        this.issues = issues;
        this.timeline = timeline;
        this.tasks = tasks;
        this.forms = forms;
    }

    @GetMapping
    String all(Model model) {
        model.addAttribute("issues", issues.list());
        model.addAttribute("gaps", issues.gaps());
        return "community-issues";
    }

    @GetMapping("/new")
    String fresh(Model model) {
        var data = issues.blank();
        data.put("issue", "new");
        model.addAttribute("formJson", forms.shipped("community-issue"));
        model.addAttribute("dataJson", forms.write(data));
        return "community-issue-new";
    }

    @GetMapping("/{id}")
    String one(@PathVariable String id, Model model) {
        var issue = issues.one(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("地域課題")));
        model.addAttribute("issue", issue);
        model.addAttribute("events", timeline.ofMatter(issue.id()));
        model.addAttribute("tasks", tasks.ofStream(issue.id(), null, 20));
        return "community-issue";
    }
}
