package jp.kasane.task.web;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import jp.kasane.access.Acting;
import jp.kasane.access.Actor;
import jp.kasane.engine.TasksChanged;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.TaskLists;
import jp.kasane.task.TaskSelection;
import jp.kasane.task.Tasks;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Tells open task lists that something has arrived, by server-sent events: numbers only. The page shows them above the list and leaves
 * its rows where they are; what is being read does not move.
 */
@Controller
class TaskNews implements SmartLifecycle {

    /** The browser asks again by itself when this is over. */
    private static final long MINUTES_OPEN = 30;

    /** One page that listens. {@code said}: what it was told last, so that nothing is told twice. */
    private static final class Listener {
        private final SseEmitter emitter = new SseEmitter(MINUTES_OPEN * 60_000);
        private final Actor actor;
        private final Tasks.View view;
        private final Instant since;
        private volatile Map<String, Object> said = Map.of();

        Listener(Actor actor, Tasks.View view, Instant since) {
            this.actor = actor;
            this.view = view;
            this.since = since;
        }
    }

    private final TaskLists lists;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean changed = new AtomicBoolean();
    private volatile boolean running;

    TaskNews(TaskLists lists) {
        this.lists = lists;
    }

    /** @param since when the page was made */
    @GetMapping(path = "/tasks/news", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter listen(@RequestParam String view, @RequestParam String since) {
        var shown = TaskSelection.of(Map.of("view", new String[] {view}), Tasks.View.GROUP)
                .view();
        try {
            var listener = new Listener(Acting.required(), shown, Instant.parse(since));
            listener.emitter.onCompletion(() -> listeners.remove(listener));
            listener.emitter.onTimeout(listener.emitter::complete);
            listener.emitter.onError(gone -> listeners.remove(listener));
            listeners.add(listener);
            changed.set(true);
            return listener.emitter;
        } catch (DateTimeException notATime) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("since", "since", "は時刻ではありません。")));
        }
    }

    @EventListener
    void on(TasksChanged event) {
        changed.set(true);
    }

    /** At most every two seconds, however much happens; and a sign of life now and then, which also finds those that have gone. */
    @Scheduled(fixedDelayString = "PT2S")
    void tell() {
        if (changed.getAndSet(false)) {
            listeners.forEach(this::tell);
        }
    }

    @Scheduled(fixedDelayString = "PT25S")
    void alive() {
        listeners.forEach(listener -> send(listener, SseEmitter.event().comment("alive")));
    }

    private void tell(Listener listener) {
        var news = Acting.as(listener.actor, () -> {
            var said = new LinkedHashMap<String, Object>();
            lists.counts().forEach((view, count) -> said.put(TaskSelection.code(view), count.toString()));
            said.put("arrived", lists.arrivedSince(listener.view, listener.since));
            return said;
        });
        if (!news.equals(listener.said)) {
            listener.said = news;
            send(listener, SseEmitter.event().name("counts").data(news, MediaType.APPLICATION_JSON));
        }
    }

    private void send(Listener listener, SseEmitter.SseEventBuilder event) {
        try {
            listener.emitter.send(event);
        } catch (IOException | IllegalStateException gone) {
            listeners.remove(listener);
        }
    }

    // Pages that listen would keep a server that stops waiting for them.

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        listeners.forEach(listener -> listener.emitter.complete());
        listeners.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
