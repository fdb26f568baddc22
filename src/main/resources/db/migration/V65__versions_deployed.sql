-- Which versions of a diagram or a decision table were deployed, for whoever compares them (docs/adr/0039): managers and auditors. The
-- engine's records themselves stay as closed as they are (V3): a table's file holds nothing of any case.

-- Few, and looked for among millions of others.
create index on engine.record (epoch, (value ->> 'decisionId')) where value_type = 'DECISION';
create index on engine.record (epoch, key) where value_type = 'DECISION_REQUIREMENTS';
create index on engine.process_instance (epoch, definition_key) where state = 'ACTIVE';

-- Of the broker that runs now: another one counted its versions from the start.
create function engine.versions_of_process(the_process text)
    returns table (version int, version_tag text, deployed_at timestamptz, running bigint)
    language plpgsql stable rows 20 security definer set search_path = engine, kasane, pg_temp as $$
begin
    if not kasane.has_role('manager', 'auditor') then
        return;
    end if;
    return query
        select d.version, d.version_tag, d.deployed_at,
               (select count(*) from engine.process_instance i where i.epoch = d.epoch and i.definition_key = d.key and i.state = 'ACTIVE')
        from engine.process_definition d join engine.epoch e on e.epoch = d.epoch and e.current
        where d.process_id = the_process order by d.version desc;
end $$;

-- As far as the engine's records are kept: the month of a deployment may be gone (V56).
create function engine.versions_of_decisions()
    returns table (decision_id text, name text, version int, deployed_at timestamptz, resource text)
    language plpgsql stable rows 50 security definer set search_path = engine, kasane, pg_temp as $$
begin
    if not kasane.has_role('manager', 'auditor') then
        return;
    end if;
    return query
        -- Each partition announces each table.
        select distinct on (d.value ->> 'decisionId', (d.value ->> 'version')::int)
               d.value ->> 'decisionId', d.value ->> 'decisionName', (d.value ->> 'version')::int, d.at,
               convert_from(decode(r.value ->> 'resource', 'base64'), 'UTF8')
        from engine.epoch e
        join engine.record d on d.epoch = e.epoch and d.value_type = 'DECISION' and d.intent = 'CREATED'
        join engine.record r on r.epoch = e.epoch and r.value_type = 'DECISION_REQUIREMENTS' and r.intent = 'CREATED'
                            and r.key = (d.value ->> 'decisionRequirementsKey')::bigint
        where e.current
        order by d.value ->> 'decisionId', (d.value ->> 'version')::int, d.at;
end $$;

revoke execute on function engine.versions_of_process(text), engine.versions_of_decisions() from public;
grant execute on function engine.versions_of_process(text), engine.versions_of_decisions() to kasane_app;
