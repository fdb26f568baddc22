package jp.kasane.referral;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import jp.kasane.notification.Notices;
import jp.kasane.notification.Occasion;
import jp.kasane.worker.BusinessError;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who hears what of a hand-over. Each is told once per hand-over, however often the engine asks. */
@Configuration
class ReferralNotices {

    private final JdbcClient jdbc;
    private final Referrals referrals;
    private final Notices notices;

    ReferralNotices(JdbcClient jdbc, Referrals referrals, Notices notices) {
        this.jdbc = jdbc;
        this.referrals = referrals;
        this.notices = notices;
    }

    private record Sender(UUID municipalityId, UUID sentBy) {}

    /** The agency that is asked; where nobody of it works with Kasane, the diagram goes another way. */
    @Bean
    Occasion referralSent() {
        return new Told("referral-sent", referral -> {
            var people = notices.peopleOf(sender(referral).municipalityId(), referral.toAgencyId());
            if (people.isEmpty()) {
                throw new BusinessError(BusinessError.NOBODY_REACHED, "この機関には、かさねを使う人がいません。");
            }
            tell(people, "referral-sent", referral);
        });
    }

    /** The window calls an agency off the list, and records the answer for it. */
    @Bean
    Occasion referralByHand() {
        return new Told("referral-by-hand", referral -> tell(window(referral), "referral-by-hand", referral));
    }

    @Bean
    Occasion referralAccepted() {
        return new Told("referral-accepted", referral -> tell(window(referral), "referral-accepted", referral));
    }

    @Bean
    Occasion referralReturned() {
        return new Told("referral-returned", referral -> tell(window(referral), "referral-returned", referral));
    }

    /** たらいまわし: the municipality's managers (002, L4944-4951). */
    @Bean
    Occasion passedAround() {
        return new Told(
                "passed-around",
                referral -> tell(
                        notices.holders(sender(referral).municipalityId(), "manager", null),
                        "passed-around",
                        referral));
    }

    /** Whoever sent it and the reception of the agency that has the consultation. */
    private List<UUID> window(Referral referral) {
        var sender = sender(referral);
        var people = new ArrayList<>(notices.holders(sender.municipalityId(), "reception", referral.fromAgencyId()));
        people.add(sender.sentBy());
        return people.stream().distinct().toList();
    }

    private Sender sender(Referral referral) {
        return jdbc.sql("select municipality_id, sent_by from kasane.referral where id = :id")
                .param("id", referral.id())
                .query(Sender.class)
                .single();
    }

    private void tell(List<UUID> people, String kind, Referral referral) {
        notices.tell(
                people,
                kind,
                kind + ":" + referral.id(),
                new Notices.About(null, referral.consultationId(), null, null, null));
    }

    private final class Told implements Occasion {

        private final String message;
        private final Consumer<Referral> teller;

        Told(String message, Consumer<Referral> teller) {
            this.message = message;
            this.teller = teller;
        }

        @Override
        public String message() {
            return message;
        }

        @Override
        public void tell(UUID consultationId, String instanceKey) {
            referrals.last(consultationId).ifPresent(teller);
        }
    }
}
