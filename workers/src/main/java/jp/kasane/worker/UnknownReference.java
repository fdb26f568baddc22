package jp.kasane.worker;

/** Something the job names does not exist: a sentence for the operations page, without personal data. */
public class UnknownReference extends RuntimeException {

    public UnknownReference(String sentence) {
        super(sentence);
    }
}
