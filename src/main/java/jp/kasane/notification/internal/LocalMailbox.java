package jp.kasane.notification.internal;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/**
 * The local default's mail server: takes every mail over SMTP on loopback and shows it on a page instead of sending it anywhere.
 * It keeps the last {@value #MOST} in memory. So that refusals can be tried too, an address that begins with {@code refused}
 * is refused for good (550) and one that begins with {@code busy} for now (451).
 */
@Component
@ConditionalOnExpression("'${spring.mail.host:}' == '' and ${kasane.local-mail:${kasane.local-users:false}}")
public class LocalMailbox implements SmartLifecycle {

    static final int MOST = 500;

    private final Clock clock;
    private final Deque<Mail> mails = new ArrayDeque<>();
    private final SMTPServer server;
    private volatile boolean running;

    LocalMailbox(Clock clock) {
        this.clock = clock;
        this.server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .hostName("localhost")
                .messageHandlerFactory(Reception::new)
                .build();
        // Before anything asks for its port: whoever sends is built after it.
        server.start();
        running = true;
    }

    public record Mail(
            String messageId, String to, String subject, String text, List<Enclosed> enclosed, Instant arrivedAt) {}

    /** A file that came with a mail, as text. */
    public record Enclosed(String name, String type, String text) {}

    /** The newest first. */
    public synchronized List<Mail> mails() {
        return new ArrayList<>(mails);
    }

    int port() {
        return server.getPortAllocated();
    }

    private synchronized void keep(Mail mail) {
        mails.addFirst(mail);
        if (mails.size() > MOST) {
            mails.removeLast();
        }
    }

    private final class Reception implements MessageHandler {

        private String to;

        private Reception(MessageContext context) {}

        @Override
        public void from(String from) {}

        @Override
        public void recipient(String recipient) throws RejectException {
            if (recipient.startsWith("refused")) {
                throw new RejectException(550, "5.1.1 No such mailbox");
            }
            if (recipient.startsWith("busy")) {
                throw new RejectException(451, "4.3.0 Try again later");
            }
            to = recipient;
        }

        @Override
        public String data(InputStream data) throws RejectException, IOException {
            try {
                var message = new MimeMessage(Session.getInstance(new Properties()), data);
                keep(new Mail(
                        message.getMessageID(),
                        to,
                        message.getSubject(),
                        text(message),
                        enclosed(message),
                        clock.instant()));
                return null;
            } catch (MessagingException e) {
                throw new RejectException(554, "5.6.0 Cannot be read");
            }
        }

        @Override
        public void done() {}

        private static String text(Part part) throws MessagingException, IOException {
            return part.getContent() instanceof Multipart parts
                    ? text(parts.getBodyPart(0))
                    : part.getContent().toString();
        }

        private static List<Enclosed> enclosed(MimeMessage message) throws MessagingException, IOException {
            var enclosed = new ArrayList<Enclosed>();
            if (message.getContent() instanceof Multipart parts) {
                for (int i = 1; i < parts.getCount(); i++) {
                    var part = parts.getBodyPart(i);
                    enclosed.add(new Enclosed(
                            part.getFileName(),
                            part.getContentType(),
                            new String(part.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
                }
            }
            return List.copyOf(enclosed);
        }
    }

    @Override
    public void start() {}

    @Override
    public void stop() {
        server.stop();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Stops after the outbox has. */
    @Override
    public int getPhase() {
        return 50;
    }
}
