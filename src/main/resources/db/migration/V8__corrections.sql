-- 訂正・取消: which submission a chain of corrections began with, so that the newest of a step is known by when the step was done.
alter table kasane.submission add column original uuid references kasane.submission;
alter table kasane.submission add constraint correction_has_an_original check ((corrects is null) = (original is null));
create index on kasane.submission (original);

-- A corrected consultation writes its concerns and its address anew; a corrected role of a draft goes.
grant delete on kasane.consultation_concern, kasane.consultation_address to kasane_app;
do $$
declare
    t text;
begin
    foreach t in array array ['consultation_concern', 'consultation_address'] loop
        if not exists (select from pg_policies p where p.schemaname = 'kasane' and p.tablename = t and p.cmd in ('DELETE', 'ALL')) then
            execute format('create policy remove on kasane.%I for delete using ((select kasane.may_write()) and kasane.sees_consultation(consultation_id))', t);
        end if;
    end loop;
end $$;
