-- 緊急閲覧: somebody stands at a window, the case is another agency's, and nobody of theirs can be reached. Whoever is at the window opens it
-- by its number, says why, and sees it for some hours; the section and the agencies that hold it are told at once, and somebody of the section
-- confirms afterwards that it was right. A case whose reading is restricted (DV) is never opened like this.

create table kasane.emergency_access (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    user_id         uuid        not null references kasane.app_user,
    -- danger: life or health; absent: who holds the case cannot be reached; other: told in the note
    reason          text        not null check (reason in ('danger', 'absent', 'other')),
    note            text        not null check (length(note) between 1 and 500),
    opened_at       timestamptz not null,
    until           timestamptz not null,
    confirmed_at    timestamptz,
    confirmed_by    uuid references kasane.app_user,
    -- right: it was needed; wrong: it was not, and is followed up
    verdict         text check (verdict in ('right', 'wrong')),
    verdict_note    text check (length(verdict_note) <= 500),
    check (until > opened_at and until <= opened_at + interval '7 days'),
    check ((confirmed_at is null) = (confirmed_by is null) and (confirmed_at is null) = (verdict is null)),
    check (confirmed_by is null or confirmed_by <> user_id)
);
create index on kasane.emergency_access (user_id, case_id, until);
create index on kasane.emergency_access (municipality_id, opened_at desc);
insert into kasane.erasure_way (table_name, way, why) values ('emergency_access', 'gone', null);

create or replace function kasane.sees_case(the_case uuid) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return the_case is not null and exists (
        select from case_file f
        join app_user u on u.id = kasane.acting_user() and u.active
        join role_assignment r on r.user_id = u.id and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date)
        where f.id = the_case
          and (r.role = 'system'
               or f.municipality_id = u.municipality_id
                  and (r.role in ('manager', 'auditor')
                       or r.role in ('reception', 'coordinator', 'member')
                          and exists (select from case_seat s
                                      where s.case_id = f.id and s.until is null and s.agency_id = r.agency_id
                                        and (not f.restricted or s.reason in ('lead', 'coordinating')))
                       or r.role in ('reception', 'coordinator') and not f.restricted
                          and exists (select from emergency_access e
                                      where e.user_id = u.id and e.case_id = f.id and e.until > now()))));
end $$;

-- Whether the acting user sees the case because of an emergency and for no other reason: then nothing of who is responsible for it is theirs to
-- change, or an emergency would be the way to a seat for ever.
create function kasane.by_emergency_only(the_case uuid) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return not has_role('system') and not sees_all()
           and exists (select from emergency_access e where e.case_id = the_case and e.user_id = acting_user() and e.until > now())
           and not exists (select from case_seat s join case_file f on f.id = s.case_id
                           where s.case_id = the_case and s.until is null and s.agency_id = any (my_agencies())
                             and (not f.restricted or s.reason in ('lead', 'coordinating')));
end $$;
alter policy change on kasane.case_file using ((select kasane.may_write()) and kasane.sees_case(id) and not kasane.by_emergency_only(id));

-- Opens it, or says nothing: a number that does not exist and a case that is restricted look alike.
create function kasane.open_in_emergency(the_id uuid, the_number text, the_reason text, the_note text, the_hours int)
    returns uuid
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    the_case uuid;
begin
    if not (has_role('reception') or has_role('coordinator')) or not may_write() then
        raise exception using errcode = 'insufficient_privilege', message = 'only those at a window open a case in an emergency';
    end if;
    select f.id into the_case from case_file f
    where f.municipality_id = my_municipality() and f.number = the_number and not f.restricted and f.closed_at is null
      and not exists (select from audit.erased x where x.stream_id = f.id);
    if the_case is not null then
        insert into emergency_access (id, municipality_id, case_id, user_id, reason, note, opened_at, until)
        values (the_id, my_municipality(), the_case, acting_user(), the_reason, the_note, now(), now() + make_interval(hours => the_hours));
    end if;
    return the_case;
end $$;
revoke execute on function kasane.open_in_emergency(uuid, text, text, text, int) from public;
grant execute on function kasane.open_in_emergency(uuid, text, text, text, int) to kasane_app;

alter table kasane.emergency_access enable row level security;
create policy see on kasane.emergency_access for select using (
    user_id = kasane.acting_user()
    or municipality_id = (select kasane.my_municipality()) and ((select kasane.has_role('manager')) or (select kasane.has_role('auditor')))
    or (select kasane.has_role('system')));
create policy confirm on kasane.emergency_access for update using (
    municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('manager')) and (select kasane.may_write()) and confirmed_at is null and user_id <> kasane.acting_user())
    with check (confirmed_by = kasane.acting_user());
create policy give_up on kasane.emergency_access for update using (user_id = kasane.acting_user()) with check (user_id = kasane.acting_user());
grant select on kasane.emergency_access to kasane_app;
grant update (confirmed_at, confirmed_by, verdict, verdict_note, until) on kasane.emergency_access to kasane_app;
-- It ends earlier, never later; and whoever opened it does not confirm it.
create function kasane.keep_emergency() returns trigger
    language plpgsql as $$
begin
    if new.until > old.until or new.confirmed_by = new.user_id
       or (new.confirmed_at, new.confirmed_by, new.verdict, new.verdict_note) is distinct from (old.confirmed_at, old.confirmed_by, old.verdict, old.verdict_note)
          and (old.confirmed_at is not null or new.confirmed_by is distinct from kasane.acting_user() or not kasane.has_role('manager')) then
        raise exception using errcode = 'insufficient_privilege', message = 'an emergency is neither made longer nor confirmed by who opened it';
    end if;
    return new;
end $$;
create trigger kept before update on kasane.emergency_access for each row execute function kasane.keep_emergency();

-- On the trail as what it is, with what caused it: why, until when; what was written is not told there.
create function audit.note_emergency() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, stream_id, refs)
    values ('act', clock_timestamp(), gen_random_uuid(), new.municipality_id, 'break-glass',
            case when tg_op = 'INSERT' then 'opened' when new.confirmed_at is distinct from old.confirmed_at then 'confirmed' else 'ended' end,
            kasane.acting_user(), audit.request(), pg_current_xact_id(), new.case_id,
            jsonb_strip_nulls(jsonb_build_object('access', new.id, 'user', new.user_id, 'reason', new.reason, 'until', new.until, 'verdict', new.verdict)));
    return null;
end $$;
create trigger trail after insert or update on kasane.emergency_access for each row execute function audit.note_emergency();
revoke execute on function audit.note_emergency() from public;
