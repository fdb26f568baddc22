-- Run once by a superuser before the first start. The local default does it by itself; the passwords are the installation's own.
-- kasane_owner runs the migrations and owns everything, kasane_app is the application, kasane_exporter the broker's exporter.
do $$
declare
    r text;
begin
    foreach r in array array ['kasane_owner', 'kasane_app', 'kasane_exporter'] loop
        if not exists (select from pg_roles where rolname = r) then
            execute format('create role %I login nosuperuser nobypassrls', r);
        end if;
    end loop;
end $$;
