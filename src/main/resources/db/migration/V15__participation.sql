-- 参加支援 (法106条の4 第2項2号): what a person would like to do, a place that fits, the first weeks there, and looking in now and then.
-- Places are 社会資源 of the municipality: whether they take somebody in as 参加者 or as 活動者, and what there is to do, is asked of
-- them and asked again every year (002, L4977-4995, L4531-4535).

create table kasane.resource (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    name            text        not null check (length(name) between 1 and 100),
    kind            text        not null check (kind in ('place', 'work', 'volunteering', 'learning', 'living', 'other')),
    -- who answers for it, if it is one of the agencies
    agency_id       uuid references kasane.agency,
    -- participant 参加者, contributor 活動者 (002, L4981-4995)
    accepts         text[]      not null check (accepts <@ array ['participant', 'contributor'] and cardinality(accepts) > 0),
    tasks           text        not null default '' check (length(tasks) <= 2000),
    hours           text        not null default '' check (length(hours) <= 200),
    place           text        not null default '' check (length(place) <= 200),
    contact         text        not null default '' check (length(contact) <= 200),
    -- when it was last asked whether all this still holds
    surveyed_on     date,
    active          boolean     not null default true,
    created_at      timestamptz not null,
    unique (municipality_id, name)
);

create table kasane.participation (
    id               uuid primary key,
    municipality_id  uuid        not null references kasane.municipality,
    case_id          uuid        not null references kasane.case_file,
    member_id        uuid        not null references kasane.household_member,
    submission_id    uuid        not null unique references kasane.submission,
    -- the plan that was in force when it began: 参加支援 is possible, and in 墨田 counted, without one (002, L5004-5007)
    plan_id          uuid references kasane.plan,
    need             text        not null,
    consideration    text,
    -- 本人の同意や意向を把握した上で (002, L5004-5007)
    intention        text        not null,
    status           text        not null default 'seeking' check (status in ('seeking', 'trying', 'settled', 'ended', 'voided')),
    resource_id      uuid references kasane.resource,
    -- where it is none of the list
    place            text,
    joins_as         text check (joins_as in ('participant', 'contributor')),
    starts_on        date,
    -- when somebody looks again: for a place, or how it goes
    look_on          date,
    matched_at       timestamptz,
    settled_at       timestamptz,
    ended_at         timestamptz,
    end_reason       text,
    ordered_seat     int,
    started_at       timestamptz not null,
    started_by       uuid        not null references kasane.app_user,
    check (status not in ('trying', 'settled') or resource_id is not null or place is not null),
    check ((status in ('ended', 'voided')) = (ended_at is not null))
);
create index on kasane.participation (case_id);
create index on kasane.participation (member_id);

create table kasane.participation_step (
    id               uuid primary key,
    municipality_id  uuid        not null references kasane.municipality,
    case_id          uuid        not null references kasane.case_file,
    participation_id uuid        not null references kasane.participation,
    submission_id    uuid        not null unique references kasane.submission,
    outcome          text        not null check (outcome in ('found', 'seeking', 'missing', 'stop', 'settled', 'continue', 'elsewhere', 'ended')),
    observation      text        not null,
    look_on          date,
    recorded_at      timestamptz not null,
    recorded_by      uuid        not null references kasane.app_user,
    voided_at        timestamptz
);
create index on kasane.participation_step (participation_id, recorded_at);

-- 不足する社会資源: what was looked for and is not there. Cases tell it, no name does (002, L1205-1209, L4496-4505).
create table kasane.resource_gap (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    submission_id   uuid        not null unique references kasane.submission,
    gap             text        not null,
    noticed_at      timestamptz not null,
    voided_at       timestamptz
);

do $$
declare
    t text;
begin
    foreach t in array array ['participation', 'participation_step', 'resource_gap'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using (kasane.sees_case(case_id))', t);
        execute format('create policy add on kasane.%I for insert with check ((select kasane.may_write()) and kasane.sees_case(case_id))', t);
        execute format('create policy change on kasane.%I for update using ((select kasane.may_write()) and kasane.sees_case(case_id))', t);
        execute format('grant select, insert, update on kasane.%I to kasane_app', t);
    end loop;
end $$;

alter table kasane.resource enable row level security;
create policy see on kasane.resource for select
    using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role('system')));
create policy add on kasane.resource for insert
    with check ((select kasane.has_role('coordinator', 'manager')) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.resource for update
    using ((select kasane.has_role('coordinator', 'manager')) and municipality_id = (select kasane.my_municipality()));
grant select, insert, update on kasane.resource to kasane_app;
