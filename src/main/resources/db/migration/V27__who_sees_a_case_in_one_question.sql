-- The same rule as before (V3), asked in one query instead of five functions that each ask their own: it is asked of every row of the
-- case page and of the task list.
create or replace function kasane.sees_case(the_case uuid) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return the_case is not null and exists (
        select from case_file f
        join app_user u on u.id = kasane.acting_user() and u.active
        join role_assignment r on r.user_id = u.id and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date)
        where f.id = the_case
          and (r.role = 'system'
               or f.municipality_id = u.municipality_id
                  and (r.role in ('manager', 'auditor')
                       or r.role in ('reception', 'coordinator', 'member')
                          and exists (select from case_seat s
                                      where s.case_id = f.id and s.until is null and s.agency_id = r.agency_id
                                        and (not f.restricted or s.reason in ('lead', 'coordinating'))))));
end $$;
