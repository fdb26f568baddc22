-- Invitations that people without an account answer by a signed link, and what their calendars need to know.

-- How often whoever was invited has been told another time or place of the sitting (SEQUENCE of RFC 5546).
alter table kasane.sitting add column sequence int not null default 0;

-- 代理出席: who comes in the place of the agency's member.
alter table kasane.meeting_attendee add column substitute text check (length(substitute) between 1 and 200);

-- Whoever answers by link is nobody who could log in: recorded as the agency's link.
alter table kasane.app_user drop constraint app_user_kind_check;
alter table kasane.app_user add constraint app_user_kind_check check (kind in ('person', 'system', 'link'));

create function kasane.link_user(the_agency uuid) returns uuid
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    found uuid;
begin
    if not kasane.has_role('system') then
        raise exception 'link_user is for the system' using errcode = '42501';
    end if;
    insert into kasane.app_user as u (id, municipality_id, login, display_name, kind)
    select gen_random_uuid(), a.municipality_id, 'link:' || a.id, a.name || '（リンクから）', 'link' from kasane.agency a where a.id = the_agency
    on conflict (login) do update set display_name = excluded.display_name
    returning u.id into found;
    return found;
end $$;
comment on function kasane.link_user is 'In whose name an answer by a signed link is recorded: no password, no role, no login.';
revoke execute on function kasane.link_user from public;
grant execute on function kasane.link_user to kasane_app;

-- Where mail to an agency goes that has nobody who works with Kasane. An office's address, nobody's own.
create table kasane.agency_mail (
    agency_id       uuid primary key references kasane.agency,
    municipality_id uuid        not null references kasane.municipality,
    address         text        not null check (length(address) between 3 and 254),
    language        text        not null default 'ja' check (language in ('ja', 'en')),
    failed_at       timestamptz,
    failed_reason   text,
    changed_at      timestamptz not null,
    changed_by      uuid        not null references kasane.app_user
);
alter table kasane.agency_mail enable row level security;
create policy see on kasane.agency_mail for select
    using ((select kasane.has_role('system')) or municipality_id = (select kasane.my_municipality())
           and (select kasane.has_role('coordinator', 'manager', 'admin', 'auditor')));
create policy add on kasane.agency_mail for insert
    with check ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.agency_mail for update
    using ((select kasane.has_role('system')) or (select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
create policy remove on kasane.agency_mail for delete
    using ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
grant select, insert, update, delete on kasane.agency_mail to kasane_app;

-- How many days a link may be used. Without a row: Kasane's own first value.
create table kasane.link_setting (
    municipality_id uuid primary key references kasane.municipality,
    days            int         not null check (days between 1 and 90),
    changed_at      timestamptz not null,
    changed_by      uuid        not null references kasane.app_user
);
alter table kasane.link_setting enable row level security;
create policy see on kasane.link_setting for select
    using ((select kasane.has_role('system')) or municipality_id = (select kasane.my_municipality()));
create policy add on kasane.link_setting for insert
    with check ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.link_setting for update
    using ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
grant select, insert, update on kasane.link_setting to kasane_app;

alter table kasane.setting_change
    drop constraint setting_change_kind_check,
    add constraint setting_change_kind_check
        check (kind in ('deadline', 'calendar', 'meeting-body', 'sitting', 'agency-mail', 'link', 'sheet-link'));
