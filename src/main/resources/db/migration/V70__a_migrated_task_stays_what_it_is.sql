-- Camunda 8.6 tells of a migrated task's later changes (other groups, another assignee, its completion) with the element, the process and the
-- definition it had before: only its migration says what it is now. Both may come in one batch.
do $$
declare
    body    text := pg_get_functiondef((select p.oid from pg_proc p where p.pronamespace = 'engine'::regnamespace
                                        and p.prosrc like '%''ASSIGNED'', ''UPDATED'', ''MIGRATED'', ''COMPLETED''%'));
    changed text;
begin
    changed := replace(body,
        'element_id = r.element_id, process_id = r.value ->> ''bpmnProcessId'', definition_key = (r.value ->> ''processDefinitionKey'')::bigint,
            candidate_groups', 'candidate_groups');
    changed := replace(changed,
        '              where u.intent in (''ASSIGNED'', ''UPDATED'', ''MIGRATED'', ''COMPLETED'')
              order by u.key, u.position desc) r
        where t.epoch = r.epoch and t.key = r.key;',
        '              where u.intent in (''ASSIGNED'', ''UPDATED'', ''MIGRATED'', ''COMPLETED'')
              order by u.key, u.position desc) r
        where t.epoch = r.epoch and t.key = r.key;

        update user_task t
        set element_id = r.element_id, process_id = r.value ->> ''bpmnProcessId'', definition_key = (r.value ->> ''processDefinitionKey'')::bigint
        from (select distinct on (u.key) u.* from unnest(tasks) u where u.intent = ''MIGRATED'' order by u.key, u.position desc) r
        where t.epoch = r.epoch and t.key = r.key;');
    if length(changed) < length(body) + 200 then
        raise exception 'engine''s projection is not what this was written for';
    end if;
    execute changed;
end $$;
