-- エコマップ: whom a household has ties with, and how good they are. Drawn from two lists that are edited on the page; what is taken away
-- stays as a row. Members and agencies are named by reference, so that a changed name changes here, too.
create table kasane.ecomap_node (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    kind            text        not null check (kind in ('member', 'agency', 'resource', 'person')),
    member_id       uuid references kasane.household_member,
    agency_id       uuid references kasane.agency,
    name            text check (length(name) between 1 and 60),
    added_at        timestamptz not null,
    added_by        uuid        not null references kasane.app_user,
    check ((kind = 'member') = (member_id is not null)),
    check ((kind = 'agency') = (agency_id is not null)),
    check ((kind in ('resource', 'person')) = (name is not null)),
    unique (case_id, member_id),
    unique (case_id, agency_id),
    unique (case_id, kind, name)
);

create table kasane.ecomap_tie (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    from_id         uuid        not null references kasane.ecomap_node,
    to_id           uuid        not null references kasane.ecomap_node,
    kind            text        not null check (kind in ('strong', 'weak', 'stressful')),
    -- where help or attention flows: from the first to the second, back, or both ways
    direction       text        not null check (direction in ('none', 'forward', 'back', 'both')),
    note            text check (length(note) <= 500),
    added_at        timestamptz not null,
    added_by        uuid        not null references kasane.app_user,
    removed_at      timestamptz,
    removed_by      uuid references kasane.app_user,
    check (from_id <> to_id),
    check ((removed_at is null) = (removed_by is null))
);
create index on kasane.ecomap_node (case_id);
create index on kasane.ecomap_tie (case_id);

do $$
declare
    t text;
begin
    foreach t in array array ['ecomap_node', 'ecomap_tie'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using (kasane.sees_case(case_id))', t);
        execute format('create policy add on kasane.%I for insert with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()) and kasane.sees_case(case_id))', t);
    end loop;
end $$;
create policy change on kasane.ecomap_tie for update using ((select kasane.may_write()) and kasane.sees_case(case_id));
grant select, insert on kasane.ecomap_node, kasane.ecomap_tie to kasane_app;
grant update (removed_at, removed_by) on kasane.ecomap_tie to kasane_app;
