package jp.kasane.audit.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.postgresql.PGResultSetMetaData;
import org.springframework.boot.autoconfigure.jdbc.JdbcProperties;
import org.springframework.context.annotation.Primary;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCreator;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.jdbc.core.ResultSetExtractor;
import org.springframework.jdbc.core.SqlProvider;
import org.springframework.stereotype.Component;

/**
 * The one way to the database's rows, which notes whose rows they were: each row that comes back while a request is answered, and that
 * carries the id of a case, a consultation or a matter, counts as looked at. So a new query is on the trail without anybody thinking
 * of it. A row read to decide something and then not shown counts as well: rather one too many than one too few.
 */
@Component("jdbcTemplate")
@Primary
class LookedAtRows extends JdbcTemplate {

    private static final Set<String> LABELS = Set.of("case_id", "consultation_id", "stream_id", "matter_id");
    private static final Set<String> STREAMS = Set.of("case_file", "consultation", "stream");
    private static final int[] NONE = {};

    /** Which columns of a statement name a stream: asked once, as long as there are not too many statements. */
    private final Map<String, int[]> known = new ConcurrentHashMap<>();

    LookedAtRows(DataSource dataSource, JdbcProperties properties) {
        super(dataSource);
        var template = properties.getTemplate();
        setFetchSize(template.getFetchSize());
        setMaxRows(template.getMaxRows());
    }

    @Override
    public <T> T query(
            PreparedStatementCreator statement, PreparedStatementSetter setter, ResultSetExtractor<T> extractor)
            throws DataAccessException {
        if (!Looked.begun()) {
            return super.query(statement, setter, extractor);
        }
        var sql = statement instanceof SqlProvider provider ? provider.getSql() : null;
        return super.query(statement, setter, (ResultSetExtractor<T>) rows -> {
            var columns = columns(sql, rows);
            return extractor.extractData(columns.length == 0 ? rows : noting(rows, columns));
        });
    }

    private int[] columns(String sql, ResultSet rows) throws SQLException {
        var found = sql == null ? null : known.get(sql);
        if (found == null) {
            found = columns(rows);
            if (sql != null && known.size() < 5000) {
                known.put(sql, found);
            }
        }
        return found;
    }

    private static int[] columns(ResultSet rows) throws SQLException {
        var meta = rows.getMetaData();
        List<Integer> found = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            if (!meta.getColumnTypeName(i).equals("uuid")) {
                continue;
            }
            var tables = meta.unwrap(PGResultSetMetaData.class);
            var table = tables.getBaseTableName(i);
            var column = tables.getBaseColumnName(i);
            var label = meta.getColumnLabel(i);
            // What a function or a union gives has no table: there its name has to say it.
            if (LABELS.contains(label)
                    || label.endsWith("_stream")
                    || label.endsWith("_case_id")
                    || LABELS.contains(column)
                    || STREAMS.contains(table) && column.equals("id")) {
                found.add(i);
            }
        }
        return found.isEmpty()
                ? NONE
                : found.stream().mapToInt(Integer::intValue).toArray();
    }

    private static ResultSet noting(ResultSet rows, int[] columns) {
        return (ResultSet) Proxy.newProxyInstance(
                LookedAtRows.class.getClassLoader(), new Class<?>[] {ResultSet.class}, (proxy, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(rows, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (method.getName().equals("next") && Boolean.TRUE.equals(result)) {
                        for (int column : columns) {
                            Looked.at(rows.getObject(column, UUID.class));
                        }
                    }
                    return result;
                });
    }
}
