package jp.kasane.community;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import jp.kasane.casefile.Streams;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.Submissions;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A 地域課題 that is raised by itself, at a meeting or on the street; a case raises one with a record of its own. */
@Component
@Transactional
public class RaiseIssue {

    private final CommunityIssues issues;
    private final Submissions submissions;
    private final Streams streams;
    private final Forms forms;
    private final Agencies agencies;

    RaiseIssue(CommunityIssues issues, Submissions submissions, Streams streams, Forms forms, Agencies agencies) {
        this.issues = issues;
        this.submissions = submissions;
        this.streams = streams;
        this.forms = forms;
        this.agencies = agencies;
    }

    /**
     * Raises a new one and starts its process.
     *
     * @return its id
     * @throws Refusal.Forbidden for whoever works for no agency
     * @throws Refusal.Invalid for fields that cannot be accepted
     */
    public UUID raise(JsonNode entered, Submissions.Circumstances circumstances) {
        if (agencies.ofActingUser().isEmpty()) {
            throw new Refusal.Forbidden("機関に属する人だけが、地域課題を挙げられます。");
        }
        var data = forms.accept(forms.shipped(CommunityIssues.KIND), entered, issues.blank());
        if (!CommunityIssues.NEW.equals(data.path("issue").asText())) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("issue", "どの課題か", "：ここでは新しい課題を挙げます。")));
        }
        var id = Ids.next();
        streams.open(id, CommunityIssues.KIND);
        submissions.free(id, null, null, CommunityIssues.KIND, data, circumstances);
        return id;
    }
}
