-- 定例会議: a body of kind network meets by its calendar, with an agenda that closes at the sitting's cut-off; where the municipality does
-- so, without a case and without an agenda, too (中野; 002, L4441-4449). The body is the matter: its stream has the body's id.

alter table kasane.sitting add column agenda_closed_at timestamptz;

create table kasane.agenda_item (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    body_id         uuid        not null references kasane.meeting_body,
    -- the sitting it was put to, from the cut-off on
    sitting_id      uuid references kasane.sitting,
    title           text        not null check (length(title) between 1 and 80),
    detail          text        not null default '' check (length(detail) <= 2000),
    -- a 地域課題 that was put to the body
    issue_id        uuid references kasane.community_issue,
    agency_id       uuid references kasane.agency,
    submitted_by    uuid        not null references kasane.app_user,
    submitted_at    timestamptz not null,
    status          text        not null default 'open' check (status in ('open', 'dealt', 'withdrawn')),
    said            text
);
create index on kasane.agenda_item (body_id, status);
create unique index one_item_per_open_issue on kasane.agenda_item (body_id, issue_id) where status = 'open';

create table kasane.network_record (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    body_id         uuid        not null references kasane.meeting_body,
    sitting_id      uuid        not null references kasane.sitting,
    -- null: not held for want of an agenda, which nobody had to record
    submission_id   uuid references kasane.submission,
    outcome         text        not null check (outcome in ('held', 'cancelled', 'no-agenda')),
    happened_on     date,
    attendees       uuid[]      not null default '{}',
    minutes         text,
    reason          text,
    feedback        text,
    recorded_at     timestamptz not null,
    recorded_by     uuid references kasane.app_user,
    voided_at       timestamptz
);
create unique index one_record_per_sitting on kasane.network_record (sitting_id) where voided_at is null;

do $$
declare
    t text;
begin
    foreach t in array array ['agenda_item', 'network_record'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role(''system'')))', t);
        execute format('create policy add on kasane.%I for insert with check ((select kasane.may_write()) and (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role(''system''))))', t);
        execute format('create policy change on kasane.%I for update using ((select kasane.may_write()) and (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role(''system''))))', t);
        execute format('grant select, insert, update on kasane.%I to kasane_app', t);
    end loop;
end $$;

create or replace function kasane.matter_title(the_matter uuid) returns text
    language sql stable
    return coalesce((select i.number || ' ' || i.title from kasane.community_issue i where i.id = the_matter),
                    (select b.name from kasane.meeting_body b where b.id = the_matter));

-- Whoever convenes a body records what was said at it; where nobody of that agency works with Kasane, the section does.
create or replace function kasane.matter_audience(the_group text, the_matter uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select case
                when s.kind = 'network-meeting' then kasane.audience_of_agency(s.municipality_id,
                    (select b.convener_id from kasane.meeting_body b where b.id = s.id), 'manager',
                    kasane.audience_id(s.municipality_id, 'manager', m.responsible_agency_id))
                when the_group = 'coordinator' then kasane.audience_id(s.municipality_id, 'coordinator', m.coordinating_agency_id)
                else kasane.audience_id(s.municipality_id, the_group, m.responsible_agency_id) end
            from kasane.stream s join kasane.municipality m on m.id = s.municipality_id where s.id = the_matter);

-- First values of ours for the steps of V11 to V19, as everywhere (002 §0: no document gives a deadline in days).
create or replace function kasane.add_default_settings(the_municipality uuid) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    insert into kasane.deadline_policy (id, municipality_id, step, due_days, remind_days, lead_days, escalate_days)
    select gen_random_uuid(), the_municipality, d.step, d.due, d.remind, d.lead, d.escalate
    from (values ('Watch_Silence', 30, 0, 7, 21),
                 ('Watch_Ratification', 14, 3, 0, 7),
                 ('Watch_AfterClosure', 90, 7, 7, 21),
                 ('Task_AnswerInvitation', 5, 2, 0, 3),
                 ('Task_WriteStrengthSheet', 14, 3, 0, 7),
                 ('Task_AcceptRole', 7, 2, 0, 5),
                 ('Task_ReportRole', 14, 3, 0, 14),
                 ('Task_CheckWatch', 14, 3, 0, 14),
                 ('Task_AnswerReferral', 7, 2, 0, 3),
                 ('Task_ConsiderProposal', 14, 3, 0, 7),
                 ('Task_MatchPlace', 30, 7, 0, 14),
                 ('Task_FollowPlace', 14, 3, 0, 14),
                 ('Task_SortIssue', 30, 7, 0, 14),
                 ('Task_DeliberateIssue', 90, 14, 0, 30),
                 ('Task_BuildResource', 180, 30, 0, 60),
                 ('Task_RecordReply', 90, 14, 0, 30),
                 ('Task_HoldNetwork', 30, 7, 0, 14)) as d (step, due, remind, lead, escalate)
    on conflict (municipality_id, step) do nothing;
    insert into kasane.calendar_week (municipality_id, closed_weekdays) values (the_municipality, array [6, 7]) on conflict do nothing;
    insert into kasane.calendar_yearly_closure (id, municipality_id, name, from_day, to_day)
    select gen_random_uuid(), the_municipality, '年末年始', '12-29', '01-03'
    where not exists (select from kasane.calendar_yearly_closure c where c.municipality_id = the_municipality);
end;

select kasane.add_default_settings(id) from kasane.municipality;
