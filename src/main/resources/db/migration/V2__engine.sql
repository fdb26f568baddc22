-- What the engine did, as it told it (DESIGN §9), and what follows from that: definitions, running instances, tokens, open tasks,
-- incidents, variables. The broker's exporter knows two functions of this file and nothing else of the database:
-- engine.apply takes a batch of records, engine.reject takes one that engine.apply refused.
--
-- * `record` is the truth. Everything from `process_definition` down to `message_subscription` is a projection of it, made by
--   engine.project and by nothing else, so that engine.rebuild yields the same rows. To that end a projection's row depends on
--   the records alone: not on how they were cut into batches, and not on the clock of this server.
-- * A wiped broker counts keys and positions from the start again; the epoch tells its records from those of the broker before.
-- * Order holds within a partition of the broker only. Its keys carry the number of their partition, so two of them never
--   write the same row, except for definitions and forms, which each of them announces.
-- * Of a variable that processes/variables.yaml does not list, the name is kept and the value is not: see engine.redacted.
--
-- Not stored: commands and their rejections (the event that follows a command says what became of it) and what the engine
-- tells itself (batches of jobs, distribution among partitions, the message's side of a subscription, checkpoints) or what
-- it stores for Camunda's own users. The list is jp.kasane.exporter.StoredRecords.

-- ── the truth ──────────────────────────────────────────────────────────────────────────────────────────────────────

create table engine.epoch (
    epoch         uuid primary key,
    first_seen_at timestamptz not null default now(),
    current       boolean     not null
);
create unique index one_epoch_is_current on engine.epoch (current) where current;
comment on table engine.epoch is 'The lives of the broker: one per data directory. What still ran in an older one is LOST.';

create table engine.record (
    epoch                uuid        not null,
    partition_id         int         not null,
    position             bigint      not null,
    at                   timestamptz not null,
    key                  bigint      not null,
    value_type           text        not null,
    intent               text        not null,
    process_instance_key bigint,
    element_id           text,
    value                jsonb       not null,
    primary key (epoch, partition_id, position, at)
) partition by range (at);
create index on engine.record (process_instance_key, position) where process_instance_key is not null;
comment on table engine.record is 'Every event of the engine, once, as it was written; partitioned by the month (UTC) of the engine''s own clock.';
comment on column engine.record.position is 'Place in the log of its partition. Grows, with gaps: the log holds commands too.';
comment on column engine.record.at is 'The engine''s clock, which a test may move and which may jump: order by position, never by this.';
comment on column engine.record.value is 'The record''s value, without the values of variables that are not allowed (engine.redacted).';

create table engine.record_rejected (
    epoch        uuid        not null,
    partition_id int         not null,
    position     bigint      not null,
    at           timestamptz not null,
    key          bigint      not null,
    value_type   text        not null,
    intent       text        not null,
    value        bytea       not null,
    sqlstate     text        not null,
    message      text,
    rejected_at  timestamptz not null default now(),
    primary key (epoch, partition_id, position)
);
comment on table engine.record_rejected is 'Records that this database refuses (jsonb holds no U+0000, for one). Each row is an alarm: the projections lack it.';
comment on column engine.record_rejected.value is 'JSON in UTF-8, byte for byte as the engine wrote it, unless a value had to be taken out of it (engine.redacted).';

create table engine.exporter_position (
    epoch        uuid        not null,
    partition_id int         not null,
    position     bigint      not null,
    at           timestamptz not null,
    updated_at   timestamptz not null default now(),
    primary key (epoch, partition_id)
);
comment on table engine.exporter_position is 'How far the read model has come. updated_at - at is its delay while the engine''s clock is the real one.';

create table engine.allowed_variable (
    name text primary key
);
comment on table engine.allowed_variable is 'The variables whose values may be known here: processes/variables.yaml, and nothing else.';

-- ── what follows from it ───────────────────────────────────────────────────────────────────────────────────────────

create table engine.process_definition (
    epoch         uuid        not null,
    key           bigint      not null,
    process_id    text        not null,
    version       int         not null,
    version_tag   text,
    resource_name text        not null,
    resource      text        not null,
    checksum      text,
    deployed_at   timestamptz not null,
    primary key (epoch, key)
);
create index on engine.process_definition (process_id, version);
comment on column engine.process_definition.resource is 'The diagram as it was deployed (BPMN XML).';

create table engine.form (
    epoch       uuid        not null,
    key         bigint      not null,
    form_id     text        not null,
    version     int         not null,
    schema      jsonb       not null,
    deployed_at timestamptz not null,
    primary key (epoch, key)
);
create index on engine.form (form_id, version);

create table engine.process_instance (
    epoch              uuid        not null,
    key                bigint      not null,
    process_id         text        not null,
    definition_key     bigint      not null,
    version            int         not null,
    parent_key         bigint,
    parent_element_key bigint,
    root_key           bigint,
    state              text        not null check (state in ('ACTIVE', 'COMPLETED', 'TERMINATED', 'LOST')),
    started_at         timestamptz not null,
    ended_at           timestamptz,
    case_id            uuid,
    consultation_id    uuid,
    instance_key       text,
    primary key (epoch, key)
);
create index on engine.process_instance (case_id) where case_id is not null;
create index on engine.process_instance (consultation_id) where consultation_id is not null;
create index on engine.process_instance (instance_key) where state = 'ACTIVE';
create index on engine.process_instance (parent_key) where parent_key is not null;
comment on column engine.process_instance.root_key is 'The instance at the top of the call activities; its own key if it was not called.';
comment on column engine.process_instance.case_id is 'From the variable caseId of the instance''s own scope; null when that is no uuid. Likewise consultation_id.';
comment on column engine.process_instance.instance_key is 'From the variable instanceKey of the instance''s own scope: what messages to it correlate with.';
comment on column engine.process_instance.state is 'LOST: it ran in a broker whose data are gone. Nothing will ever come of it; its case has to be re-seated.';

create table engine.element_instance (
    epoch                uuid        not null,
    key                  bigint      not null,
    process_instance_key bigint      not null,
    definition_key       bigint      not null,
    element_id           text        not null,
    element_type         text        not null,
    state                text        not null check (state in ('ACTIVE', 'COMPLETED', 'TERMINATED', 'LOST')),
    started_at           timestamptz not null,
    ended_at             timestamptz,
    case_id              uuid,
    primary key (epoch, key)
);
create index on engine.element_instance (process_instance_key);
create index on engine.element_instance (definition_key, element_id) where state = 'ACTIVE';
comment on table engine.element_instance is 'Tokens: one row per element entered, without the process itself (process_instance) and the flows (sequence_flow).';

create table engine.sequence_flow (
    epoch                uuid        not null,
    process_instance_key bigint      not null,
    position             bigint      not null,
    key                  bigint      not null,
    definition_key       bigint      not null,
    element_id           text        not null,
    at                   timestamptz not null,
    primary key (epoch, process_instance_key, position)
);
comment on table engine.sequence_flow is 'Flows taken, once per time taken.';

create table engine.user_task (
    id                   uuid primary key,
    epoch                uuid        not null,
    key                  bigint      not null,
    state                text        not null check (state in ('CREATED', 'COMPLETED', 'CANCELED', 'LOST')),
    element_id           text        not null,
    element_instance_key bigint      not null,
    process_id           text        not null,
    definition_key       bigint      not null,
    process_instance_key bigint      not null,
    form_key             bigint,
    candidate_groups     text[]      not null,
    assignee             text,
    priority             int         not null,
    created_at           timestamptz not null,
    ended_at             timestamptz,
    case_id              uuid,
    consultation_id      uuid,
    municipality_id      uuid,
    audience_id          uuid,
    unique (epoch, key)
);
create index on engine.user_task (process_instance_key);
comment on column engine.user_task.id is 'Made from epoch and key, so that a rebuilt row has the id that claims, drafts and links know.';
comment on column engine.user_task.audience_id is 'Whom the task is addressed to: kasane.task_audience of its first candidate group. Row-level security goes by it.';

create table engine.incident (
    epoch                uuid        not null,
    key                  bigint      not null,
    process_instance_key bigint,
    element_id           text,
    element_instance_key bigint,
    error_type           text        not null,
    error_message        text,
    job_key              bigint,
    state                text        not null check (state in ('OPEN', 'RESOLVED', 'LOST')),
    created_at           timestamptz not null,
    resolved_at          timestamptz,
    case_id              uuid,
    primary key (epoch, key)
);
create index on engine.incident (process_instance_key);
create index on engine.incident (created_at) where state = 'OPEN';

create table engine.variable (
    epoch                uuid        not null,
    key                  bigint      not null,
    process_instance_key bigint      not null,
    scope_key            bigint      not null,
    name                 text        not null,
    value                text,
    updated_at           timestamptz not null,
    primary key (epoch, key)
);
create index on engine.variable (process_instance_key, name);
comment on column engine.variable.value is 'JSON. Null when the variable is not allowed, and never otherwise: a variable that holds nothing is the text null.';

create table engine.message_subscription (
    epoch                uuid        not null,
    key                  bigint      not null,
    process_instance_key bigint      not null,
    element_instance_key bigint      not null,
    element_id           text        not null,
    message_name         text        not null,
    correlation_key      text        not null,
    state                text        not null check (state in ('CREATED', 'CORRELATED', 'DELETED', 'LOST')),
    at                   timestamptz not null,
    primary key (epoch, key)
);
create index on engine.message_subscription (process_instance_key);
create index on engine.message_subscription (correlation_key, message_name) where state = 'CREATED';

-- The small functions below carry no search_path of their own: that would keep PostgreSQL from inlining them, and costs more than
-- they do. They name everything in full or are parsed when they are made; those that call them have theirs set.

-- ── values that must not be known ──────────────────────────────────────────────────────────────────────────────────

create function engine.names_of(variables jsonb, allowed text[]) returns jsonb
    language sql immutable parallel safe
    return case jsonb_typeof(variables)
        when 'object' then (select coalesce(jsonb_object_agg(v.name, case when v.name = any (allowed) then v.value else 'null'::jsonb end), '{}'::jsonb)
                            from jsonb_each(variables) v (name, value))
        else 'null'::jsonb end;

create function engine.redacted_deep(value jsonb, allowed text[]) returns jsonb
    language plpgsql immutable parallel safe as $$
begin
    return case jsonb_typeof(value)
        when 'object' then (
            select coalesce(jsonb_object_agg(f.name, case
                       when f.name = 'variables' then engine.names_of(f.value, allowed)
                       -- Decisions quote their inputs and outputs, exceptions whatever they stumbled over.
                       when f.name in ('inputValue', 'outputValue', 'decisionOutput', 'evaluationFailureMessage', 'exceptionMessage', 'stacktrace')
                           then 'null'::jsonb
                       when jsonb_typeof(f.value) in ('object', 'array') then engine.redacted_deep(f.value, allowed)
                       else f.value end), '{}'::jsonb)
            from jsonb_each(value) f (name, value))
        when 'array' then (
            select coalesce(jsonb_agg(engine.redacted_deep(i.value, allowed) order by i.n), '[]'::jsonb)
            from jsonb_array_elements(value) with ordinality i (value, n))
        else value end;
end $$;

create function engine.redacted(value_type text, value jsonb, allowed text[]) returns jsonb
    language plpgsql immutable parallel safe as $$
begin
    return case
        when value_type in ('PROCESS_INSTANCE', 'PROCESS', 'FORM', 'INCIDENT', 'TIMER') then value
        when value_type = 'VARIABLE' then
            case when value ->> 'name' = any (allowed) then value else jsonb_set(value, '{value}', 'null') end
        -- These carry `variables` at the top and nowhere else, most of them empty.
        when value_type in ('JOB', 'USER_TASK', 'MESSAGE', 'PROCESS_EVENT', 'PROCESS_MESSAGE_SUBSCRIPTION',
                            'MESSAGE_START_EVENT_SUBSCRIPTION', 'VARIABLE_DOCUMENT', 'PROCESS_INSTANCE_CREATION') then
            case when coalesce(value -> 'variables', '{}') = '{}' then value
                 else jsonb_set(value, '{variables}', engine.names_of(value -> 'variables', allowed)) end
        else engine.redacted_deep(value, allowed)
    end;
end $$;
comment on function engine.redacted is 'The value without the values of variables that are not allowed. A type it does not know is searched through.';

create function engine.allowed_variables() returns text[]
    language sql stable
    return (select coalesce(array_agg(name), '{}') from engine.allowed_variable);

-- ── projection ─────────────────────────────────────────────────────────────────────────────────────────────────────

create function engine.as_uuid(text_or_not text) returns uuid
    language sql immutable parallel safe
    return case when text_or_not ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then text_or_not::uuid end;

-- Keys are positive; the engine writes -1 for "none".
create function engine.as_key(number_or_not text) returns bigint
    language sql immutable parallel safe
    return nullif(number_or_not::bigint, -1);

create function engine.lose(the_epochs uuid[]) returns void
    language sql
begin atomic
    update engine.process_instance set state = 'LOST' where epoch = any (the_epochs) and state = 'ACTIVE';
    update engine.element_instance set state = 'LOST' where epoch = any (the_epochs) and state = 'ACTIVE';
    update engine.user_task set state = 'LOST' where epoch = any (the_epochs) and state = 'CREATED';
    update engine.incident set state = 'LOST' where epoch = any (the_epochs) and state = 'OPEN';
    update engine.message_subscription set state = 'LOST' where epoch = any (the_epochs) and state = 'CREATED';
end;
comment on function engine.lose is 'What ran in these epochs runs no more: their broker''s data are gone.';

-- `recs` are records of one epoch, per partition in the order of their positions, none of them projected before.
-- Every statement sees what the ones before it did: an instance and its case are known before its tokens and tasks are.
-- Few records meet large tables here, and have to by index. The planner cannot know: it plans once per connection, perhaps while
-- the tables are empty. So it is told, and tables are joined by epoch and key of the record: with the epoch as a constant, it
-- takes an empty table for one that the epoch alone narrows down. For the same reason no index but the primary keys begins
-- with the epoch.
create function engine.project(the_epoch uuid, recs engine.record[]) returns void
    language plpgsql
    set search_path = engine, pg_temp
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off as $$
declare
    processes     engine.record[];
    forms         engine.record[];
    elements      engine.record[];
    variables     engine.record[];
    tasks         engine.record[];
    incidents     engine.record[];
    subscriptions engine.record[];
    told          bigint[];
    called        bigint[];
begin
    select array_agg(r) filter (where r.value_type = 'PROCESS'),
           array_agg(r) filter (where r.value_type = 'FORM'),
           array_agg(r) filter (where r.value_type = 'PROCESS_INSTANCE'),
           array_agg(r) filter (where r.value_type = 'VARIABLE'),
           array_agg(r) filter (where r.value_type = 'USER_TASK'),
           array_agg(r) filter (where r.value_type = 'INCIDENT'),
           array_agg(r) filter (where r.value_type = 'PROCESS_MESSAGE_SUBSCRIPTION')
    into processes, forms, elements, variables, tasks, incidents, subscriptions
    from unnest(recs) r;

    -- Each partition announces each definition at its own time: the first time counts, whoever comes first.
    if processes is not null then
        insert into process_definition as d (epoch, key, process_id, version, version_tag, resource_name, resource, checksum, deployed_at)
        select distinct on (r.key) the_epoch, r.key, r.value ->> 'bpmnProcessId', (r.value ->> 'version')::int,
               nullif(r.value ->> 'versionTag', ''), r.value ->> 'resourceName',
               convert_from(decode(r.value ->> 'resource', 'base64'), 'UTF8'), r.value ->> 'checksum', r.at
        from unnest(processes) r
        where r.intent = 'CREATED'
        order by r.key, r.at
        on conflict (epoch, key) do update set deployed_at = excluded.deployed_at where excluded.deployed_at < d.deployed_at;
    end if;

    if forms is not null then
        insert into form as f (epoch, key, form_id, version, schema, deployed_at)
        select distinct on (r.key) the_epoch, r.key, r.value ->> 'formId', (r.value ->> 'version')::int,
               convert_from(decode(r.value ->> 'resource', 'base64'), 'UTF8')::jsonb, r.at
        from unnest(forms) r
        where r.intent = 'CREATED'
        order by r.key, r.at
        on conflict (epoch, key) do update set deployed_at = excluded.deployed_at where excluded.deployed_at < f.deployed_at;
    end if;

    if elements is not null then
        with started as (
            insert into process_instance (epoch, key, process_id, definition_key, version, parent_key, parent_element_key, root_key, state, started_at)
            select the_epoch, r.key, r.value ->> 'bpmnProcessId', (r.value ->> 'processDefinitionKey')::bigint, (r.value ->> 'version')::int,
                   engine.as_key(r.value ->> 'parentProcessInstanceKey'), engine.as_key(r.value ->> 'parentElementInstanceKey'),
                   case when engine.as_key(r.value ->> 'parentProcessInstanceKey') is null then r.key end, 'ACTIVE', r.at
            from unnest(elements) r
            where r.intent = 'ELEMENT_ACTIVATING' and r.value ->> 'bpmnElementType' = 'PROCESS'
            on conflict do nothing
            returning key, parent_key)
        select array_agg(key) into called from started where parent_key is not null;

        -- A call may hold another call: as many turns as there are levels in these records.
        while called is not null loop
            update process_instance c set root_key = p.root_key
            from process_instance p
            where c.epoch = the_epoch and c.key = any (called) and c.root_key is null
              and p.epoch = c.epoch and p.key = c.parent_key and p.root_key is not null;
            exit when not found;
        end loop;

        update process_instance p
        set state = case r.intent when 'ELEMENT_COMPLETED' then 'COMPLETED' else 'TERMINATED' end, ended_at = r.at
        from unnest(elements) r
        where p.epoch = r.epoch and p.key = r.key
          and r.intent in ('ELEMENT_COMPLETED', 'ELEMENT_TERMINATED') and r.value ->> 'bpmnElementType' = 'PROCESS';

        update process_instance p
        set process_id = r.value ->> 'bpmnProcessId', definition_key = (r.value ->> 'processDefinitionKey')::bigint, version = (r.value ->> 'version')::int
        from (select distinct on (m.key) m.* from unnest(elements) m
              where m.intent = 'ELEMENT_MIGRATED' and m.value ->> 'bpmnElementType' = 'PROCESS'
              order by m.key, m.position desc) r
        where p.epoch = r.epoch and p.key = r.key;
    end if;

    if variables is not null then
        insert into variable (epoch, key, process_instance_key, scope_key, name, value, updated_at)
        select distinct on (r.key) the_epoch, r.key, r.process_instance_key, (r.value ->> 'scopeKey')::bigint, r.value ->> 'name', r.value ->> 'value', r.at
        from unnest(variables) r
        where r.intent in ('CREATED', 'UPDATED')
        order by r.key, r.position desc
        on conflict (epoch, key) do update set value = excluded.value, updated_at = excluded.updated_at;

        with heard as (
            select r.epoch, r.process_instance_key as key,
                   (array_agg(engine.as_uuid(t.text) order by r.position desc) filter (where r.value ->> 'name' = 'caseId' and engine.as_uuid(t.text) is not null))[1] as case_id,
                   (array_agg(engine.as_uuid(t.text) order by r.position desc) filter (where r.value ->> 'name' = 'consultationId' and engine.as_uuid(t.text) is not null))[1] as consultation_id,
                   (array_agg(t.text order by r.position desc) filter (where r.value ->> 'name' = 'instanceKey' and t.text is not null))[1] as instance_key
            from unnest(variables) r
            cross join lateral (select (r.value ->> 'value')::jsonb #>> '{}') t (text)
            where r.value ->> 'name' in ('caseId', 'consultationId', 'instanceKey')
              and r.intent in ('CREATED', 'UPDATED')
              and (r.value ->> 'scopeKey')::bigint = r.process_instance_key
            group by 1, 2),
        changed as (
            update process_instance p
            set case_id = coalesce(h.case_id, p.case_id), consultation_id = coalesce(h.consultation_id, p.consultation_id),
                instance_key = coalesce(h.instance_key, p.instance_key)
            from heard h
            where p.epoch = h.epoch and p.key = h.key
            returning p.key)
        select array_agg(key) into told from changed;
    end if;

    if elements is not null then
        insert into element_instance (epoch, key, process_instance_key, definition_key, element_id, element_type, state, started_at, case_id)
        select the_epoch, r.key, r.process_instance_key, (r.value ->> 'processDefinitionKey')::bigint, r.element_id, r.value ->> 'bpmnElementType',
               'ACTIVE', r.at, p.case_id
        from unnest(elements) r
        left join process_instance p on p.epoch = r.epoch and p.key = r.process_instance_key
        where r.intent = 'ELEMENT_ACTIVATING' and r.value ->> 'bpmnElementType' <> 'PROCESS'
        on conflict do nothing;

        update element_instance e
        set state = case r.intent when 'ELEMENT_COMPLETED' then 'COMPLETED' else 'TERMINATED' end, ended_at = r.at
        from unnest(elements) r
        where e.epoch = r.epoch and e.key = r.key and r.intent in ('ELEMENT_COMPLETED', 'ELEMENT_TERMINATED');

        update element_instance e
        set element_id = r.element_id, definition_key = (r.value ->> 'processDefinitionKey')::bigint
        from (select distinct on (m.key) m.* from unnest(elements) m where m.intent = 'ELEMENT_MIGRATED' order by m.key, m.position desc) r
        where e.epoch = r.epoch and e.key = r.key;

        insert into sequence_flow (epoch, process_instance_key, position, key, definition_key, element_id, at)
        select the_epoch, r.process_instance_key, r.position, r.key, (r.value ->> 'processDefinitionKey')::bigint, r.element_id, r.at
        from unnest(elements) r
        where r.intent = 'SEQUENCE_FLOW_TAKEN'
        on conflict do nothing;
    end if;

    if tasks is not null then
        insert into user_task (id, epoch, key, state, element_id, element_instance_key, process_id, definition_key, process_instance_key, form_key,
                               candidate_groups, assignee, priority, created_at, case_id, consultation_id, municipality_id, audience_id)
        select md5(the_epoch::text || ':' || r.key)::uuid, the_epoch, r.key, 'CREATED', r.element_id, (r.value ->> 'elementInstanceKey')::bigint,
               r.value ->> 'bpmnProcessId', (r.value ->> 'processDefinitionKey')::bigint, r.process_instance_key, engine.as_key(r.value ->> 'formKey'),
               g.groups, nullif(r.value ->> 'assignee', ''), coalesce((r.value ->> 'priority')::int, 50), r.at,
               p.case_id, p.consultation_id, kasane.task_municipality(p.case_id, p.consultation_id),
               kasane.task_audience(g.groups[1], p.case_id, p.consultation_id)
        from unnest(tasks) r
        cross join lateral (select array(select jsonb_array_elements_text(r.value -> 'candidateGroupsList'))) g (groups)
        left join process_instance p on p.epoch = r.epoch and p.key = r.process_instance_key
        where r.intent = 'CREATED'
        on conflict do nothing;

        update user_task t
        set assignee = nullif(r.value ->> 'assignee', ''), priority = coalesce((r.value ->> 'priority')::int, t.priority),
            element_id = r.element_id, process_id = r.value ->> 'bpmnProcessId', definition_key = (r.value ->> 'processDefinitionKey')::bigint,
            candidate_groups = r.groups,
            audience_id = case when t.candidate_groups = r.groups then t.audience_id
                               else kasane.task_audience(r.groups[1], t.case_id, t.consultation_id) end
        from (select distinct on (u.key) u.*, array(select jsonb_array_elements_text(u.value -> 'candidateGroupsList')) as groups
              from unnest(tasks) u
              where u.intent in ('ASSIGNED', 'UPDATED', 'MIGRATED', 'COMPLETED')
              order by u.key, u.position desc) r
        where t.epoch = r.epoch and t.key = r.key;

        update user_task t set state = r.intent, ended_at = r.at
        from unnest(tasks) r
        where t.epoch = r.epoch and t.key = r.key and r.intent in ('COMPLETED', 'CANCELED');
    end if;

    if incidents is not null then
        insert into incident (epoch, key, process_instance_key, element_id, element_instance_key, error_type, error_message, job_key, state, created_at, case_id)
        select the_epoch, r.key, r.process_instance_key, r.element_id, engine.as_key(r.value ->> 'elementInstanceKey'), r.value ->> 'errorType',
               r.value ->> 'errorMessage', engine.as_key(r.value ->> 'jobKey'), 'OPEN', r.at, p.case_id
        from unnest(incidents) r
        left join process_instance p on p.epoch = r.epoch and p.key = r.process_instance_key
        where r.intent = 'CREATED'
        on conflict do nothing;

        update incident i set element_id = r.element_id
        from (select distinct on (m.key) m.* from unnest(incidents) m where m.intent = 'MIGRATED' order by m.key, m.position desc) r
        where i.epoch = r.epoch and i.key = r.key;

        update incident i set state = 'RESOLVED', resolved_at = r.at
        from unnest(incidents) r
        where i.epoch = r.epoch and i.key = r.key and r.intent = 'RESOLVED';
    end if;

    if subscriptions is not null then
        insert into message_subscription (epoch, key, process_instance_key, element_instance_key, element_id, message_name, correlation_key, state, at)
        select distinct on (r.key) the_epoch, r.key, r.process_instance_key, (r.value ->> 'elementInstanceKey')::bigint, r.element_id,
               r.value ->> 'messageName', r.value ->> 'correlationKey', case r.intent when 'MIGRATED' then 'CREATED' else r.intent end, r.at
        from unnest(subscriptions) r
        where r.intent in ('CREATED', 'CORRELATED', 'DELETED', 'MIGRATED')
        order by r.key, r.position desc
        on conflict (epoch, key) do update set state = excluded.state, at = excluded.at, element_id = excluded.element_id;
    end if;

    -- An instance that learned its case after it had entered elements hands it on to them.
    if told is not null then
        update element_instance e set case_id = p.case_id
        from unnest(variables) r
        join process_instance p on p.epoch = r.epoch and p.key = r.process_instance_key
        where p.key = any (told)
          and e.epoch = p.epoch and e.process_instance_key = p.key and e.case_id is distinct from p.case_id;

        update incident i set case_id = p.case_id
        from unnest(variables) r
        join process_instance p on p.epoch = r.epoch and p.key = r.process_instance_key
        where p.key = any (told)
          and i.epoch = p.epoch and i.process_instance_key = p.key and i.case_id is distinct from p.case_id;

        update user_task t
        set case_id = p.case_id, consultation_id = p.consultation_id, municipality_id = kasane.task_municipality(p.case_id, p.consultation_id),
            audience_id = kasane.task_audience(t.candidate_groups[1], p.case_id, p.consultation_id)
        from unnest(variables) r
        join process_instance p on p.epoch = r.epoch and p.key = r.process_instance_key
        where p.key = any (told)
          and t.epoch = p.epoch and t.process_instance_key = p.key
          and (t.case_id, t.consultation_id) is distinct from (p.case_id, p.consultation_id);
    end if;

    if not exists (select from epoch where epoch = the_epoch and current) then
        perform engine.lose(array [the_epoch]);
    end if;

    if exists (select from unnest(tasks) r where r.intent in ('CREATED', 'COMPLETED', 'CANCELED')) then
        perform pg_notify('kasane_task', '');
    end if;
end $$;
comment on function engine.project is 'Brings the projections up to these records. The only writer of the projections, live and in a rebuild.';

-- ── the exporter's door ────────────────────────────────────────────────────────────────────────────────────────────

-- Locks (7301, n): 1 projections are being rebuilt, 2 an epoch begins, 3 a month begins.

create function engine.begin_epoch(the_epoch uuid) returns void
    language plpgsql
    set search_path = engine, pg_temp as $$
declare
    older uuid[];
begin
    if exists (select from epoch where epoch = the_epoch) then
        return;
    end if;
    perform pg_advisory_xact_lock(7301, 2);
    -- Another partition of the broker may have been faster.
    if exists (select from epoch where epoch = the_epoch) then
        return;
    end if;
    update epoch set current = false where current;
    insert into epoch (epoch, current) values (the_epoch, true);
    select array_agg(e.epoch) into older from epoch e where not e.current;
    if older is not null then
        perform engine.lose(older);
        perform pg_notify('kasane_task', '');
    end if;
end $$;

create function engine.begin_month(month timestamp) returns void
    language plpgsql
    set search_path = engine, pg_temp as $$
declare
    name text := 'record_' || to_char(month, 'YYYY_MM');
begin
    if to_regclass('engine.' || name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(7301, 3);
    if to_regclass('engine.' || name) is not null then
        return;
    end if;
    -- Attached rather than created in place: that would lock out everybody who writes or reads other months.
    execute format('create table engine.%I (like engine.record including defaults including constraints including comments)', name);
    execute format('alter table engine.record attach partition engine.%I for values from (%L) to (%L)',
                   name, month::text || '+00', (month + interval '1 month')::text || '+00');
end $$;

create function engine.reached(the_epoch uuid, the_partition int, the_position bigint, the_time timestamptz) returns void
    language sql
begin atomic
    insert into engine.exporter_position as p (epoch, partition_id, position, at)
    values (the_epoch, the_partition, the_position, the_time)
    on conflict (epoch, partition_id) do update
        set position = excluded.position, at = excluded.at, updated_at = now()
        where excluded.position > p.position;
end;

create function engine.apply(the_epoch uuid, partitions int[], positions bigint[], times timestamptz[], keys bigint[],
                             value_types text[], intents text[], record_values text[]) returns int
    language plpgsql security definer
    set search_path = engine, pg_temp as $$
declare
    allowed text[] := engine.allowed_variables();
    month   timestamp;
    fresh   engine.record[];
    broken  text;
begin
    perform pg_advisory_xact_lock_shared(7301, 1);
    perform engine.begin_epoch(the_epoch);
    for month in select distinct date_trunc('month', t at time zone 'UTC') from unnest(times) t loop
        perform engine.begin_month(month);
    end loop;

    with stored as (
        insert into record (epoch, partition_id, position, at, key, value_type, intent, process_instance_key, element_id, value)
        select the_epoch, b.partition_id, b.position, b.at, b.key, b.value_type, b.intent,
               engine.as_key(b.value ->> 'processInstanceKey'), coalesce(b.value ->> 'elementId', b.value ->> 'targetElementId'),
               engine.redacted(b.value_type, b.value, allowed)
        from (select u.partition_id, u.position, u.at, u.key, u.value_type, u.intent, u.value::jsonb as value
              from unnest(partitions, positions, times, keys, value_types, intents, record_values)
                       u (partition_id, position, at, key, value_type, intent, value)
              offset 0) b
        on conflict do nothing
        returning epoch, partition_id, position, at, key, value_type, intent, process_instance_key, element_id, value)
    select array_agg(row (s.*)::engine.record order by s.partition_id, s.position) into fresh from stored s;

    if fresh is not null then
        perform engine.project(the_epoch, fresh);
    end if;
    perform engine.reached(the_epoch, l.partition_id, l.position, l.at)
    from (select distinct on (u.partition_id) u.partition_id, u.position, u.at
          from unnest(partitions, positions, times) u (partition_id, position, at)
          order by u.partition_id, u.position desc) l;
    return coalesce(cardinality(fresh), 0);
exception when data_exception or integrity_constraint_violation then
    -- The server writes errors to its log, and this one quotes the record; what is said instead does not.
    get stacked diagnostics broken = constraint_name;
    raise exception using errcode = sqlstate,
        message = concat_ws(' ', 'a record is refused', nullif('by ' || nullif(broken, ''), ''));
end $$;
comment on function engine.apply is 'Stores records and projects those that were not stored before; returns how many those were. All or none: one record that is refused refuses the batch.';

create function engine.reject(the_epoch uuid, the_partition int, the_position bigint, the_time timestamptz, the_key bigint,
                              the_value_type text, the_intent text, the_value bytea, the_sqlstate text, the_message text) returns void
    language plpgsql security definer
    set search_path = engine, pg_temp as $$
declare
    kept     bytea := the_value;
    readable jsonb;
    redacted jsonb;
begin
    perform engine.begin_epoch(the_epoch);
    -- Refused or not, values of variables that are not allowed are not kept. What cannot be read even so is kept as it came.
    begin
        readable := replace(convert_from(the_value, 'UTF8'), '\u0000', '\ufffd')::jsonb;
        redacted := engine.redacted(the_value_type, readable, engine.allowed_variables());
        if redacted is distinct from readable then
            kept := convert_to(redacted::text, 'UTF8');
        end if;
    exception when data_exception then
        null;
    end;
    insert into record_rejected (epoch, partition_id, position, at, key, value_type, intent, value, sqlstate, message)
    values (the_epoch, the_partition, the_position, the_time, the_key, the_value_type, the_intent, kept, the_sqlstate, the_message)
    on conflict do nothing;
    perform engine.reached(the_epoch, the_partition, the_position, the_time);
end $$;
comment on function engine.reject is 'Sets one record aside that engine.apply refused.';

-- ── rebuild ────────────────────────────────────────────────────────────────────────────────────────────────────────

create function engine.rebuild() returns bigint
    language plpgsql security definer
    set search_path = engine, pg_temp as $$
declare
    life   record;
    recs   engine.record[];
    after  bigint;
    replayed bigint := 0;
begin
    -- The exporter waits meanwhile, and the broker keeps its log.
    perform pg_advisory_xact_lock(7301, 1);
    truncate process_definition, form, process_instance, element_instance, sequence_flow, user_task, incident, variable, message_subscription;
    for life in select e.epoch, p.partition_id from epoch e join exporter_position p using (epoch) order by e.first_seen_at, p.partition_id loop
        after := -1;
        loop
            select array_agg(n.r order by (n.r).position) into recs
            from (select r from record r
                  where r.epoch = life.epoch and r.partition_id = life.partition_id and r.position > after
                  order by r.position limit 2000) n;
            exit when recs is null;
            perform engine.project(life.epoch, recs);
            after := (recs[cardinality(recs)]).position;
            replayed := replayed + cardinality(recs);
        end loop;
    end loop;
    return replayed;
end $$;
comment on function engine.rebuild is 'Empties the projections and makes them anew from the records; returns how many it replayed. One transaction.';

-- ── who may call what ──────────────────────────────────────────────────────────────────────────────────────────────

revoke all on all functions in schema engine from public;
grant usage on schema engine to kasane_exporter;
grant execute on function engine.apply(uuid, int[], bigint[], timestamptz[], bigint[], text[], text[], text[]) to kasane_exporter;
grant execute on function engine.reject(uuid, int, bigint, timestamptz, bigint, text, text, bytea, text, text) to kasane_exporter;
