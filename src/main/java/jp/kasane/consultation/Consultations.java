package jp.kasane.consultation;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Timestamp;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import jp.kasane.task.Submissions;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional
public class Consultations {

    static final String FORM = "consultation";

    private static final String SELECT =
            """
            select c.id, c.case_id, a.name as agency, c.status, c.channel, c.brought_by, c.subject_known,
                   coalesce(c.subject_name, c.subject_label) as subject, c.subject_kana, c.address_concealed,
                   x.address as subject_address,
                   c.story, c.wishes, c.since, c.consent_state, c.consent_note, c.phone,
                   d.gives ->> 'caseClass' as advised_class, d.gives ->> 'advice' as advice, c.case_class, c.urgency, c.triage_reason, r.name as referral_agency, c.answer,
                   c.occurred_at, c.recorded_at, u.display_name as recorded_by, b.display_name as behalf
            from kasane.consultation c
            join kasane.agency a on a.id = c.agency_id
            left join kasane.consultation_address x on x.consultation_id = c.id
            left join kasane.agency r on r.id = c.referral_agency_id
            left join kasane.app_user u on u.id = c.recorded_by
            left join kasane.app_user b on b.id = c.on_behalf_of
            left join lateral (select m.gives from kasane.decision m where m.stream_id = c.id and m.decision = 'triage'
                               order by m.made_at desc, m.id desc limit 1) d on true
            """;

    private final JdbcClient jdbc;
    private final Forms forms;
    private final Streams streams;
    private final Submissions submissions;
    private final Agencies agencies;
    private final EngineOrders engine;

    Consultations(
            JdbcClient jdbc,
            Forms forms,
            Streams streams,
            Submissions submissions,
            Agencies agencies,
            EngineOrders engine) {
        this.jdbc = jdbc;
        this.forms = forms;
        this.streams = streams;
        this.submissions = submissions;
        this.agencies = agencies;
        this.engine = engine;
    }

    /**
     * Registers a consultation and starts its process.
     *
     * @throws Refusal.Forbidden if the acting user receives for no agency
     * @throws Refusal.Invalid for fields that cannot be accepted
     */
    public UUID receive(JsonNode entered, Submissions.Circumstances circumstances) {
        if (agencies.ofActingUser().isEmpty() || !mayReceive()) {
            throw new Refusal.Forbidden("相談を受け付ける役割ではないため、登録できません。");
        }
        var data = forms.accept(forms.shipped(FORM), entered, submissions.context(FORM, null, null));
        var id = Ids.next();
        streams.open(id, "consultation");
        submissions.free(id, null, id, FORM, data, circumstances);
        engine.startConsultation(id);
        return id;
    }

    /** What was handed in from outside, under an id whose stream is open and whose sheet is stored; in the caller's transaction. */
    void receiveFromOutside(UUID id, JsonNode entered) {
        var data = forms.accept(forms.shipped(FORM), entered, submissions.context(FORM, null, null));
        submissions.free(id, null, id, FORM, data, Submissions.Circumstances.HERE_AND_NOW);
        engine.startConsultation(id);
    }

    private static boolean mayReceive() {
        var actor = Acting.required();
        return actor.has("reception") || actor.has("coordinator") || actor.has("member") || actor.has("manager");
    }

    @Transactional(readOnly = true)
    public Optional<Consultation> find(UUID id) {
        return jdbc.sql(SELECT + "where c.id = :id")
                .param("id", id)
                .query(this::map)
                .optional();
    }

    @Transactional(readOnly = true)
    public List<Consultation> ofCase(UUID caseId) {
        return jdbc.sql(SELECT + "where c.case_id = :id order by c.occurred_at")
                .param("id", caseId)
                .query(this::map)
                .list();
    }

    private Consultation map(java.sql.ResultSet row, int n) throws java.sql.SQLException {
        var id = row.getObject("id", UUID.class);
        record Mark(String concern, boolean main) {}
        var marks = jdbc.sql(
                        "select concern, main from kasane.consultation_concern where consultation_id = :id order by main desc, concern")
                .param("id", id)
                .query(Mark.class)
                .list();
        return new Consultation(
                id,
                row.getObject("case_id", UUID.class),
                row.getString("agency"),
                row.getString("status"),
                row.getString("channel"),
                row.getString("brought_by"),
                row.getBoolean("subject_known"),
                row.getString("subject"),
                row.getString("subject_kana"),
                row.getString("subject_address"),
                row.getBoolean("address_concealed"),
                marks.stream().map(Mark::concern).toList(),
                marks.stream().filter(Mark::main).map(Mark::concern).findFirst().orElse(null),
                row.getString("story"),
                row.getString("wishes"),
                row.getString("since"),
                row.getString("consent_state"),
                row.getString("consent_note"),
                row.getString("phone"),
                row.getString("advised_class"),
                row.getString("advice"),
                row.getString("case_class"),
                row.getString("urgency"),
                row.getString("triage_reason"),
                row.getString("referral_agency"),
                row.getString("answer"),
                row.getTimestamp("occurred_at").toInstant(),
                row.getTimestamp("recorded_at").toInstant(),
                row.getString("recorded_by"),
                row.getString("behalf"));
    }

    /** The form by which a consultation is registered. */
    @Component
    static class ReceptionForm implements StepHandler {

        private final JdbcClient jdbc;
        private final Agencies agencies;

        ReceptionForm(JdbcClient jdbc, Agencies agencies) {
            this.jdbc = jdbc;
            this.agencies = agencies;
        }

        @Override
        public String formId() {
            return FORM;
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            boolean known = s.flag("subjectKnown");
            jdbc.sql(
                            """
                            insert into kasane.consultation (id, municipality_id, agency_id, channel, brought_by, subject_known, subject_name,
                                subject_kana, subject_label, address_concealed, story, wishes, since, consent_state, consent_note, phone,
                                occurred_at, recorded_at, recorded_by, on_behalf_of)
                            values (:id, kasane.my_municipality(), :agency, :channel, :brought, :known, :name, :kana, :label, :concealed,
                                :story, :wishes, :since, :consent, :consentNote, :phone, :occurred, :recorded, :by, :behalf)
                            """)
                    .param("id", s.consultationId())
                    .param("agency", receiver(s).orElseThrow())
                    .param("channel", s.text("channel"))
                    .param("brought", s.text("broughtBy"))
                    .param("known", known)
                    .param("name", known ? s.text("subjectName") : null)
                    .param("kana", s.text("subjectKana"))
                    .param("label", s.text("subjectLabel"))
                    .param("concealed", s.flag("addressConcealed"))
                    .param("story", s.text("story"))
                    .param("wishes", s.text("wishes"))
                    .param("since", s.text("since"))
                    .param("consent", s.text("consentState") == null ? "unasked" : s.text("consentState"))
                    .param("consentNote", s.text("consentNote"))
                    .param("phone", s.text("phone"))
                    .param("occurred", Timestamp.from(s.time("receivedAt")))
                    .param("recorded", Timestamp.from(s.recordedAt()))
                    .param("by", s.submittedBy())
                    .param("behalf", s.onBehalfOf())
                    .update();
            addressAndConcerns(s);
            return Map.of();
        }

        /** Whoever registers it receives it; what came from outside, the agency its link names. */
        private Optional<UUID> receiver(Submission s) {
            return jdbc.sql("select agency_id from kasane.outside_sheet where consultation_id = :id")
                    .param("id", s.consultationId())
                    .query(UUID.class)
                    .optional()
                    .or(agencies::ofActingUser);
        }

        /** What was told; never the receiving agency, and never voided: whoever called was heard. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            boolean known = after.flag("subjectKnown");
            jdbc.sql(
                            """
                            update kasane.consultation set channel = :channel, brought_by = :brought, subject_known = :known, subject_name = :name,
                                subject_kana = :kana, subject_label = :label, address_concealed = :concealed, story = :story, wishes = :wishes,
                                since = :since, consent_state = :consent, consent_note = :consentNote, phone = :phone, occurred_at = :occurred
                            where id = :id
                            """)
                    .param("id", after.consultationId())
                    .param("channel", after.text("channel"))
                    .param("brought", after.text("broughtBy"))
                    .param("known", known)
                    .param("name", known ? after.text("subjectName") : null)
                    .param("kana", after.text("subjectKana"))
                    .param("label", after.text("subjectLabel"))
                    .param("concealed", after.flag("addressConcealed"))
                    .param("story", after.text("story"))
                    .param("wishes", after.text("wishes"))
                    .param("since", after.text("since"))
                    .param("consent", after.text("consentState") == null ? "unasked" : after.text("consentState"))
                    .param("consentNote", after.text("consentNote"))
                    .param("phone", after.text("phone"))
                    .param("occurred", Timestamp.from(after.time("receivedAt")))
                    .update();
            for (var table : List.of("consultation_address", "consultation_concern")) {
                jdbc.sql("delete from kasane." + table + " where consultation_id = :id")
                        .param("id", after.consultationId())
                        .update();
            }
            addressAndConcerns(after);
            return false;
        }

        @Override
        public void withdraw(Recorded before) {
            throw new Refusal.Conflict("相談の受付は取り消せません。誤りは訂正し、対応が要らないときは「情報提供」として振り分けてください。");
        }

        private void addressAndConcerns(Submission s) {
            if (s.text("subjectAddress") != null) {
                jdbc.sql(
                                "insert into kasane.consultation_address (consultation_id, municipality_id, address, concealed)"
                                        + " values (:id, kasane.my_municipality(), :address, :concealed)")
                        .param("id", s.consultationId())
                        .param("address", s.text("subjectAddress"))
                        .param("concealed", s.flag("addressConcealed"))
                        .update();
            }
            var main = s.text("mainConcern");
            var concerns = new java.util.LinkedHashSet<>(s.list("concerns"));
            if (main != null) {
                concerns.add(main);
            }
            for (var concern : concerns) {
                jdbc.sql("insert into kasane.consultation_concern (consultation_id, municipality_id, concern, main)"
                                + " values (:id, kasane.my_municipality(), :concern, :main)")
                        .param("id", s.consultationId())
                        .param("concern", concern)
                        .param("main", concern.equals(main))
                        .update();
            }
        }
    }

    @Component
    static class Section implements CaseSection {

        private final Consultations consultations;

        Section(Consultations consultations) {
            this.consultations = consultations;
        }

        @Override
        public String key() {
            return "consultations";
        }

        @Override
        public int order() {
            return 80;
        }

        @Override
        public Object of(UUID caseId) {
            return consultations.ofCase(caseId);
        }
    }
}
