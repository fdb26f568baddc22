-- 消去: what was said in a case, and of whom, is taken out for good when the law or the time it is kept for asks for it (docs/adr/0035).
-- One person proposes it, another one carries it out. What happened, when, and who did it stays until its month of the trail goes.

create table kasane.erasure (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    stream_id       uuid        not null references kasane.stream,
    -- period: it was kept as long as the municipality keeps it; law: a law, an ordinance, or the person's own right asks for it.
    basis           text        not null check (basis in ('period', 'law')),
    -- Number and date of the decision it rests on; never a name.
    reference       text        not null check (length(reference) between 1 and 200),
    status          text        not null default 'proposed' check (status in ('proposed', 'withdrawn', 'done')),
    proposed_by     uuid        not null references kasane.app_user,
    proposed_at     timestamptz not null,
    ended_by        uuid references kasane.app_user,
    ended_at        timestamptz,
    -- Rows that were taken out, by table.
    taken_out       jsonb,
    check ((status = 'proposed') = (ended_by is null) and (ended_by is null) = (ended_at is null)),
    check (status <> 'done' or ended_by <> proposed_by)
);
create unique index erasure_open on kasane.erasure (stream_id) where status <> 'withdrawn';
create index on kasane.erasure (municipality_id, proposed_at desc);
create trigger trail after insert or update or delete on kasane.erasure for each row execute function audit.note_setting('values');
alter table kasane.erasure enable row level security;
create policy see on kasane.erasure for select using (
    municipality_id = (select kasane.my_municipality())
    and ((select kasane.has_role('manager')) or (select kasane.has_role('auditor')) or kasane.sees_case(stream_id)));
create policy propose on kasane.erasure for insert with check (
    municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('manager')) and (select kasane.may_write()) and proposed_by = kasane.acting_user()
    and status = 'proposed' and ended_by is null);
create policy withdraw on kasane.erasure for update using (
    municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('manager')) and (select kasane.may_write()) and status = 'proposed')
    with check (status = 'withdrawn' and ended_by = kasane.acting_user());
grant select, insert on kasane.erasure to kasane_app;
grant update (status, ended_by, ended_at) on kasane.erasure to kasane_app;

-- What becomes of each table when a case is erased. Whoever adds a table that names a case says it here; a test asks.
create table kasane.erasure_way (
    table_name text primary key,
    way        text not null check (way in ('gone', 'emptied', 'stays')),
    why        text
);
insert into kasane.erasure_way (table_name, way, why)
select t, 'gone', null from unnest(array [
    'assessment', 'case_change', 'case_document', 'case_origin', 'closure', 'community_issue_case', 'consent', 'consultation_address',
    'consultation_concern', 'contact', 'decision', 'draft', 'ecomap_node', 'ecomap_tie', 'handover_note', 'household', 'household_member',
    'involved_agency', 'issued_paper', 'issued_paper_address', 'match_to_tell', 'meeting', 'meeting_attendee', 'meeting_draft',
    'member_address', 'member_concern', 'notification', 'open_task', 'outbox', 'outside_sheet', 'participation', 'participation_step',
    'person_key', 'plan', 'referral', 'resource_gap', 'review', 'role_allocation', 'role_report', 'stream_word', 'strength_sheet',
    'task_claim', 'watch', 'watch_check', 'webhook_event']) t
union all values
    ('submission', 'emptied', 'what was handed in goes, that it was stays'),
    ('consultation', 'emptied', 'when and through which window stays'),
    ('case_file', 'stays', 'its number, its days, who was responsible'),
    ('case_event', 'stays', 'ids and codes; goes with its month of the trail'),
    ('case_seat', 'stays', 'which agencies could see it'),
    ('deadline', 'stays', 'days, and whether they were kept'),
    ('erasure', 'stays', 'that, why and by whom it was erased'),
    ('roster_person', 'stays', 'of a list, which is kept for a time of its own'),
    ('roster_visit', 'stays', 'of a list, which is kept for a time of its own'),
    ('community_issue', 'stays', 'of a neighbourhood, not of a person'),
    ('community_issue_step', 'stays', 'of a neighbourhood, not of a person'),
    ('network_record', 'stays', 'of a meeting of its own'),
    ('sample_case', 'stays', 'the auditor''s work list'),
    ('case_export', 'stays', 'that somebody took a copy away, and why');
alter table kasane.erasure_way enable row level security;
create policy see on kasane.erasure_way for select using (true);
grant select on kasane.erasure_way to kasane_app;

-- Carries a proposal out: everything in one transaction, or nothing. Returns the documents whose files have to go, too.
create function kasane.carry_out_erasure(the_erasure uuid, the_time timestamptz) returns setof uuid
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    e             kasane.erasure;
    streams       uuid[];
    consultations uuid[];
    tasks         uuid[];
    sources       uuid[];
    documents     uuid[];
    left_over     text[];
    before        int;
    t             text;
    conditions    text;
    number        bigint;
    taken         jsonb := '{}';
begin
    select * into e from erasure where id = the_erasure for update;
    if e.id is null or e.municipality_id is distinct from my_municipality() or not has_role('manager') or not may_write() then
        raise exception using errcode = 'insufficient_privilege', message = 'only a manager of the municipality erases';
    end if;
    if e.status <> 'proposed' or e.proposed_by = acting_user() then
        raise exception using errcode = 'insufficient_privilege', message = 'somebody else than who proposed it carries it out, once';
    end if;
    if exists (select from case_file f where f.id = e.stream_id and f.phase <> 'closed')
       or exists (select from consultation c where c.id = e.stream_id and (c.status = 'received' or c.case_id is not null)) then
        raise exception using errcode = 'insufficient_privilege', message = 'what is open is not erased';
    end if;
    consultations := array(select id from consultation where id = e.stream_id or case_id = e.stream_id);
    streams := consultations || e.stream_id;
    -- Whoever is writing to one of them ends first, or begins afterwards and is refused.
    perform from stream where id = any (streams) order by id for no key update;
    tasks := array(select id from engine.user_task where case_id = e.stream_id or consultation_id = any (consultations));
    sources := consultations || array(select id from household_member where case_id = e.stream_id);
    documents := array(select id from case_document where case_id = e.stream_id);

    insert into audit.erased (stream_id, erasure_id, at)
    select s, the_erasure, the_time from (select distinct unnest(streams) as s) x on conflict do nothing;
    delete from audit.salt z using submission s, audit.entry a
    where s.stream_id = any (streams) and a.class = 'act' and a.kind = 'write' and a.what = 'submission' and a.stream_id = s.stream_id
      and a.refs ->> 'submission' = s.id::text and z.entry_id = a.id;
    update submission set data = '{}', facts = '{}', correction_reason = case when correction_reason is not null then '—' end,
        void_reason = case when void_reason is not null then '—' end, meeting_id = null where stream_id = any (streams);
    get diagnostics number = row_count;
    taken := taken || jsonb_build_object('submission', number);
    update consultation set subject_known = false, subject_name = null, subject_kana = null, subject_label = '—', story = '—', wishes = null,
        since = null, triage_reason = null, answer = null, consent_note = null, phone = null where id = any (consultations);
    update audit.case_export set note = null where case_id = e.stream_id;
    -- What other cases point at.
    update household_member set went_to = null where went_to = any (sources) and case_id <> e.stream_id;
    update consent set carried_from = null where case_id <> e.stream_id and carried_from in (select id from consent where case_id = e.stream_id);
    delete from match_answer where low_source = any (sources) or high_source = any (sources);

    -- In whatever order their references allow.
    left_over := array(select w.table_name from erasure_way w where w.way = 'gone' order by 1);
    while cardinality(left_over) > 0 loop
        before := cardinality(left_over);
        foreach t in array left_over loop
            select string_agg(case c.column_name when 'task_id' then 'x.task_id = any ($3)'
                                                 when 'case_id' then 'x.case_id = $1'
                                                 else format('x.%I = any ($2)', c.column_name) end, ' or ')
                into conditions
            from information_schema.columns c
            where c.table_schema = 'kasane' and c.table_name = t and c.column_name in ('case_id', 'consultation_id', 'stream_id', 'task_id');
            begin
                execute format('delete from kasane.%I x where %s', t, conditions) using e.stream_id, streams, tasks;
                get diagnostics number = row_count;
                taken := taken || jsonb_build_object(t, number);
                left_over := array_remove(left_over, t);
            exception when foreign_key_violation then
                null;
            end;
        end loop;
        if cardinality(left_over) = before then
            raise exception 'these tables hold each other: %', left_over;
        end if;
    end loop;
    update erasure set status = 'done', ended_by = acting_user(), ended_at = the_time,
        taken_out = (select jsonb_object_agg(k, v) from jsonb_each(taken) x (k, v) where v <> '0')
    where id = the_erasure;
    return query select unnest(documents);
end $$;
revoke execute on function kasane.carry_out_erasure(uuid, timestamptz) from public;
grant execute on function kasane.carry_out_erasure(uuid, timestamptz) to kasane_app;
