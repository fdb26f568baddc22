-- 移行: what an instance has called goes over with it. Each row has a target of its own, so that instances of several processes are rows alike.
alter table kasane.model_migration
    -- What was chosen for called processes, beyond elements of the same id: {"plan": {"Task_Old": "Task_New"}}; null: they stay.
    add called jsonb;

alter table kasane.model_migration_instance
    add process_id text check (length(process_id) between 1 and 100),
    add to_key     bigint,
    add to_version int,
    -- The nearest one above it that is a row of the same migration, whose turn comes first; null: nothing of the migration called it.
    add parent_key bigint,
    -- The one at the top of the tree: a tree is taken before the next one.
    add tree_key   bigint,
    -- Tokens in timer events that are entered anew under the new diagram, noted and committed before the engine is told; null: there are none.
    add retimed    bigint[],
    -- Elements (of the new diagram) whose timer is written otherwise now and still has the time it had.
    add timers     text[] not null default '{}';

update kasane.model_migration_instance i
set process_id = m.process_id, to_key = m.to_key, to_version = m.to_version, tree_key = i.instance_key
from kasane.model_migration m where m.id = i.migration_id;

alter table kasane.model_migration_instance
    alter process_id set not null,
    alter to_key     set not null,
    alter to_version set not null,
    alter tree_key   set not null;

drop index kasane.model_migration_instance_migration_id_instance_key_idx;
create index on kasane.model_migration_instance (migration_id, tree_key, instance_key) where status = 'waiting';
create index on kasane.model_migration_instance (instance_key) where retimed is not null;

grant update (retimed, timers) on kasane.model_migration_instance to kasane_app;

-- A timer is entered anew by a modification (docs/adr/0042): those Kasane has ordered are not somebody else's.
create or replace function engine.done_outside_of_case(the_case uuid)
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
          and not exists (
              select from model_migration_instance i join model_migration m on m.id = i.migration_id and m.epoch = p.epoch
              where i.instance_key = p.key and i.retimed is not null
                and jsonb_array_length(r.value -> 'terminateInstructions') = 1
                and (r.value -> 'terminateInstructions' -> 0 ->> 'elementInstanceKey')::bigint = any (i.retimed))
        union all
        select r.epoch, r.key, r.at, 'variables.set', s.instance, s.definition_key, s.element_id
        from (select p.epoch, p.key, p.key as instance, p.definition_key, null::text as element_id from p
              union
              select e.epoch, e.key, e.process_instance_key, e.definition_key, e.element_id
              from p join engine.element_instance e on e.process_instance_key = p.key and e.epoch = p.epoch where e.key <> p.key) s
        join engine.record r on r.epoch = s.epoch and (r.value ->> 'scopeKey')::bigint = s.key
        where r.value_type = 'VARIABLE_DOCUMENT' and r.intent = 'UPDATED';
end $$;
