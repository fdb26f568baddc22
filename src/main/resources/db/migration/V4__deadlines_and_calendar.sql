-- When the office is open, how long a step may take, and what watches over a case that has no task at the moment.
-- No document gives a deadline in days (002 §0): what stands here as 'ours' is a first value of Kasane's and never law.

-- ── the business calendar ──────────────────────────────────────────────────────────────────────────────────────────

-- 国民の祝日 come from a library; the municipality adds to them and takes away from them here.
create table kasane.calendar_week (
    municipality_id uuid primary key references kasane.municipality,
    -- ISO: 1 Monday … 7 Sunday. Seven closed days would leave no day on which anything can be due.
    closed_weekdays int[] not null check (closed_weekdays <@ array [1, 2, 3, 4, 5, 6, 7] and cardinality(closed_weekdays) between 0 and 6),
    origin          text  not null default 'ours' check (origin in ('ours', 'municipality'))
);

create table kasane.calendar_yearly_closure (
    id              uuid primary key,
    municipality_id uuid not null references kasane.municipality,
    name            text not null check (length(name) between 1 and 60),
    -- Month and day, '12-29'; a closure that ends in an earlier month goes over the new year.
    from_day        text not null check (from_day ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'),
    to_day          text not null check (to_day ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'),
    origin          text not null default 'ours' check (origin in ('ours', 'municipality'))
);
create index on kasane.calendar_yearly_closure (municipality_id);

-- One day decided by the municipality: closed although it would be open, or open although it would be closed (a holiday the law
-- has moved, a Saturday with counters open). It has the last word over the week, the yearly closures and the holidays.
create table kasane.calendar_day (
    municipality_id uuid    not null references kasane.municipality,
    on_date         date    not null,
    open            boolean not null,
    name            text    not null check (length(name) between 1 and 60),
    primary key (municipality_id, on_date)
);

-- ── policies: on or off, unit, the ladder's rungs ──────────────────────────────────────────────────────────────────

alter table kasane.deadline_policy
    add column active    boolean not null default true,
    add column unit      text    not null default 'calendar' check (unit in ('calendar', 'business')),
    -- Days after the due date on which the lead (the accompanying agency's coordinators) hears of it; escalate_days: the manager.
    add column lead_days int     not null default 0 check (lead_days between 0 and 3650),
    add check (lead_days <= escalate_days),
    add check (remind_days <= 3650 and escalate_days <= 3650);

-- Who changed what and when; nobody changes it afterwards.
create table kasane.setting_change (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    -- deadline: the policy of the step `subject`; calendar: `subject` is week, yearly or day.
    kind            text        not null check (kind in ('deadline', 'calendar')),
    subject         text        not null,
    before          jsonb,
    after           jsonb,
    changed_at      timestamptz not null,
    changed_by      uuid        not null references kasane.app_user
);
create index on kasane.setting_change (municipality_id, kind, changed_at desc);

-- ── deadlines without a task ───────────────────────────────────────────────────────────────────────────────────────

alter table kasane.deadline
    alter column task_id drop not null,
    add column lead_at    timestamptz,
    -- From when the policy's days are counted; a planned date goes before them.
    add column from_at    timestamptz,
    add column planned_on date;
update kasane.deadline set lead_at = due_at, from_at = created_at;
alter table kasane.deadline
    alter column lead_at set not null,
    alter column from_at set not null;
-- A case waits for one thing of a kind at a time: the last contact is one, not many.
create unique index one_standing_deadline on kasane.deadline (case_id, step) where task_id is null and settled_at is null;
create index deadline_open_of_municipality on kasane.deadline (municipality_id) where settled_at is null;
comment on column kasane.deadline.task_id is 'null: a standing deadline, which watches over a case without asking for a task';

-- ── our first values, for steps a municipality has no policy for ───────────────────────────────────────────────────

create function kasane.add_default_settings(the_municipality uuid) returns void
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
                 ('Task_CheckWatch', 14, 3, 0, 14)) as d (step, due, remind, lead, escalate)
    on conflict (municipality_id, step) do nothing;
    insert into kasane.calendar_week (municipality_id, closed_weekdays) values (the_municipality, array [6, 7]) on conflict do nothing;
    insert into kasane.calendar_yearly_closure (id, municipality_id, name, from_day, to_day)
    select gen_random_uuid(), the_municipality, '年末年始', '12-29', '01-03'
    where not exists (select from kasane.calendar_yearly_closure c where c.municipality_id = the_municipality);
end;
comment on function kasane.add_default_settings is 'Run when a municipality is loaded, after the values of its profile: fills what that leaves open.';
revoke execute on function kasane.add_default_settings from public;

select kasane.add_default_settings(id) from kasane.municipality;

-- ── who may ────────────────────────────────────────────────────────────────────────────────────────────────────────

create function kasane.may_set() returns boolean
    language sql stable
    return kasane.has_role('manager', 'admin');
comment on function kasane.may_set is 'Deadlines and the calendar are settings of the municipality: its managers and administrators change them.';

do $$
declare
    t text;
begin
    foreach t in array array ['calendar_week', 'calendar_yearly_closure', 'calendar_day', 'setting_change'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role(''system'')))', t);
    end loop;
    foreach t in array array ['calendar_week', 'calendar_yearly_closure', 'calendar_day', 'setting_change', 'deadline_policy'] loop
        execute format('create policy add on kasane.%I for insert with check ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()))', t);
    end loop;
    foreach t in array array ['calendar_week', 'calendar_yearly_closure', 'calendar_day', 'deadline_policy'] loop
        execute format('create policy change on kasane.%I for update using ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()))', t);
    end loop;
    foreach t in array array ['calendar_yearly_closure', 'calendar_day'] loop
        execute format('create policy remove on kasane.%I for delete using ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()))', t);
    end loop;
end $$;
grant select, insert, update on kasane.calendar_week, kasane.calendar_yearly_closure, kasane.calendar_day to kasane_app;
grant delete on kasane.calendar_yearly_closure, kasane.calendar_day to kasane_app;
grant select, insert on kasane.setting_change to kasane_app;
-- A rung that was noted and not told yet is forgotten when the deadline moves away from it.
grant delete on kasane.deadline_escalation to kasane_app;
create policy remove on kasane.deadline_escalation for delete using ((select kasane.may_write()));
