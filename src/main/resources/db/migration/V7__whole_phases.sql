-- What the eight phases need to be whole: plans that start at once, roles and invitations that live on their own, a watch
-- after closure, changes from outside, the strength sheet. Who sees it follows from the case, as everywhere.

-- ── the case ───────────────────────────────────────────────────────────────────────────────────────────────────────

-- 見守り: closed, and yet somebody looks again on a day that is never empty.
alter table kasane.case_file
    drop constraint case_file_phase_check,
    drop constraint case_file_check,
    add column watch_on date,
    add constraint case_file_phase_check check (phase in ('assessment', 'meeting', 'outreach', 'plan', 'monitoring', 'closure', 'watch', 'closed')),
    add constraint closed_has_a_date check ((phase in ('watch', 'closed')) = (closed_at is not null)),
    add constraint watched_has_a_date check ((phase = 'watch') = (watch_on is not null));

-- The engine's instance a submission belongs to: an invitation or a role is an instance of its own.
alter table kasane.submission add column instance_key text;

-- Whether the person let the application be shared, asked when the consultation is received (相談受付・申込票, 002, L6133-37).
alter table kasane.consultation
    add column consent_state text not null default 'unasked' check (consent_state in ('given', 'refused', 'unasked')),
    add column consent_note text,
    add column phone text;

-- ── plans and roles ────────────────────────────────────────────────────────────────────────────────────────────────

alter table kasane.plan
    drop constraint plan_status_check,
    -- started: support began at once, the meeting ratifies later. stopped: consent was withdrawn.
    add constraint plan_status_check check (status in ('draft', 'reviewed', 'started', 'decided', 'returned', 'superseded', 'stopped')),
    add column path text not null default 'meeting' check (path in ('meeting', 'start', 'skip')),
    add column path_reason text,
    add column started_on date,
    add column ratified_on date,
    add column stopped_on date,
    add column stop_reason text;

alter table kasane.role_allocation
    add column status text not null default 'planned' check (status in ('planned', 'asked', 'accepted', 'declined', 'done', 'ended')),
    -- The case's seat for which its instance was ordered: one instance per seating, however often the job runs.
    add column ordered_seat int,
    add column contact_person text,
    add column answer_note text,
    add column answered_at timestamptz,
    add column answered_by uuid references kasane.app_user,
    add column next_report_on date,
    add column ended_at timestamptz,
    add column end_reason text check (end_reason in ('plan', 'consent', 'closed', 'done', 'declined'));

create table kasane.role_report (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    role_id         uuid        not null references kasane.role_allocation,
    submission_id   uuid        not null unique references kasane.submission,
    progress        text        not null,
    result          text        not null check (result in ('continue', 'difficult', 'done')),
    next_on         date,
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user,
    check ((result = 'done') = (next_on is null))
);
create index on kasane.role_report (case_id);

-- ── meetings ───────────────────────────────────────────────────────────────────────────────────────────────────────

alter table kasane.meeting
    drop constraint meeting_status_check,
    add constraint meeting_status_check check (status in ('proposed', 'convened', 'postponed', 'held', 'cancelled'));

alter table kasane.meeting_attendee
    add column ordered_seat int,
    -- Called by telephone or letter: somebody else entered the answer.
    add column by_hand boolean not null default false;

-- ── support ────────────────────────────────────────────────────────────────────────────────────────────────────────

alter table kasane.closure
    add column watch_on date,
    add constraint watch_has_a_date check (not watch or watch_on is not null);

create table kasane.watch_check (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    submission_id   uuid        not null unique references kasane.submission,
    checked_on      date        not null,
    observation     text        not null,
    outcome         text        not null check (outcome in ('continue', 'reopen', 'end')),
    next_on         date,
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user
);
create index on kasane.watch_check (case_id);

-- What happened outside of any task and changed, or might have changed, the case's way.
create table kasane.case_change (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    submission_id   uuid        not null unique references kasane.submission,
    kind            text        not null check (kind in ('consent', 'urgent', 'moving', 'member', 'reopening')),
    occurred_on     date        not null,
    note            text,
    phase_before    text        not null,
    phase_after     text        not null,
    -- Codes and ids of what it stopped: [{"kind":"plan","id":…}]
    stopped         jsonb       not null default '[]',
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user
);
create index on kasane.case_change (case_id);

-- ９マスシート: the issue in the middle, strengths and resources around it (002, L5797-5803).
create table kasane.strength_sheet (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    submission_id   uuid        not null unique references kasane.submission,
    version         int         not null,
    centre          text        not null,
    cells           text[]      not null check (cardinality(cells) = 8),
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user,
    unique (case_id, version)
);

do $$
declare
    t text;
begin
    foreach t in array array ['role_report', 'watch_check', 'case_change', 'strength_sheet'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using (kasane.sees_case(case_id))', t);
        execute format('create policy add on kasane.%I for insert with check ((select kasane.may_write()) and kasane.sees_case(case_id))', t);
        execute format('create policy change on kasane.%I for update using ((select kasane.may_write()) and kasane.sees_case(case_id))', t);
        execute format('grant select, insert, update on kasane.%I to kasane_app', t);
    end loop;
end $$;

-- ── 訂正・取消: what was recorded stays, what took its place stands beside it ──────────────────────────────────────────

alter table kasane.submission
    add column corrects uuid references kasane.submission,
    add column correction_reason text,
    add column voided_at timestamptz,
    add column voided_by uuid references kasane.app_user,
    add column void_reason text,
    add constraint correction_has_a_reason check (corrects is null or correction_reason is not null),
    add constraint void_has_a_reason check ((voided_at is null) = (void_reason is null));
-- Two corrections of one step at once: one wins.
create unique index one_correction on kasane.submission (corrects);

do $$
declare
    t text;
begin
    foreach t in array array ['assessment', 'plan', 'contact', 'review', 'closure', 'consent', 'case_change', 'strength_sheet', 'watch_check',
                              'role_report'] loop
        execute format('alter table kasane.%I add column voided_at timestamptz', t);
    end loop;
end $$;

-- ── the engine is disposable: at which broker the open cases were seated ────────────────────────────────────────────

create table engine.seated_epoch (
    epoch     uuid primary key,
    seated_at timestamptz not null default now()
);
comment on table engine.seated_epoch is 'Brokers at which every open case was started once. Another one knows of none of them.';
insert into engine.seated_epoch (epoch) select epoch from engine.epoch where current;
alter table engine.seated_epoch enable row level security;
create policy see on engine.seated_epoch for select using ((select kasane.has_role('system', 'auditor', 'admin')));
create policy add on engine.seated_epoch for insert with check ((select kasane.has_role('system')));
grant select, insert on engine.seated_epoch to kasane_app;

-- ── who is asked: a task of an invitation or a role belongs to the agency that was invited or has the role ─────────

create function kasane.audience_of_agency(the_municipality uuid, the_agency uuid, the_role text, otherwise uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return coalesce(
        (select kasane.audience_id(the_municipality, w.role, the_agency)
         from (values (0, the_role), (1, 'member'), (2, 'coordinator'), (3, 'manager'), (4, 'reception')) w (n, role)
         where exists (select from kasane.holders(the_municipality, w.role, the_agency))
         order by w.n limit 1),
        otherwise);
comment on function kasane.audience_of_agency is 'Those of an agency who may answer for it, first those with the role; where nobody of it works with Kasane, somebody who calls it by telephone.';

-- A task for nobody is a case that is lost: a window without reception staff, an agency that takes a case over and does not work
-- with Kasane. Only what a manager decides falls to nobody else.
create or replace function kasane.task_audience(candidate_group text, the_case uuid, the_consultation uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (
        select case candidate_group
            when 'reception' then kasane.audience_of_agency(s.municipality_id,
                (select c.agency_id from kasane.consultation c
                 where c.id = the_consultation or (the_consultation is null and c.case_id = the_case) limit 1),
                'reception', kasane.audience_id(s.municipality_id, 'coordinator', m.coordinating_agency_id))
            when 'member' then kasane.audience_of_agency(s.municipality_id,
                (select f.receiving_agency_id from kasane.case_file f where f.id = the_case),
                'member', kasane.audience_id(s.municipality_id, 'coordinator',
                    coalesce((select f.coordinating_agency_id from kasane.case_file f where f.id = the_case), m.coordinating_agency_id)))
            when 'coordinator' then kasane.audience_id(s.municipality_id, 'coordinator',
                coalesce((select f.coordinating_agency_id from kasane.case_file f where f.id = the_case), m.coordinating_agency_id))
            else kasane.audience_id(s.municipality_id, candidate_group, m.responsible_agency_id)
        end
        from kasane.stream s join kasane.municipality m on m.id = s.municipality_id
        where s.id = coalesce(the_case, the_consultation)
    );

create function kasane.address_task() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    the_id uuid;
    found  uuid;
begin
    if new.process_id not in ('invitation', 'role') then
        return new;
    end if;
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
    new.audience_id := coalesce(found, new.audience_id);
    return new;
end $$;
create trigger address_task before insert or update of audience_id on engine.user_task
    for each row execute function kasane.address_task();

-- A role of a plan that began, decided already or to be ratified, is a seat; one of a draft is not.
create or replace function kasane.seat_roles() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if new.status in ('decided', 'started') then
        perform kasane.take_seat(new.case_id, new.municipality_id, r.agency_id, 'role')
        from kasane.role_allocation r where r.plan_id = new.id and r.status not in ('declined', 'ended');
    end if;
    return new;
end $$;

-- Who no longer has a role, or whom consent no longer covers, leaves the seat that came from it. A seat in a 支援会議 is
-- statutory and stays (法106条の6).
create function kasane.seats_follow_roles(the_case uuid, covered uuid[]) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    update kasane.case_seat s set until = now()
    where s.case_id = the_case and s.until is null and s.reason = 'role'
      and not exists (select from kasane.role_allocation r join kasane.plan p on p.id = r.plan_id
                      where r.case_id = the_case and r.agency_id = s.agency_id and r.status not in ('declined', 'ended')
                        and p.status in ('decided', 'started'));
    update kasane.case_seat s set until = now()
    where covered is not null and s.case_id = the_case and s.until is null and s.reason = 'meeting' and not s.agency_id = any (covered)
      and not exists (select from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id
                      where a.case_id = the_case and a.agency_id = s.agency_id and m.meeting_type = 'support' and a.invited_at is not null);
end;
comment on function kasane.seats_follow_roles is 'covered: agencies that consent still covers; null where consent did not change.';
