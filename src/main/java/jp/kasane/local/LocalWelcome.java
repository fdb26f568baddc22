package jp.kasane.local;

import java.time.Duration;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.context.ConfigurableApplicationContext;

/** Says on the console when tasks can be worked, and how to get in. */
final class LocalWelcome {

    private final ConfigurableApplicationContext context;
    private final int port;
    private final DataDirectory data;

    LocalWelcome(ConfigurableApplicationContext context, int port, DataDirectory data) {
        this.context = context;
        this.port = port;
        this.data = data;
    }

    void await() {
        Thread.ofPlatform().name("welcome").daemon().start(() -> {
            var health = context.getBean(HealthEndpoint.class);
            try {
                while (context.isActive() && health.healthForPath("readiness").getStatus() != Status.UP) {
                    Thread.sleep(Duration.ofMillis(300));
                }
                if (context.isActive()) {
                    greet();
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void greet() {
        System.out.println(
                """

                Kasane が使えるようになりました   http://localhost:%d

                  ログイン（パスワードは名前と同じ。この PC の中からだけ使えます）
                    reception    受付          coordinator  相談支援包括化推進員（伴走）
                    member       関係機関      manager      所管課
                    auditor      監査          admin        管理者
                    manager2     所管課のもう一人（図の公開の審査、記録の消去など、二人で行うこと）

                  止めるには Ctrl-C。データは残り、次の起動で続きから始まります。
                """
                        .formatted(port));
    }
}
