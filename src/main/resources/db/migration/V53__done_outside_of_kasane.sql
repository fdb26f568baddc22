-- What was done to a case's instances in the engine's own tools, to be marked on its history (docs/adr/0032). An order of Kasane that ends an
-- instance is noted before the engine hears of it: an instance that was ended without such a note was ended by somebody else. Variables
-- are never set, and instances never modified, by Kasane: whoever does is somebody else.

create table engine.ended_by_order (
    epoch           uuid        not null,
    key             bigint      not null,
    municipality_id uuid        not null references kasane.municipality,
    -- The order; null for what had ended before this was noted: nobody knows any more.
    order_id        bigint,
    ordered_at      timestamptz not null default now(),
    primary key (epoch, key)
);
comment on table engine.ended_by_order is 'Instances that Kasane has ended (re-seat, end), noted and committed before the engine is told.';
insert into engine.ended_by_order (epoch, key, municipality_id)
select p.epoch, p.key, s.municipality_id
from engine.process_instance p join kasane.stream s on s.id = coalesce(p.case_id, p.consultation_id, p.matter_id)
where p.parent_key is null and p.state = 'TERMINATED';

alter table engine.ended_by_order enable row level security;
create policy see on engine.ended_by_order for select using ((select kasane.has_role('system', 'auditor', 'admin')));
create policy add on engine.ended_by_order for insert with check ((select kasane.has_role('system')));
grant select, insert on engine.ended_by_order to kasane_app;

-- Few, and looked for among millions of others.
create index on engine.record (epoch, ((value ->> 'scopeKey')::bigint)) where value_type = 'VARIABLE_DOCUMENT';
create index on engine.record (process_instance_key) where value_type = 'PROCESS_INSTANCE_MODIFICATION';

-- Each with the instance it was done to, and the engine's own time. A called instance ends with the one that called it, and cannot be
-- ended by itself.
create function engine.done_outside_of_case(the_case uuid)
    returns table (epoch uuid, key bigint, at timestamptz, what text, instance bigint, definition_key bigint, element_id text)
    language plpgsql stable rows 5 security definer set search_path = engine, kasane, pg_temp as $$
begin
    return query
        with p as materialized (select * from engine.instances_of_case(the_case))
        select p.epoch, p.key, p.ended_at, 'instance.terminated', p.key, p.definition_key, null::text
        from p
        where p.parent_key is null and p.state = 'TERMINATED'
          and not exists (select from engine.ended_by_order o where o.epoch = p.epoch and o.key = p.key)
        union all
        select r.epoch, r.key, r.at, 'instance.modified', p.key, p.definition_key, null::text
        from p join engine.record r on r.epoch = p.epoch and r.process_instance_key = p.key
        where r.value_type = 'PROCESS_INSTANCE_MODIFICATION' and r.intent = 'MODIFIED'
        union all
        select r.epoch, r.key, r.at, 'variables.set', s.instance, s.definition_key, s.element_id
        from (select p.epoch, p.key, p.key as instance, p.definition_key, null::text as element_id from p
              union
              select e.epoch, e.key, e.process_instance_key, e.definition_key, e.element_id
              from p join engine.element_instance e on e.process_instance_key = p.key and e.epoch = p.epoch where e.key <> p.key) s
        join engine.record r on r.epoch = s.epoch and (r.value ->> 'scopeKey')::bigint = s.key
        where r.value_type = 'VARIABLE_DOCUMENT' and r.intent = 'UPDATED';
end $$;
