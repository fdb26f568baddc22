-- A sample of cases that an auditor goes through: drawn by a seed, so that anybody draws the same again, and ticked off with notes.
-- It is the auditors' own: nothing of a case is changed by it.
create table audit.sample (
    id              uuid        primary key,
    municipality_id uuid        not null references kasane.municipality,
    -- The same seed over the same days draws the same cases.
    seed            bigint      not null,
    from_on         date        not null,
    to_on           date        not null,
    -- How many cases there were to draw from.
    cases           int         not null,
    drawn_at        timestamptz not null,
    drawn_by        uuid        not null references kasane.app_user
);

create table audit.sample_case (
    sample_id       uuid        not null references audit.sample,
    municipality_id uuid        not null references kasane.municipality,
    position        int         not null,
    case_id         uuid        not null references kasane.case_file,
    note            text check (length(note) <= 8000),
    checked_at      timestamptz,
    checked_by      uuid references kasane.app_user,
    primary key (sample_id, case_id)
);

grant select, insert on audit.sample, audit.sample_case to kasane_app;
grant update (note, checked_at, checked_by) on audit.sample_case to kasane_app;
do $$
declare
    t text;
begin
    foreach t in array array ['sample', 'sample_case'] loop
        execute format('alter table audit.%I enable row level security', t);
        execute format('create policy see on audit.%I for select using ((select kasane.has_role(''auditor'')) and municipality_id = (select kasane.my_municipality()))', t);
        execute format('create policy add on audit.%I for insert with check ((select kasane.has_role(''auditor'')) and municipality_id = (select kasane.my_municipality()))', t);
    end loop;
end $$;
create policy tick on audit.sample_case for update using ((select kasane.has_role('auditor')) and municipality_id = (select kasane.my_municipality()));

create function audit.at_night(at timestamptz, night_from int, night_to int) returns boolean
    language sql stable parallel safe
    return extract(hour from at at time zone 'Asia/Tokyo') >= night_from or extract(hour from at at time zone 'Asia/Tokyo') < night_to;
grant execute on function audit.at_night(timestamptz, int, int) to kasane_app;
revoke execute on function audit.at_night(timestamptz, int, int) from public;
