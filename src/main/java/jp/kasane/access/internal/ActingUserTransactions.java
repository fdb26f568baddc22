package jp.kasane.access.internal;

import java.sql.SQLException;
import javax.sql.DataSource;
import jp.kasane.access.Acting;
import jp.kasane.access.CurrentRequest;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;

/**
 * Names the acting user, and the request they sent, to the database at the start of every transaction, for that transaction only. A forgotten
 * transaction or a thread without an actor sees no rows: the mistake shows at once and leaks nothing.
 */
@Component("transactionManager")
class ActingUserTransactions extends JdbcTransactionManager {

    ActingUserTransactions(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        super.doBegin(transaction, definition);
        var actor = Acting.current().map(acting -> acting.id().toString()).orElse("");
        var request = CurrentRequest.id().map(Object::toString).orElse("");
        if (actor.isEmpty() && request.isEmpty()) {
            return;
        }
        var connection = DataSourceUtils.getConnection(obtainDataSource());
        try (var setting = connection.prepareStatement(
                "select set_config('kasane.user_id', ?, true), set_config('kasane.request_id', ?, true)")) {
            setting.setString(1, actor);
            setting.setString(2, request);
            setting.execute();
        } catch (SQLException e) {
            doCleanupAfterCompletion(transaction);
            throw new TransactionSystemException("The acting user could not be set", e);
        }
    }
}
