-- 申込票・同意書・プラン on paper: what was issued has a 文書番号 of the municipality's own row for the fiscal year, never the same twice.
create table kasane.paper_number (
    municipality_id uuid not null references kasane.municipality,
    fiscal_year     int  not null,
    last_number     int  not null,
    primary key (municipality_id, fiscal_year)
);

create table kasane.issued_paper (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    kind            text        not null check (kind in ('application', 'consent', 'plan')),
    -- the consultation, the member of the household, the plan
    subject_id      uuid        not null,
    fiscal_year     int         not null,
    number          int         not null check (number > 0),
    issued_at       timestamptz not null,
    issued_by       uuid        not null references kasane.app_user,
    unique (municipality_id, fiscal_year, number),
    unique (case_id, kind, subject_id)
);

alter table kasane.paper_number enable row level security;
create policy see on kasane.paper_number for select using (municipality_id = (select kasane.my_municipality()));
create policy add on kasane.paper_number for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.paper_number for update
    using ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
grant select, insert, update on kasane.paper_number to kasane_app;

alter table kasane.issued_paper enable row level security;
create policy see on kasane.issued_paper for select using (kasane.sees_case(case_id));
create policy add on kasane.issued_paper for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()) and kasane.sees_case(case_id));
grant select, insert on kasane.issued_paper to kasane_app;
