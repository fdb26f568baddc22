-- What is neither a case nor a consultation and is carried by a process all the same: a 地域課題, a sitting of a 定例会議, one visit of a
-- 名簿訪問. Each has a stream of its own (one line of events, one lock, one place in the outbox), and is called a matter here.
alter table kasane.stream drop constraint stream_kind_check;
alter table kasane.stream add constraint stream_kind_check
    check (kind in ('case', 'consultation', 'community-issue', 'network-meeting', 'roster-visit'));

-- Set when a matter is over; a case and a consultation know it themselves.
alter table kasane.stream add column over_at timestamptz;

alter table kasane.submission add column matter_id uuid references kasane.stream;
alter table kasane.case_event add column matter_id uuid references kasane.stream;
alter table kasane.deadline add column matter_id uuid references kasane.stream;
alter table kasane.notification add column matter_id uuid references kasane.stream;
alter table kasane.webhook_event add column matter_id uuid references kasane.stream;
create index on kasane.submission (matter_id) where matter_id is not null;
create index on kasane.case_event (matter_id) where matter_id is not null;

-- The engine says whose instance it is with the variable matterId, as it does with caseId and consultationId.
alter table engine.process_instance add column matter_id uuid;
alter table engine.user_task add column matter_id uuid;
create index on engine.process_instance (matter_id) where matter_id is not null;
create index on engine.user_task (matter_id) where matter_id is not null;

create or replace function engine.hear_earlier_variables() returns trigger
    language plpgsql set search_path = engine, pg_temp as $$
declare
    said jsonb;
begin
    select jsonb_object_agg(v.name, v.value::jsonb) into said from variable v
    where v.process_instance_key = new.key and v.name in ('caseId', 'consultationId', 'matterId', 'instanceKey')
      and v.epoch = new.epoch and v.scope_key = new.key and v.value is not null;
    if said is not null then
        new.case_id := coalesce(new.case_id, engine.as_uuid(said ->> 'caseId'));
        new.consultation_id := coalesce(new.consultation_id, engine.as_uuid(said ->> 'consultationId'));
        new.matter_id := coalesce(new.matter_id, engine.as_uuid(said ->> 'matterId'));
        new.instance_key := coalesce(new.instance_key, said ->> 'instanceKey');
    end if;
    return new;
end $$;

create function engine.hear_matter() returns trigger
    language plpgsql set search_path = engine, pg_temp as $$
begin
    update process_instance set matter_id = engine.as_uuid(new.value::jsonb #>> '{}')
    where epoch = new.epoch and key = new.process_instance_key;
    return null;
end $$;
create trigger hear_matter after insert or update of value on engine.variable for each row
    when (new.name = 'matterId' and new.scope_key = new.process_instance_key and new.value is not null)
    execute function engine.hear_matter();

-- ── who sees a matter ──────────────────────────────────────────────────────────────────────────────────────────────

-- The modules that keep matters say who sees one of theirs (replaced where a kind of matter comes in).
create function kasane.sees_matter(the_matter uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (
        select from kasane.stream s
        where s.id = the_matter and s.kind not in ('case', 'consultation')
          and (kasane.has_role('system') or s.municipality_id = kasane.my_municipality() and s.kind in ('community-issue', 'network-meeting')
               and kasane.has_role('reception', 'coordinator', 'member', 'manager', 'auditor')));
comment on function kasane.sees_matter is 'What concerns the whole area and names nobody is seen by everybody who works here.';

-- What a matter is called on a list; as far as the acting user may see it. Replaced where a kind of matter comes in.
create function kasane.matter_title(the_matter uuid) returns text
    language sql stable
    return null;

-- To whom a task of a matter is addressed.
create function kasane.matter_audience(the_group text, the_matter uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select case the_group
                when 'coordinator' then kasane.audience_id(s.municipality_id, 'coordinator', m.coordinating_agency_id)
                else kasane.audience_id(s.municipality_id, the_group, m.responsible_agency_id) end
            from kasane.stream s join kasane.municipality m on m.id = s.municipality_id where s.id = the_matter);

create or replace function kasane.address_task() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    the_id uuid;
    found  uuid;
begin
    if new.case_id is null and new.consultation_id is null then
        select i.matter_id, s.municipality_id into new.matter_id, new.municipality_id
        from engine.process_instance i join kasane.stream s on s.id = i.matter_id
        where i.epoch = new.epoch and i.key = new.process_instance_key;
        found := kasane.matter_audience(new.candidate_groups[1], new.matter_id);
    elsif new.process_id = 'referral' and new.candidate_groups[1] = 'member' then
        select kasane.audience_of_agency(r.municipality_id, r.to_agency_id, 'member',
                   kasane.task_audience('reception', null, r.consultation_id)) into found
        from kasane.referral r where r.consultation_id = new.consultation_id and r.status = 'sent';
    elsif new.process_id in ('invitation', 'role') then
        select engine.as_uuid(i.instance_key) into the_id from engine.process_instance i
        where i.epoch = new.epoch and i.key = new.process_instance_key;
        if new.process_id = 'invitation' then
            select kasane.audience_of_agency(a.municipality_id, a.agency_id, 'member', kasane.audience_id(a.municipality_id,
                       case m.meeting_type when 'support' then 'manager' else 'coordinator' end, m.convener_id)) into found
            from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id where a.id = the_id;
        else
            select kasane.audience_of_agency(r.municipality_id, r.agency_id, 'member',
                       kasane.audience_id(r.municipality_id, 'coordinator', f.coordinating_agency_id)) into found
            from kasane.role_allocation r join kasane.case_file f on f.id = r.case_id where r.id = the_id;
        end if;
    end if;
    new.audience_id := coalesce(found, new.audience_id);
    return new;
end $$;

drop policy see on kasane.submission;
create policy see on kasane.submission for select using (
    (kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id) or kasane.sees_matter(matter_id))
    and (meeting_id is null or kasane.sees_meeting(meeting_id))
    and (not concealed or submitted_by = kasane.acting_user() or kasane.sees_concealed(case_id) or kasane.sees_concealed_of(consultation_id)));
drop policy change on kasane.submission;
create policy change on kasane.submission for update using (
    (select kasane.may_write()) and (kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id) or kasane.sees_matter(matter_id)));
drop policy see on kasane.case_event;
create policy see on kasane.case_event for select
    using (kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id) or kasane.sees_matter(matter_id));
drop policy see on kasane.deadline;
create policy see on kasane.deadline for select using (
    (select kasane.has_role('system')) or kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id) or kasane.sees_matter(matter_id));
drop policy see on engine.user_task;
create policy see on engine.user_task for select using (
    (select kasane.has_role('system')) or audience_id = any ((select kasane.audiences())::uuid[])
    or kasane.sees_case(case_id) or kasane.sees_matter(matter_id));
drop policy see on engine.process_instance;
create policy see on engine.process_instance for select using (
    (select kasane.has_role('system', 'auditor', 'manager', 'admin')) or kasane.sees_case(case_id)
    or kasane.sees_consultation(consultation_id) or kasane.sees_matter(matter_id));
