package jp.kasane.engine;

import java.util.List;

/** What the municipality uses instead of what Kasane ships, from the module that knows: deployed again at each start. */
public interface OwnModels {

    /** Of each process or decision table with a version of its own in force; in the order in which they are to be deployed. */
    List<Bundle> inForce();

    /**
     * What is deployed together.
     *
     * @param id of the process or of the decision table; what is shipped under this id stays away
     */
    record Bundle(String id, List<File> files) {}

    /** @param name with its ending, which tells the engine what it is: .bpmn, .form, .dmn */
    record File(String name, byte[] content) {}
}
