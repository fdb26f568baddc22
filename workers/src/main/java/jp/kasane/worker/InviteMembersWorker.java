package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class InviteMembersWorker extends KasaneWorker {

    private final InviteMembers port;

    public InviteMembersWorker(InviteMembers port) {
        super("invite-members");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        required(job, "caseId");
        port.invite(JobContext.of(job));
        return Map.of();
    }
}
