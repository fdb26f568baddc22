-- Posts, absences and periods begin and end at midnight in Japan. The application's connections say so by their time zone; the exporter's, which
-- addresses tasks, and the owner's do not: between midnight and nine they took whoever begins today for somebody who does not work here yet, and
-- addressed the tasks to the section instead. So the day is asked of one function, whichever time zone a connection has.
create function kasane.today() returns date
    language sql stable parallel safe
    return (now() at time zone 'Asia/Tokyo')::date;
grant execute on function kasane.today() to public;

do $$
declare
    f record;
begin
    for f in select p.oid, pg_get_functiondef(p.oid) as text from pg_proc p
             where p.pronamespace in ('kasane'::regnamespace, 'engine'::regnamespace, 'audit'::regnamespace) and p.prokind = 'f'
               and pg_get_functiondef(p.oid) ~* '\mcurrent_date\M' loop
        execute regexp_replace(f.text, '\mcurrent_date\M', 'kasane.today()', 'gi');
    end loop;
end $$;

alter table kasane.role_assignment alter column valid_from set default kasane.today();
alter policy remove on kasane.role_assignment using (
    kasane.may_appoint(role) and municipality_id = (select kasane.my_municipality()) and user_id <> kasane.acting_user()
    and valid_from > kasane.today());
