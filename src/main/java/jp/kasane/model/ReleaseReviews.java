package jp.kasane.model;

import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.notification.Occasion;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import jp.kasane.worker.DeployModel;
import jp.kasane.worker.DeployModelWorker;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

/** 図の公開の審査. It is not corrected: what was approved goes on, and what should not stay is taken back by another release. */
@Component
class ReleaseReviews implements StepHandler {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy年M月d日 H:mm").withZone(JapaneseTime.ZONE);

    private final Releases releases;
    private final ReleaseComments comments;

    ReleaseReviews(Releases releases, ReleaseComments comments) {
        this.releases = releases;
        this.comments = comments;
    }

    @Override
    public String formId() {
        return "release-review";
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var release = releases.one(Ids.parse(instanceKey).orElseThrow());
        return Map.of(
                "releaseName",
                release.name() + "　" + release.versionTag(),
                "releaseAsked",
                release.askedBy() + "　" + TIME.format(release.askedAt()),
                "releaseNote",
                release.note(),
                "releaseWhen",
                release.releaseAt() == null ? "認められたらすぐ" : TIME.format(release.releaseAt()));
    }

    @Override
    public List<Remark> remarks(String instanceKey) {
        return comments.of(Ids.parse(instanceKey).orElseThrow()).stream()
                .map(comment -> new Remark(comment.said(), comment.saidBy(), comment.saidAt()))
                .toList();
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        boolean approved = "approved".equals(s.text("outcome"));
        return releases.review(s.streamId(), approved, s.text(approved ? "comment" : "reason"));
    }

    @Configuration
    static class Told {

        @Bean
        DeployModelWorker deployModel(DeployModel port) {
            return new DeployModelWorker(port);
        }

        @Bean
        Occasion releaseDeployed(Releases releases) {
            return occasion(releases, "release-deployed", true);
        }

        @Bean
        Occasion releaseReturned(Releases releases) {
            return occasion(releases, "release-returned", false);
        }

        @Bean
        Occasion releaseRefused(Releases releases) {
            return occasion(releases, "release-refused", false);
        }

        private static Occasion occasion(Releases releases, String kind, boolean everybody) {
            return Occasion.of(kind, (release, instanceKey) -> releases.tell(release, kind, everybody));
        }
    }
}
