package jp.kasane.notification.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jp.kasane.outbox.Delivery;
import jp.kasane.outbox.Order;
import jp.kasane.outbox.OrderGivenUp;
import jp.kasane.outbox.Patience;
import org.springframework.context.event.EventListener;

/**
 * Orders of the outbox that leave by mail: beside all others, as patiently as the mail settings say, and with a note of what became of
 * them where the address stands.
 *
 * @param <O> what the order says
 */
abstract class PostedOrders<O> implements Delivery {

    private final Class<O> type;
    private final ObjectMapper json;
    private final MailSettings settings;
    protected final Postman postman;

    PostedOrders(Class<O> type, ObjectMapper json, MailSettings settings, Postman postman) {
        this.type = type;
        this.json = json;
        this.settings = settings;
        this.postman = postman;
    }

    /** @return false: there is nobody to send it to any more */
    protected abstract boolean send(O mail);

    /** @param reason why it was refused; null: it was delivered */
    protected abstract void note(O mail, String reason);

    @Override
    public boolean ready() {
        return postman.employed();
    }

    @Override
    public boolean aside() {
        return true;
    }

    @Override
    public Patience patience() {
        return new Patience(settings.attempts(), settings.firstPause(), settings.longestPause());
    }

    @Override
    public Result deliver(Order order) {
        var mail = read(order);
        if (!send(mail)) {
            return Result.SUPERSEDED;
        }
        note(mail, null);
        return Result.DONE;
    }

    @EventListener
    void on(OrderGivenUp event) {
        if (event.order().kind().equals(kind())) {
            note(read(event.order()), event.reason());
        }
    }

    private O read(Order order) {
        try {
            return json.treeToValue(order.payload(), type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An order for a mail cannot be read", e);
        }
    }
}
