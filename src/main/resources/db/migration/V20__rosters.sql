-- 名簿訪問: the people on a list (地域見守り名簿, the addresses of a survey) are visited one by one, some together with somebody else, and what
-- was heard is noted; where something is amiss it becomes a consultation (江戸川区 001, L16051-16055; 市貝町 001, L11002-11006: 210 names,
-- 206 surveyed, 41 with a nurse). One matter per person.

-- V16 foresaw it under another name; no matter of that kind was ever opened. The kind is the id of its process.
alter table kasane.stream drop constraint stream_kind_check;
alter table kasane.stream add constraint stream_kind_check
    check (kind in ('case', 'consultation', 'community-issue', 'network-meeting', 'roster-outreach'));

create table kasane.roster (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    name            text        not null check (length(name) between 1 and 80),
    purpose         text        not null default '' check (length(purpose) <= 2000),
    -- who visits, unless a row names another agency
    agency_id       uuid        not null references kasane.agency,
    created_at      timestamptz not null,
    created_by      uuid        not null references kasane.app_user,
    unique (municipality_id, name)
);

create table kasane.roster_person (
    id              uuid primary key references kasane.stream,
    municipality_id uuid        not null references kasane.municipality,
    roster_id       uuid        not null references kasane.roster,
    -- 番号 of the list where it has one, else made of name, birth date and address: the same file twice changes nothing
    row_key         text        not null,
    position        int         not null,
    -- as written in the file, never normalised (行政事務標準文字)
    name            text        not null,
    kana            text,
    birth_date      date,
    address         text        not null,
    phone           text,
    note            text,
    agency_id       uuid        not null references kasane.agency,
    -- what the last visit that still counts says: again = nobody was there; off = taken off the list
    status          text        not null default 'listed'
                    check (status in ('listed', 'again', 'met', 'refused', 'left', 'consultation', 'off')),
    -- when the next visit is planned, and with whom
    visit_on        date,
    companion       text check (length(companion) <= 100),
    consultation_id uuid references kasane.consultation,
    off_reason      text check (length(off_reason) <= 500),
    off_at          timestamptz,
    off_by          uuid references kasane.app_user,
    unique (roster_id, row_key),
    check ((status = 'off') = (off_at is not null))
);
create index on kasane.roster_person (roster_id, position);

create table kasane.roster_import (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    roster_id       uuid        not null references kasane.roster,
    file_name       text        not null,
    rows            int         not null,
    added           int         not null,
    already         int         not null,
    refused         int         not null,
    -- letters of the columns that are none of the list's: their headings are not kept, they may be somebody's name
    ignored_columns text[]      not null default '{}',
    imported_at     timestamptz not null,
    imported_by     uuid        not null references kasane.app_user
);
create index on kasane.roster_import (roster_id, imported_at);

-- Row and reason; never what stood there.
create table kasane.roster_import_error (
    import_id       uuid not null references kasane.roster_import,
    municipality_id uuid not null references kasane.municipality,
    row_number      int  not null,
    field           text not null,
    reason          text not null,
    primary key (import_id, row_number, field)
);

create table kasane.roster_visit (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    person_id       uuid        not null references kasane.roster_person,
    submission_id   uuid        not null unique references kasane.submission,
    visited_on      date        not null,
    companion       text,
    outcome         text        not null check (outcome in ('met', 'absent', 'refused', 'left', 'concern')),
    observation     text        not null,
    next_on         date,
    consultation_id uuid references kasane.consultation,
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user,
    voided_at       timestamptz
);
create index on kasane.roster_visit (person_id, recorded_at);

-- ── who sees a list ────────────────────────────────────────────────────────────────────────────────────────────────
-- A list holds names and addresses of people nobody has talked to yet: whoever visits them sees them, whoever keeps the list, and the
-- section. Administrators see none of it.

-- The agencies whose people the acting user visits: their own, and for the coordinators of the coordinating agency those where nobody
-- works with Kasane (matter_audience below addresses the visits so).
create function kasane.agencies_visited_for() returns uuid[]
    language sql stable security definer set search_path = kasane, pg_temp
    return (select case when kasane.audience_id(m.id, 'coordinator', m.coordinating_agency_id) = any (kasane.workable_audiences())
                   then kasane.my_agencies() || array(
                       select a.id from kasane.agency a
                       where a.municipality_id = m.id
                         and not exists (select from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id and u.active
                                         where r.agency_id = a.id and r.role in ('reception', 'coordinator', 'member', 'manager')
                                           and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date)))
                   else kasane.my_agencies() end
            from kasane.municipality m where m.id = kasane.my_municipality());

-- Lists that an agency of the acting user keeps.
create function kasane.my_rosters() returns uuid[]
    language sql stable security definer set search_path = kasane, pg_temp
    return (select coalesce(array_agg(r.id), '{}') from kasane.roster r
            where r.municipality_id = kasane.my_municipality() and r.agency_id = any (kasane.my_agencies()));

create function kasane.sees_roster(the_roster uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (select from kasane.roster r where r.id = the_roster
                   and (kasane.has_role('system')
                        or r.municipality_id = kasane.my_municipality()
                           and (kasane.sees_all() or r.agency_id = any (kasane.my_agencies())
                                or exists (select from kasane.roster_person p
                                           where p.roster_id = r.id and p.agency_id = any (kasane.agencies_visited_for())))));

create function kasane.sees_roster_person(the_person uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (select from kasane.roster_person p where p.id = the_person
                   and (kasane.has_role('system')
                        or p.municipality_id = kasane.my_municipality()
                           and (kasane.sees_all() or p.agency_id = any (kasane.my_agencies()) or p.roster_id = any (kasane.my_rosters())
                                or p.agency_id = any (kasane.agencies_visited_for()))));

-- Who may make a list for an agency and import into it: its own coordinators, and the section.
create function kasane.keeps_roster_of(the_agency uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return kasane.has_role('manager')
        or exists (select from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id and u.active
                   where r.user_id = kasane.acting_user() and r.role = 'coordinator' and r.agency_id = the_agency
                     and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date));

create function kasane.keeps_roster(the_roster uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (select from kasane.roster r where r.id = the_roster and r.municipality_id = kasane.my_municipality()
                   and kasane.keeps_roster_of(r.agency_id));

alter table kasane.roster enable row level security;
create policy see on kasane.roster for select using (
    (select kasane.has_role('system'))
    or municipality_id = (select kasane.my_municipality())
       and ((select kasane.sees_all()) or agency_id = any ((select kasane.my_agencies())::uuid[]) or kasane.sees_roster(id)));
create policy add on kasane.roster for insert
    with check (municipality_id = (select kasane.my_municipality()) and kasane.keeps_roster_of(agency_id));
create policy change on kasane.roster for update using (kasane.keeps_roster(id));

-- The list is read by the thousand: what depends on the user alone is asked once.
alter table kasane.roster_person enable row level security;
create policy see on kasane.roster_person for select using (
    (select kasane.has_role('system'))
    or municipality_id = (select kasane.my_municipality())
       and ((select kasane.sees_all()) or agency_id = any ((select kasane.agencies_visited_for())::uuid[])
            or roster_id = any ((select kasane.my_rosters())::uuid[])));
create policy add on kasane.roster_person for insert
    with check (municipality_id = (select kasane.my_municipality())
                and ((select kasane.has_role('manager')) or (select kasane.has_role('coordinator')) and roster_id = any ((select kasane.my_rosters())::uuid[])));
create policy change on kasane.roster_person for update
    using ((select kasane.may_write()) and (
        (select kasane.sees_all()) or agency_id = any ((select kasane.agencies_visited_for())::uuid[])
        or roster_id = any ((select kasane.my_rosters())::uuid[])));

alter table kasane.roster_import enable row level security;
create policy see on kasane.roster_import for select using (
    municipality_id = (select kasane.my_municipality())
    and ((select kasane.sees_all()) or (select kasane.has_role('coordinator')) and roster_id = any ((select kasane.my_rosters())::uuid[])));
create policy add on kasane.roster_import for insert
    with check (municipality_id = (select kasane.my_municipality()) and kasane.keeps_roster(roster_id));
grant select, insert on kasane.roster_import to kasane_app;
alter table kasane.roster_import_error enable row level security;
create policy see on kasane.roster_import_error for select
    using (exists (select from kasane.roster_import i where i.id = import_id));
create policy add on kasane.roster_import_error for insert
    with check (municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('coordinator', 'manager')));
grant select, insert on kasane.roster_import_error to kasane_app;

alter table kasane.roster_visit enable row level security;
create policy see on kasane.roster_visit for select
    using (exists (select from kasane.roster_person p where p.id = person_id));
create policy add on kasane.roster_visit for insert with check ((select kasane.may_write()) and kasane.sees_roster_person(person_id));
create policy change on kasane.roster_visit for update using ((select kasane.may_write()) and kasane.sees_roster_person(person_id));
grant select, insert, update on kasane.roster, kasane.roster_person, kasane.roster_visit to kasane_app;

-- ── the matter ─────────────────────────────────────────────────────────────────────────────────────────────────────

create or replace function kasane.sees_matter(the_matter uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (
        select from kasane.stream s
        where s.id = the_matter and s.kind not in ('case', 'consultation')
          and (kasane.has_role('system')
               or s.municipality_id = kasane.my_municipality()
                  and case s.kind when 'roster-outreach' then kasane.sees_roster_person(s.id)
                      else s.kind in ('community-issue', 'network-meeting')
                           and kasane.has_role('reception', 'coordinator', 'member', 'manager', 'auditor') end));
comment on function kasane.sees_matter is 'What concerns the whole area and names nobody is seen by everybody who works here; a person on a list by who visits and who keeps the list.';

-- Thousands of tasks have thousands of deadlines: what roster_person's own policy knows of the user it asks once, sees_matter for each row.
drop policy see on kasane.deadline;
create policy see on kasane.deadline for select using (
    (select kasane.has_role('system'))
    or (matter_id is not null and exists (select from kasane.roster_person p where p.id = matter_id))
    or kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id) or kasane.sees_matter(matter_id));

create or replace function kasane.matter_title(the_matter uuid) returns text
    language sql stable
    return coalesce((select i.number || ' ' || i.title from kasane.community_issue i where i.id = the_matter),
                    (select b.name from kasane.meeting_body b where b.id = the_matter),
                    (select p.name from kasane.roster_person p where p.id = the_matter));

-- Whoever convenes a body records what was said at it; where nobody of that agency works with Kasane, the section does. A person on a
-- list is visited by the agency of their row; where nobody of it works with Kasane, by the coordinators.
create or replace function kasane.matter_audience(the_group text, the_matter uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select case
                when s.kind = 'roster-outreach' then kasane.audience_of_agency(s.municipality_id,
                    (select p.agency_id from kasane.roster_person p where p.id = s.id), 'coordinator',
                    kasane.audience_id(s.municipality_id, 'coordinator', m.coordinating_agency_id))
                when s.kind = 'network-meeting' then kasane.audience_of_agency(s.municipality_id,
                    (select b.convener_id from kasane.meeting_body b where b.id = s.id), 'manager',
                    kasane.audience_id(s.municipality_id, 'manager', m.responsible_agency_id))
                when the_group = 'coordinator' then kasane.audience_id(s.municipality_id, 'coordinator', m.coordinating_agency_id)
                else kasane.audience_id(s.municipality_id, the_group, m.responsible_agency_id) end
            from kasane.stream s join kasane.municipality m on m.id = s.municipality_id where s.id = the_matter);

-- ── ten thousand orders at once ────────────────────────────────────────────────────────────────────────────────────
-- A list of 10,000 people brings 10,000 orders to the engine. They may take their time: whoever submits a form meanwhile is not made to
-- wait behind them. Within a lane the order stays as it was.
alter table kasane.outbox add column unhurried boolean not null default false;
create index outbox_turn on kasane.outbox (unhurried, id) where done_at is null;

-- PostgreSQL plans by what it counted last. Ten thousand open orders where it knows of a handful, and looking for the next one compares
-- each with each: measured, a minute for one order instead of a millisecond, until the next autovacuum. So they are counted as they come.
create function kasane.count_orders() returns void
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    analyze kasane.outbox;
end $$;
revoke execute on function kasane.count_orders from public;
grant execute on function kasane.count_orders to kasane_app;

-- ── first values ───────────────────────────────────────────────────────────────────────────────────────────────────
-- Ours, as everywhere (002 §0: no document gives a deadline in days). A list is walked through in the course of a year; a ladder that
-- begins earlier would tell a coordinator of hundreds of people on one morning.
create function kasane.add_default_roster_days(the_municipality uuid) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    insert into kasane.deadline_policy (id, municipality_id, step, due_days, remind_days, lead_days, escalate_days)
    values (gen_random_uuid(), the_municipality, 'Task_VisitPerson', 365, 14, 0, 30)
    on conflict (municipality_id, step) do nothing;
end;
comment on function kasane.add_default_roster_days is 'Run when a municipality is loaded, after the values of its profile: fills what that leaves open.';
revoke execute on function kasane.add_default_roster_days from public;

select kasane.add_default_roster_days(id) from kasane.municipality;
