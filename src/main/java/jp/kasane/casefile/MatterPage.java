package jp.kasane.casefile;

import java.util.UUID;

/** Where a matter is read, from the module that keeps it, where that is another address than {@code /<kind>s/<id>}. */
public interface MatterPage {

    /** The kind of matter, e.g. {@code roster-outreach}. */
    String kind();

    /** The path on this server. */
    String of(UUID matterId);
}
