package jp.kasane.notification.internal;

import jakarta.mail.MessagingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import jp.kasane.notification.MailEnclosures;
import jp.kasane.outbox.OrderRefused;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.mail.MailAuthenticationException;
import org.springframework.mail.MailException;
import org.springframework.mail.MailSendException;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.mail.javamail.MimeMessageHelper;
import org.springframework.stereotype.Component;

/** Hands mails to the mail server: the one of {@code spring.mail.*}, or the local mailbox; where there is neither, nobody gets mail. */
@Component
public class Postman {

    private static final Pattern ENHANCED_CODE = Pattern.compile("\\b[245]\\.\\d{1,3}\\.\\d{1,3}\\b");

    private final JavaMailSender sender;
    private final String from;
    private final Clock clock;

    Postman(
            ObjectProvider<JavaMailSender> configured,
            ObjectProvider<LocalMailbox> mailbox,
            MailSettings settings,
            @Value("${kasane.base-url:}") String baseUrl,
            Clock clock) {
        this.clock = clock;
        var own = configured.getIfAvailable();
        if (own != null && (settings.from() == null || baseUrl.isBlank())) {
            throw new IllegalStateException("spring.mail.host also needs kasane.mail.from (the sender's address) and"
                    + " kasane.base-url (https://…, what the links in mails begin with)");
        }
        this.from = settings.from() == null ? "kasane@kasane.invalid" : settings.from();
        this.sender = own != null
                ? own
                : mailbox.stream().findFirst().map(Postman::to).orElse(null);
        if (sender instanceof JavaMailSenderImpl smtp) {
            // Jakarta Mail waits for ever otherwise.
            for (var timeout : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
                smtp.getJavaMailProperties().putIfAbsent("mail.smtp." + timeout, "10000");
                smtp.getJavaMailProperties().putIfAbsent("mail.smtps." + timeout, "10000");
            }
        }
    }

    private static JavaMailSender to(LocalMailbox mailbox) {
        var sender = new JavaMailSenderImpl();
        sender.setHost("127.0.0.1");
        sender.setPort(mailbox.port());
        return sender;
    }

    /** The address mails come from, without a name. */
    public String from() {
        return from.substring(from.indexOf('<') + 1).replace(">", "").strip();
    }

    /** Whether mail can be sent at all. */
    public boolean employed() {
        return sender != null;
    }

    /** A mail could not be handed over this time. Its message holds codes only: a server's sentences may quote the address. */
    static final class NotDelivered extends RuntimeException {
        NotDelivered(String reason) {
            super(reason, null, false, false);
        }
    }

    /**
     * @param id of what is sent; a mail that is sent twice carries the same Message-ID
     * @throws OrderRefused the server will never take a mail for this address (5xx)
     * @throws NotDelivered it may later
     */
    void send(UUID id, String to, String subject, String text, List<MailEnclosures.CalendarFile> calendars) {
        try {
            var message = sender.createMimeMessage();
            var parts = new MimeMessageHelper(message, !calendars.isEmpty(), StandardCharsets.UTF_8.name());
            parts.setFrom(from);
            parts.setTo(to);
            parts.setSubject(subject);
            parts.setText(text);
            for (int i = 0; i < calendars.size(); i++) {
                var calendar = calendars.get(i);
                parts.addAttachment(
                        i == 0 ? "invite.ics" : "invite-" + (i + 1) + ".ics",
                        new ByteArrayResource(calendar.content()),
                        "text/calendar; charset=UTF-8; method=" + calendar.method());
            }
            parts.setSentDate(Date.from(clock.instant()));
            message.setHeader(
                    "Message-ID", "<" + id + from.substring(from.indexOf('@')).replace(">", "") + ">");
            // No automatic answer is wanted (RFC 3834).
            message.setHeader("Auto-Submitted", "auto-generated");
            sender.send(message);
        } catch (MessagingException e) {
            throw new OrderRefused("address");
        } catch (MailAuthenticationException e) {
            throw new NotDelivered("authentication");
        } catch (MailException e) {
            throw failure(e);
        }
    }

    /** 5xx about the recipient or the mail is for good; everything else may pass, a wrong sender or no connection included. */
    private static RuntimeException failure(MailException e) {
        var seen = new ArrayDeque<Throwable>();
        seen.add(e);
        if (e instanceof MailSendException sending) {
            seen.addAll(sending.getFailedMessages().values());
        }
        RuntimeException result = null;
        for (int i = 0; i < 30 && !seen.isEmpty(); i++) {
            var next = seen.poll();
            if (next.getCause() != null) {
                seen.add(next.getCause());
            }
            if (next instanceof MessagingException chained && chained.getNextException() != null) {
                seen.add(chained.getNextException());
            }
            switch (next) {
                case SMTPSenderFailedException sender -> {
                    return new NotDelivered("sender " + code(sender.getReturnCode(), sender));
                }
                case SMTPAddressFailedException address -> {
                    return verdict(address.getReturnCode(), address);
                }
                case SMTPSendFailedException sending -> result = verdict(sending.getReturnCode(), sending);
                default -> {}
            }
        }
        return result != null ? result : new NotDelivered("connection");
    }

    private static RuntimeException verdict(int code, Exception e) {
        return code >= 500 ? new OrderRefused(code(code, e)) : new NotDelivered(code(code, e));
    }

    private static String code(int code, Exception e) {
        var enhanced = ENHANCED_CODE.matcher(String.valueOf(e.getMessage()));
        return enhanced.find() ? code + " " + enhanced.group() : Integer.toString(code);
    }
}
