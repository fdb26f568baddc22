-- つなぐシート from outside: whoever has the municipality's link hands one in without an account. It becomes a consultation like any other,
-- which nobody has confirmed yet.

-- One link at a time; a new one ends the one before.
create table kasane.sheet_link (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    token           text        not null unique check (token ~ '^[A-Za-z0-9_-]{22,64}$'),
    -- who receives what comes by it
    agency_id       uuid        not null references kasane.agency,
    created_at      timestamptz not null,
    created_by      uuid        not null references kasane.app_user,
    ended_at        timestamptz,
    ended_by        uuid references kasane.app_user,
    check ((ended_at is null) = (ended_by is null))
);
create unique index on kasane.sheet_link (municipality_id) where ended_at is null;
alter table kasane.sheet_link enable row level security;
create policy see on kasane.sheet_link for select
    using ((select kasane.has_role('system')) or municipality_id = (select kasane.my_municipality())
           and (select kasane.has_role('manager', 'admin', 'auditor')));
create policy add on kasane.sheet_link for insert
    with check ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.sheet_link for update
    using ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
grant select, insert, update on kasane.sheet_link to kasane_app;

create table kasane.outside_sheet (
    consultation_id uuid primary key references kasane.stream,
    municipality_id uuid        not null references kasane.municipality,
    link_id         uuid        not null references kasane.sheet_link,
    agency_id       uuid        not null references kasane.agency,
    -- the form that was sent: sent twice it is one consultation
    once            uuid        not null unique,
    receipt         text        not null,
    sender_name     text        not null,
    sender_office   text,
    sender_contact  text        not null,
    -- whether the person agreed, as the sender says
    consented       boolean     not null,
    received_at     timestamptz not null,
    confirmed_at    timestamptz,
    confirmed_by    uuid references kasane.app_user,
    unique (municipality_id, receipt),
    check ((confirmed_at is null) = (confirmed_by is null))
);
alter table kasane.outside_sheet enable row level security;
create policy see on kasane.outside_sheet for select using (kasane.sees_consultation(consultation_id));
create policy see_as_system on kasane.outside_sheet for select using ((select kasane.has_role('system')));
create policy add on kasane.outside_sheet for insert with check ((select kasane.has_role('system')));
create policy change on kasane.outside_sheet for update
    using ((select kasane.may_write()) and kasane.sees_consultation(consultation_id));
grant select, insert, update on kasane.outside_sheet to kasane_app;

-- The system receives nothing of its own, but what came from outside for an agency.
create policy add_from_outside on kasane.consultation for insert
    with check ((select kasane.has_role('system'))
                and exists (select from kasane.outside_sheet o where o.consultation_id = id and o.agency_id = consultation.agency_id));

create function kasane.outside_user() returns uuid
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    found uuid;
begin
    if not kasane.has_role('system') then
        raise exception 'outside_user is for the system' using errcode = '42501';
    end if;
    insert into kasane.app_user as u (id, municipality_id, login, display_name, kind)
    select gen_random_uuid(), m.id, 'outside:' || m.id, '外から（アカウントなし）', 'link' from kasane.municipality m where m.id = kasane.my_municipality()
    on conflict (login) do update set display_name = excluded.display_name
    returning u.id into found;
    return found;
end $$;
comment on function kasane.outside_user is 'In whose name is recorded what somebody without an account hands in.';
revoke execute on function kasane.outside_user from public;
grant execute on function kasane.outside_user to kasane_app;
