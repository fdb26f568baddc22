package jp.kasane.paper;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import jp.kasane.casefile.CaseFile;
import jp.kasane.consultation.Consultation;
import jp.kasane.household.Household;
import jp.kasane.municipality.Agency;
import jp.kasane.plan.Plan;

/**
 * What a paper says, apart from the printed form itself: nothing else of the case than what stands on the page. Codes are codes; their words
 * are the screen's. One of the three parts is there, by the paper's kind.
 *
 * @param municipality in whose name it is issued
 * @param household how the household is called, on a plan; null where it has no name
 */
public record PaperContent(
        String municipality,
        String caseNumber,
        String household,
        Application application,
        Consent consent,
        PlanSheet plan) {

    static final List<String> SCOPES = List.of("assessment", "plan", "sharing", "support");

    /**
     * 申込票.
     *
     * @param address null where there is none, where it is concealed (DV: such an address is on no paper), or where it was concealed
     *     since from the acting user
     * @param addressGiven an address stood on the page
     */
    public record Application(
            Instant receivedAt,
            String agency,
            String broughtBy,
            String channel,
            String subject,
            String subjectKana,
            String address,
            boolean addressGiven,
            boolean addressConcealed,
            List<String> concerns,
            String mainConcern,
            String story,
            String wishes,
            String since,
            String consentState,
            String phone,
            String recordedBy) {

        Application at(String anAddress) {
            return new Application(
                    receivedAt,
                    agency,
                    broughtBy,
                    channel,
                    subject,
                    subjectKana,
                    anAddress,
                    addressGiven,
                    addressConcealed,
                    concerns,
                    mainConcern,
                    story,
                    wishes,
                    since,
                    consentState,
                    phone,
                    recordedBy);
        }
    }

    /** 同意書: the boxes that can be ticked on it. */
    public record Consent(String member, List<String> scopes, List<String> agencies) {}

    public record PlanSheet(
            String kind,
            int version,
            String status,
            List<String> members,
            String personWish,
            String longGoal,
            String shortGoal,
            String approach,
            Integer intervalDays,
            String cautions,
            String leadAgency,
            LocalDate reviewOn,
            String draftedBy,
            Instant draftedAt,
            String decidedBy,
            LocalDate decidedOn,
            String documentNo,
            List<Role> roles) {}

    public record Role(String agency, String role, String detail, LocalDate startsOn) {}

    static PaperContent of(String municipality, CaseFile file, Consultation consultation) {
        var address = consultation.addressConcealed() ? null : consultation.subjectAddress();
        return new PaperContent(
                municipality,
                file.number(),
                null,
                new Application(
                        consultation.occurredAt(),
                        consultation.agency(),
                        consultation.broughtBy(),
                        consultation.channel(),
                        consultation.subject(),
                        consultation.subjectKana(),
                        address,
                        address != null,
                        consultation.addressConcealed(),
                        consultation.concerns(),
                        consultation.mainConcern(),
                        consultation.story(),
                        consultation.wishes(),
                        consultation.since(),
                        consultation.consentState(),
                        consultation.phone(),
                        consultation.recordedBy()),
                null,
                null);
    }

    static PaperContent of(String municipality, CaseFile file, Household.Member member, List<Agency> agencies) {
        return new PaperContent(
                municipality,
                file.number(),
                null,
                null,
                new Consent(
                        member.called(),
                        SCOPES,
                        agencies.stream().map(Agency::name).toList()),
                null);
    }

    static PaperContent of(String municipality, CaseFile file, Plan plan, List<Household.Member> members) {
        return new PaperContent(
                municipality,
                file.number(),
                file.householdName(),
                null,
                null,
                new PlanSheet(
                        plan.kind(),
                        plan.version(),
                        plan.status(),
                        members.stream().map(Household.Member::called).toList(),
                        plan.personWish(),
                        plan.longGoal(),
                        plan.shortGoal(),
                        plan.approach(),
                        plan.intervalDays(),
                        plan.cautions(),
                        plan.leadAgency(),
                        plan.reviewOn(),
                        plan.draftedBy(),
                        plan.draftedAt(),
                        plan.decidedBy(),
                        plan.decidedOn(),
                        plan.documentNo(),
                        plan.roles().stream()
                                .map(role -> new Role(role.agency(), role.role(), role.detail(), role.startsOn()))
                                .toList()));
    }

    /** As it is stored: the address lies in a row of its own. */
    PaperContent withoutAddress() {
        return application == null ? this : at(null);
    }

    PaperContent at(String address) {
        return application == null
                ? this
                : new PaperContent(municipality, caseNumber, household, application.at(address), consent, plan);
    }
}
