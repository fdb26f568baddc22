package jp.kasane.notification.internal;

import java.util.List;
import jp.kasane.access.SystemActor;
import jp.kasane.foundation.Ids;
import jp.kasane.notification.Occasion;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.Notify;
import jp.kasane.worker.NotifyWorker;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

@Component
class NotifyPort implements Notify {

    private final List<Occasion> occasions;
    private final SystemActor system;

    NotifyPort(List<Occasion> occasions, SystemActor system) {
        this.occasions = occasions;
        this.system = system;
    }

    @Override
    public void send(JobContext job, String message) {
        var occasion = occasions.stream()
                .filter(each -> each.message().equals(message))
                .findFirst()
                .orElseThrow(() -> new UnknownReference("知らせ「" + message + "」はありません。"));
        var about = Ids.parse(job.streamId()).orElseThrow(() -> new UnknownReference("知らせの対象のケースがありません。"));
        system.inTransaction(() -> occasion.tell(about, job.instanceKey()));
    }

    @Configuration
    static class Workers {
        @Bean
        NotifyWorker notifyPeople(Notify port) {
            return new NotifyWorker(port);
        }
    }
}
