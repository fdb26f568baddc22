-- 人事異動: a municipality's managers and administrators keep its people and their posts, and what somebody has under their hands passes to
-- a colleague or back to the group on the day of the change (札幌, 世田谷: support must not break off with a transfer).

alter table kasane.setting_change
    drop constraint setting_change_kind_check,
    add constraint setting_change_kind_check
        check (kind in ('deadline', 'calendar', 'meeting-body', 'sitting', 'agency-mail', 'link', 'sheet-link', 'person', 'post'));

-- Nobody gives rights to themselves, nobody makes a system; only administrators make administrators.
create policy add on kasane.app_user for insert with check (
    (select kasane.may_set()) and municipality_id = (select kasane.my_municipality()) and kind = 'person');
create policy change on kasane.app_user for update using (
    (select kasane.may_set()) and municipality_id = (select kasane.my_municipality()) and kind = 'person' and id <> kasane.acting_user());
grant insert on kasane.app_user to kasane_app;
grant update (active, display_name) on kasane.app_user to kasane_app;

create function kasane.may_appoint(the_role text) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return the_role in ('reception', 'coordinator', 'member', 'manager', 'auditor') and kasane.has_role('manager', 'admin')
        or the_role = 'admin' and kasane.has_role('admin');
end $$;
create function kasane.person_here(the_user uuid) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return exists (select from app_user where id = the_user and kind = 'person' and municipality_id = kasane.my_municipality());
end $$;
create policy add on kasane.role_assignment for insert with check (
    kasane.may_appoint(role) and municipality_id = (select kasane.my_municipality())
    and user_id <> kasane.acting_user() and kasane.person_here(user_id)
    and (agency_id is null or exists (select from kasane.agency a where a.id = agency_id)));
create policy change on kasane.role_assignment for update using (
    kasane.may_appoint(role) and municipality_id = (select kasane.my_municipality()) and user_id <> kasane.acting_user());
-- Only what has not begun is taken away without a trace in the table; what was in force stays.
create policy remove on kasane.role_assignment for delete using (
    kasane.may_appoint(role) and municipality_id = (select kasane.my_municipality()) and user_id <> kasane.acting_user()
    and valid_from > current_date);
grant insert, delete on kasane.role_assignment to kasane_app;
grant update (valid_to) on kasane.role_assignment to kasane_app;

-- ── hand-over ──────────────────────────────────────────────────────────────────────────────────────────────────────

create table kasane.handover (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    from_user       uuid        not null references kasane.app_user,
    -- null: back to the group
    to_user         uuid references kasane.app_user,
    effective_on    date        not null,
    status          text        not null default 'draft' check (status in ('draft', 'done', 'withdrawn')),
    prepared_at     timestamptz not null,
    prepared_by     uuid        not null references kasane.app_user,
    done_at         timestamptz,
    done_by         uuid references kasane.app_user,
    -- Tasks that went to the colleague, and those that went back to the group.
    passed          int         not null default 0,
    freed           int         not null default 0,
    check (from_user <> to_user)
);
create unique index one_draft_per_person on kasane.handover (from_user) where status = 'draft';
alter table kasane.handover enable row level security;
create policy see on kasane.handover for select using (
    (select kasane.has_role('system'))
    or municipality_id = (select kasane.my_municipality())
       and (kasane.acting_user() in (from_user, to_user, prepared_by) or (select kasane.has_role('manager', 'auditor'))));
create policy add on kasane.handover for insert with check (
    (select kasane.may_write()) and municipality_id = (select kasane.my_municipality())
    and (from_user = kasane.acting_user() or (select kasane.has_role('manager'))));
create policy change on kasane.handover for update using (
    (select kasane.has_role('system'))
    or municipality_id = (select kasane.my_municipality()) and (select kasane.may_write())
       and (from_user = kasane.acting_user() or (select kasane.has_role('manager'))));
grant select, insert, update on kasane.handover to kasane_app;

-- 引継ぎメモ: while it is prepared, read by those who prepare it; then by everybody who sees the case.
create table kasane.handover_note (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    handover_id     uuid        not null references kasane.handover,
    case_id         uuid        not null references kasane.case_file,
    note            text        not null check (length(note) between 1 and 4000),
    written_at      timestamptz not null,
    written_by      uuid        not null references kasane.app_user,
    told_at         timestamptz,
    unique (handover_id, case_id)
);
create index on kasane.handover_note (case_id, told_at desc);
alter table kasane.handover_note enable row level security;
create policy see on kasane.handover_note for select using (
    kasane.sees_case(case_id) and (told_at is not null or exists (select from kasane.handover h where h.id = handover_id)));
create policy add on kasane.handover_note for insert with check (
    (select kasane.may_write()) and municipality_id = (select kasane.my_municipality()) and kasane.sees_case(case_id)
    and exists (select from kasane.handover h where h.id = handover_id));
create policy change on kasane.handover_note for update using (
    (select kasane.may_write()) and kasane.sees_case(case_id) and told_at is null and exists (select from kasane.handover h where h.id = handover_id))
    with check (kasane.sees_case(case_id));
create policy remove on kasane.handover_note for delete using (
    (select kasane.may_write()) and kasane.sees_case(case_id) and told_at is null and exists (select from kasane.handover h where h.id = handover_id));
grant select, insert, update, delete on kasane.handover_note to kasane_app;

-- Cases somebody worked on lately.
create index case_event_by on kasane.case_event (actor_id, recorded_at) where case_id is not null;

-- Whether on this day nobody else holds the same role at the same agency. Asked per post of a page.
create function kasane.post_is_empty(the_post uuid, the_day date) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return not exists (
        select from role_assignment p
        join role_assignment r on r.municipality_id = p.municipality_id and r.role = p.role and r.agency_id is not distinct from p.agency_id and r.id <> p.id
        join app_user u on u.id = r.user_id and u.active and u.kind = 'person'
        where p.id = the_post and r.valid_from <= the_day and (r.valid_to is null or r.valid_to >= the_day));
end $$;
