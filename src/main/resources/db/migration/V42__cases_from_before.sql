-- 移行: cases that were open when Kasane was introduced. Their old number makes them one and the same however often the file comes in; what
-- else the old list said of them stays readable, and counts for nothing: a consent needs its scope and its agencies (a history, never a flag).
create table kasane.case_origin (
    case_id         uuid primary key references kasane.case_file,
    municipality_id uuid        not null references kasane.municipality,
    old_number      text        not null check (length(old_number) between 1 and 60),
    -- as the old list said: given, none; null: it said nothing
    consent         text check (consent in ('given', 'none')),
    memo            text check (length(memo) <= 4000),
    imported_at     timestamptz not null,
    imported_by     uuid        not null references kasane.app_user,
    unique (municipality_id, old_number)
);
alter table kasane.case_origin enable row level security;
create policy see on kasane.case_origin for select using (kasane.sees_case(case_id));
create policy add on kasane.case_origin for insert with check (
    (select kasane.has_role('manager')) and municipality_id = (select kasane.my_municipality()) and kasane.sees_case(case_id));
grant select, insert on kasane.case_origin to kasane_app;
