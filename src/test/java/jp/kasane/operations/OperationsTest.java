package jp.kasane.operations;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What of a message may stand on the page. */
class OperationsTest {

    @Test
    void ofAStackTraceOnlyTheExceptionsStay() {
        assertThat(
                        Operations.harmless(
                                """
                                org.springframework.dao.DataIntegrityViolationException: PreparedStatementCallback; Detail: Failing row contains (架空 和子)
                                	at org.springframework.jdbc.support.SQLExceptionSubclassTranslator.doTranslate(SQLExceptionSubclassTranslator.java:1)
                                Caused by: org.postgresql.util.PSQLException: ERROR: Failing row contains (架空 和子, 犬目町)
                                	at org.postgresql.core.v3.QueryExecutorImpl.receive(QueryExecutorImpl.java:2)
                                """))
                .isEqualTo("DataIntegrityViolationException ← PSQLException")
                .doesNotContain("架空");
    }

    @Test
    void aMessageOfTheDatabaseInOneLineIsCutToo() {
        assertThat(Operations.harmless("DuplicateKeyException: SQL [insert …]; Key (name)=(架空 和子) already exists."))
                .isEqualTo("DuplicateKeyException");
    }

    @Test
    void aWorkersOrTheEnginesOwnSentenceStays() {
        assertThat(Operations.harmless("このケースはデータベースにありません。")).isEqualTo("このケースはデータベースにありません。");
        assertThat(Operations.harmless("NotDelivered: 451 4.3.0")).isEqualTo("NotDelivered: 451 4.3.0");
        assertThat(Operations.harmless(" ")).isNull();
    }
}
