package jp.kasane.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How long a person waits for the next task: plays a scenario through the public REST API, and takes the time from the answer
 * 201 to a submission until the task that follows is on the list.
 *
 * <p>Arguments: base address, cases, how many at a time, the scenario's file.
 */
public final class SuccessorLatency {

    private SuccessorLatency() {}

    public static void main(String[] args) throws Exception {
        var kasane = new Kasane(args.length > 0 ? args[0] : "http://localhost:8080");
        int cases = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        int atATime = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        var steps = Kasane.steps(Path.of(args.length > 3 ? args[3] : "../scenarios/hachioji-c1.yaml"));
        var submitted = new Figures("submit (POST until 201)");
        var followed = new Figures("successor on the list (after 201)");
        var watch = new Kasane.Watch() {
            @Override
            public void submitted(long nanos) {
                submitted.add(nanos);
            }

            @Override
            public void followed(long nanos) {
                followed.add(nanos);
            }
        };

        // The first case warms both JVMs up and is not counted.
        kasane.play(steps, null, 0, Kasane.UNWATCHED);

        long start = System.nanoTime();
        var threads = Executors.newFixedThreadPool(atATime);
        var played = new ArrayList<Future<?>>();
        for (int i = 0; i < cases; i++) {
            played.add(threads.submit(() -> kasane.play(steps, null, 0, watch)));
        }
        for (var one : played) {
            one.get();
        }
        threads.shutdown();
        System.out.printf("%d cases, %d at a time, %.1f s%n", cases, atATime, (System.nanoTime() - start) / 1e9);
        submitted.report();
        followed.report();
    }
}
