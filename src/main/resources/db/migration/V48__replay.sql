-- What the engine did for a case, to be replayed on its diagrams (docs/adr/0032). Whoever sees the case may follow it through; the
-- tables themselves stay as closed as they are (V3): each function asks once whether the acting user sees the case, and then reads
-- no further than the instances of that case, its consultations and what they called, whichever broker they ran in.

create function engine.instances_of_case(the_case uuid) returns setof engine.process_instance
    language plpgsql stable rows 50 security definer set search_path = engine, kasane, pg_temp as $$
begin
    if not kasane.sees_case(the_case) then
        return;
    end if;
    return query
        with recursive own (epoch, key) as (
            select p.epoch, p.key from engine.process_instance p where p.case_id = the_case
            union
            select p.epoch, p.key from kasane.consultation c join engine.process_instance p on p.consultation_id = c.id
            where c.case_id = the_case and kasane.sees_consultation(c.id)),
        tree (epoch, key) as (
            select o.epoch, o.key from own o
            union
            select c.epoch, c.key from tree t join engine.process_instance c on c.parent_key = t.key and c.epoch = t.epoch)
        select p.* from tree t join engine.process_instance p on p.epoch = t.epoch and p.key = t.key;
end $$;

create function engine.elements_of_case(the_case uuid) returns setof engine.element_instance
    language plpgsql stable security definer set search_path = engine, kasane, pg_temp as $$
begin
    return query
        select e.* from engine.instances_of_case(the_case) p
        join engine.element_instance e on e.process_instance_key = p.key and e.epoch = p.epoch;
end $$;

create function engine.flows_of_case(the_case uuid) returns setof engine.sequence_flow
    language plpgsql stable security definer set search_path = engine, kasane, pg_temp as $$
begin
    return query
        select f.* from engine.instances_of_case(the_case) p
        join engine.sequence_flow f on f.epoch = p.epoch and f.process_instance_key = p.key;
end $$;

-- Under which definition an instance began, and to which it was migrated when. The projection knows only the last; the engine's own
-- records know all, as long as they are kept.
create function engine.versions_of_case(the_case uuid)
    returns table (epoch uuid, key bigint, at timestamptz, definition_key bigint, version int)
    language plpgsql stable security definer set search_path = engine, kasane, pg_temp as $$
begin
    return query
        select r.epoch, r.key, r.at, (r.value ->> 'processDefinitionKey')::bigint, (r.value ->> 'version')::int
        from engine.instances_of_case(the_case) p
        join engine.record r on r.process_instance_key = p.key and r.epoch = p.epoch and r.key = p.key
        where r.value_type = 'PROCESS_INSTANCE' and r.intent in ('ELEMENT_ACTIVATING', 'ELEMENT_MIGRATED')
        order by r.position;
end $$;

-- Elements that were migrated while something was in them: what they were called before, and until when.
create function engine.renamed_of_case(the_case uuid)
    returns table (epoch uuid, key bigint, element_id text, until timestamptz)
    language plpgsql stable security definer set search_path = engine, kasane, pg_temp as $$
begin
    return query
        select n.epoch, n.key, n.element_id, n.until from (
            select r.epoch, r.key, r.element_id, lead(r.at) over w as until, lead(r.element_id) over w as next
            from (select distinct v.epoch, v.key from engine.versions_of_case(the_case) v
                  group by v.epoch, v.key having count(*) > 1) p
            join engine.record r on r.process_instance_key = p.key and r.epoch = p.epoch and r.key <> p.key
            where r.value_type = 'PROCESS_INSTANCE' and r.intent in ('ELEMENT_ACTIVATING', 'ELEMENT_MIGRATED')
            window w as (partition by r.epoch, r.key order by r.position)) n
        where n.until is not null and n.next <> n.element_id;
end $$;

create function engine.tasks_of_case(the_case uuid) returns setof engine.user_task
    language plpgsql stable security definer set search_path = engine, kasane, pg_temp as $$
begin
    return query
        select t.* from engine.instances_of_case(the_case) p
        join engine.user_task t on t.process_instance_key = p.key and t.epoch = p.epoch;
end $$;
