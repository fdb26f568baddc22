package jp.kasane.municipality;

import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** 圏域: several schemes side by side, or none (墨田's CSW share all; 002, L4756-61). */
@Component
@Transactional(readOnly = true)
public class Areas {

    private final JdbcClient jdbc;

    Areas(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param scheme the code of its scheme; @param districts the town names it covers, where a document names them */
    public record Area(UUID id, String scheme, String code, String name, String parent, List<String> districts) {}

    /** All, scheme by scheme, in the municipality's order. */
    public List<Area> all() {
        return list("true or :address = ''", "");
    }

    /**
     * The areas whose towns an address names: one of each scheme at most, none where no town is known. Of two towns that both stand in
     * the address the longer one counts (栄町 and 東栄町).
     */
    public List<Area> covering(String address) {
        return list(
                """
                a.id in (select distinct on (d.scheme_id) d.area_id from kasane.area_district d
                         where position(d.district in :address) > 0
                         order by d.scheme_id, length(d.district) desc)
                """,
                address);
    }

    private List<Area> list(String where, String address) {
        return jdbc.sql(
                        """
                        select a.id, s.code as scheme, a.code, a.name, p.name as parent,
                               array(select d.district from kasane.area_district d where d.area_id = a.id order by d.district) as districts
                        from kasane.area a join kasane.area_scheme s on s.id = a.scheme_id left join kasane.area p on p.id = a.parent_id
                        where a.municipality_id = (select kasane.my_municipality()) and %s
                        order by s.position, a.position
                        """
                                .formatted(where))
                .param("address", address)
                .query((row, n) -> new Area(
                        row.getObject("id", UUID.class),
                        row.getString("scheme"),
                        row.getString("code"),
                        row.getString("name"),
                        row.getString("parent"),
                        List.of((String[]) row.getArray("districts").getArray())))
                .list();
    }
}
