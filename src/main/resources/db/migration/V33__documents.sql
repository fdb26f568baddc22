-- Files of a case. The content lies outside of the database, under a name that says nothing; here is what it is and who put it there.
-- Whoever sees the case sees them; what was taken back stays as a row with its reason, its content is no longer given out.
create table kasane.case_document (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    title           text        not null check (length(title) between 1 and 200),
    file_name       text        not null check (length(file_name) between 1 and 200),
    media_type      text        not null,
    size_bytes      bigint      not null check (size_bytes > 0),
    -- of the content, in hex: what is given out is what was taken in
    sha256          text        not null check (sha256 ~ '^[0-9a-f]{64}$'),
    -- whether a scanner looked at it; there may be none
    scanned         boolean     not null,
    added_at        timestamptz not null,
    added_by        uuid        not null references kasane.app_user,
    voided_at       timestamptz,
    voided_by       uuid references kasane.app_user,
    void_reason     text check (length(void_reason) between 1 and 500),
    check ((voided_at is null) = (voided_by is null) and (voided_at is null) = (void_reason is null))
);
create index on kasane.case_document (case_id, added_at desc);

alter table kasane.case_document enable row level security;
create policy see on kasane.case_document for select using (kasane.sees_case(case_id));
create policy add on kasane.case_document for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()) and kasane.sees_case(case_id));
create policy change on kasane.case_document for update using ((select kasane.may_write()) and kasane.sees_case(case_id));
grant select, insert on kasane.case_document to kasane_app;
grant update (voided_at, voided_by, void_reason) on kasane.case_document to kasane_app;
