package jp.kasane.access.internal;

import java.sql.SQLException;
import javax.sql.DataSource;
import jp.kasane.access.Acting;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;

/**
 * Names the acting user to the database at the start of every transaction, for that transaction only. A forgotten
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
        var actor = Acting.current();
        if (actor.isEmpty()) {
            return;
        }
        var connection = DataSourceUtils.getConnection(obtainDataSource());
        try (var setting = connection.prepareStatement("select set_config('kasane.user_id', ?, true)")) {
            setting.setString(1, actor.get().id().toString());
            setting.execute();
        } catch (SQLException e) {
            doCleanupAfterCompletion(transaction);
            throw new TransactionSystemException("The acting user could not be set", e);
        }
    }
}
