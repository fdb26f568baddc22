-- An instance that is called has its variables before it begins: the engine writes VARIABLE CREATED first, and then that the
-- instance is activated. Where the exporter's batch ended just between the two, the projection did not know whose the variables
-- were, and the instance, with its tasks, belonged to no case: nobody saw them. Now it looks for what was said of it before.
create function engine.hear_earlier_variables() returns trigger
    language plpgsql set search_path = engine, pg_temp as $$
declare
    said jsonb;
begin
    select jsonb_object_agg(v.name, v.value::jsonb) into said from variable v
    where v.process_instance_key = new.key and v.name in ('caseId', 'consultationId', 'instanceKey')
      and v.epoch = new.epoch and v.scope_key = new.key and v.value is not null;
    if said is not null then
        new.case_id := coalesce(new.case_id, engine.as_uuid(said ->> 'caseId'));
        new.consultation_id := coalesce(new.consultation_id, engine.as_uuid(said ->> 'consultationId'));
        new.instance_key := coalesce(new.instance_key, said ->> 'instanceKey');
    end if;
    return new;
end $$;
comment on function engine.hear_earlier_variables is 'The case of an instance whose variables came in a batch before it.';
create trigger hear_earlier_variables before insert on engine.process_instance
    for each row execute function engine.hear_earlier_variables();

-- Those that were lost so far.
update engine.process_instance p
set case_id = coalesce(p.case_id, engine.as_uuid(s.said ->> 'caseId')),
    consultation_id = coalesce(p.consultation_id, engine.as_uuid(s.said ->> 'consultationId')),
    instance_key = coalesce(p.instance_key, s.said ->> 'instanceKey')
from (select v.epoch, v.scope_key, jsonb_object_agg(v.name, v.value::jsonb) as said from engine.variable v
      where v.name in ('caseId', 'consultationId', 'instanceKey') and v.scope_key = v.process_instance_key and v.value is not null
      group by 1, 2) s
where s.epoch = p.epoch and s.scope_key = p.key and (p.case_id is null and p.consultation_id is null or p.instance_key is null);
update engine.element_instance e set case_id = p.case_id
from engine.process_instance p
where p.epoch = e.epoch and p.key = e.process_instance_key and e.case_id is null and p.case_id is not null;
update engine.user_task t
set case_id = p.case_id, consultation_id = p.consultation_id, municipality_id = kasane.task_municipality(p.case_id, p.consultation_id),
    audience_id = kasane.task_audience(t.candidate_groups[1], p.case_id, p.consultation_id)
from engine.process_instance p
where p.epoch = t.epoch and p.key = t.process_instance_key and t.case_id is null and t.consultation_id is null
  and (p.case_id is not null or p.consultation_id is not null);
