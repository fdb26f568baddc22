-- 地域課題: what cases show that the area lacks. Raised by cases (which of them, only who sees the case knows), put to a body, made into a
-- new resource or a proposal, and told back to those who raised it (002, L1205-1209, L3849-3855, L4441-4449). It names nobody.

create table kasane.community_issue (
    id               uuid primary key references kasane.stream,
    municipality_id  uuid        not null references kasane.municipality,
    number           text        not null,
    title            text        not null,
    description      text        not null,
    area_id          uuid references kasane.area,
    -- sorting: being put in order; deliberation: put to a body; building: a resource is made; reply: a proposal was made; kept: more
    -- cases are waited for; settled
    status           text        not null default 'sorting'
                     check (status in ('sorting', 'deliberation', 'building', 'reply', 'kept', 'settled')),
    body_id          uuid references kasane.meeting_body,
    question         text,
    outcome          text check (outcome in ('existing', 'resource', 'adopted', 'partly', 'declined', 'none', 'stopped')),
    resource_id      uuid references kasane.resource,
    raised_at        timestamptz not null,
    raised_by        uuid        not null references kasane.app_user,
    agency_id        uuid        not null references kasane.agency,
    unique (municipality_id, number)
);

-- The way it went, one row per step.
create table kasane.community_issue_step (
    id               uuid primary key,
    municipality_id  uuid        not null references kasane.municipality,
    issue_id         uuid        not null references kasane.community_issue,
    submission_id    uuid        not null unique references kasane.submission,
    step             text        not null check (step in ('sort', 'deliberate', 'build', 'reply')),
    outcome          text        not null,
    said             text        not null,
    happened_on      date,
    recorded_at      timestamptz not null,
    recorded_by      uuid        not null references kasane.app_user,
    voided_at        timestamptz
);
create index on kasane.community_issue_step (issue_id, recorded_at);

create table kasane.community_issue_case (
    issue_id         uuid        not null references kasane.community_issue,
    case_id          uuid        not null references kasane.case_file,
    municipality_id  uuid        not null references kasane.municipality,
    submission_id    uuid        not null references kasane.submission,
    raised_at        timestamptz not null,
    raised_by        uuid        not null references kasane.app_user,
    primary key (issue_id, case_id)
);
create index on kasane.community_issue_case (case_id);

create table kasane.community_issue_number (
    municipality_id uuid not null references kasane.municipality,
    fiscal_year     int  not null,
    last_number     int  not null,
    primary key (municipality_id, fiscal_year)
);

alter table kasane.community_issue enable row level security;
create policy see on kasane.community_issue for select
    using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role('system')));
create policy add on kasane.community_issue for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.community_issue for update
    using ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
alter table kasane.community_issue_step enable row level security;
create policy see on kasane.community_issue_step for select
    using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role('system')));
create policy add on kasane.community_issue_step for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.community_issue_step for update
    using ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
alter table kasane.community_issue_number enable row level security;
create policy use on kasane.community_issue_number
    using (municipality_id = (select kasane.my_municipality())) with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
-- Which case it was is the case's secret.
alter table kasane.community_issue_case enable row level security;
create policy see on kasane.community_issue_case for select using (kasane.sees_case(case_id));
create policy add on kasane.community_issue_case for insert with check ((select kasane.may_write()) and kasane.sees_case(case_id));
create policy remove on kasane.community_issue_case for delete using ((select kasane.may_write()) and kasane.sees_case(case_id));
grant select, insert, update on kasane.community_issue, kasane.community_issue_step, kasane.community_issue_number to kasane_app;
grant select, insert, delete on kasane.community_issue_case to kasane_app;

-- How many, and nothing else, is everybody's to know.
create function kasane.cases_of_issue(the_issue uuid) returns bigint
    language sql stable security definer set search_path = kasane, pg_temp
    return (select count(*) from kasane.community_issue_case c where c.issue_id = the_issue);

-- Who raised it hears what became of it, and whoever raised it for a case.
create function kasane.raisers_of_issue(the_issue uuid) returns setof uuid
    language sql stable security definer set search_path = kasane, pg_temp
begin atomic
    select i.raised_by from kasane.community_issue i where i.id = the_issue
    union select c.raised_by from kasane.community_issue_case c where c.issue_id = the_issue
    union select r.user_id from kasane.community_issue i join kasane.agency_area a on a.area_id = i.area_id
          join kasane.role_assignment r on r.agency_id = a.agency_id and r.role in ('coordinator', 'member')
          where i.id = the_issue and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date);
end;

create or replace function kasane.matter_title(the_matter uuid) returns text
    language sql stable
    return (select i.number || ' ' || i.title from kasane.community_issue i where i.id = the_matter);
