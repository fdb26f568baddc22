-- Access is decided here. The application connects as kasane_app, names the acting user at the start of every transaction
-- and gets the rows that user may see: role × agency × seat on the case. Without a user there are no rows.
-- The rules are simple on purpose for now; they live in functions, so that fuller ones replace functions and not tables.

grant usage on schema kasane, engine to kasane_app;
grant select, insert, update on all tables in schema kasane to kasane_app;
grant delete on kasane.member_concern, kasane.member_address, kasane.task_claim, kasane.draft,
    kasane.role_allocation, kasane.involved_agency to kasane_app;
grant usage on all sequences in schema kasane to kasane_app;
grant select on all tables in schema engine to kasane_app;
revoke insert, update on kasane.municipality, kasane.agency, kasane.app_user, kasane.role_assignment, kasane.case_seat from kasane_app;

-- ── questions that policies ask; security definer, so that they see past the policies themselves ───────────────────

create function kasane.my_municipality() returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select municipality_id from kasane.app_user where id = kasane.acting_user() and active);

create function kasane.has_role(variadic wanted text[]) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (select from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id and u.active
                   where r.user_id = kasane.acting_user() and r.role = any (wanted)
                     and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date));

-- Auditors and administrators change nothing.
create function kasane.may_write() returns boolean
    language sql stable
    return kasane.has_role('reception', 'coordinator', 'member', 'manager', 'system');

create function kasane.sees_all() returns boolean
    language sql stable
    return kasane.has_role('manager', 'auditor', 'system');

create function kasane.my_agencies() returns uuid[]
    language sql stable security definer set search_path = kasane, pg_temp
    return (select coalesce(array_agg(distinct r.agency_id), '{}')
            from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id and u.active
            where r.user_id = kasane.acting_user() and r.role in ('reception', 'coordinator', 'member', 'manager')
              and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date));

-- Tasks a person may work: those addressed to a role they hold at that agency.
create function kasane.workable_audiences() returns uuid[]
    language sql stable security definer set search_path = kasane, pg_temp
    return (select coalesce(array_agg(kasane.audience_id(r.municipality_id, r.role, r.agency_id)), '{}')
            from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id and u.active
            where r.user_id = kasane.acting_user() and r.role in ('reception', 'coordinator', 'member', 'manager')
              and r.agency_id is not null
              and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date));

-- Tasks a person sees: their own, and for managers and auditors everybody's.
create function kasane.audiences() returns uuid[]
    language sql stable security definer set search_path = kasane, pg_temp
    return (select case when kasane.sees_all()
                then (select coalesce(array_agg(kasane.audience_id(a.municipality_id, r.role, a.id)), '{}')
                      from kasane.agency a cross join (values ('reception'), ('coordinator'), ('member'), ('manager')) r (role)
                      where a.municipality_id = kasane.my_municipality() or kasane.has_role('system'))
                else kasane.workable_audiences() end);

create function kasane.sees_case(the_case uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (
        select from kasane.case_file f
        where f.id = the_case
          and (kasane.has_role('system')
               or f.municipality_id = kasane.my_municipality()
                  and (kasane.sees_all()
                       or exists (select from kasane.case_seat s
                                  where s.case_id = f.id and s.until is null and s.agency_id = any (kasane.my_agencies())
                                    and (not f.restricted or s.reason in ('lead', 'coordinating'))))));

create function kasane.sees_consultation(the_consultation uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (
        select from kasane.consultation c
        where c.id = the_consultation
          and (kasane.has_role('system')
               or c.municipality_id = kasane.my_municipality()
                  and (kasane.sees_all() or c.agency_id = any (kasane.my_agencies()) or kasane.sees_case(c.case_id))));

-- What was said in a 支援会議 stays with those who sat in it, its convener and its secretariat (002, L2254-2271, L2283-2291).
create function kasane.sees_meeting(the_meeting uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (
        select from kasane.meeting m join kasane.case_file f on f.id = m.case_id
        where m.id = the_meeting and kasane.sees_case(m.case_id)
          and (kasane.sees_all()
               or m.meeting_type = 'coordination'
               or m.convener_id = any (kasane.my_agencies())
               or f.coordinating_agency_id = any (kasane.my_agencies())
               or exists (select from kasane.meeting_attendee a where a.meeting_id = m.id and a.agency_id = any (kasane.my_agencies()))));

create function kasane.sees_concealed(the_case uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (select from kasane.case_file f where f.id = the_case and kasane.sees_case(f.id)
                   and (kasane.sees_all() or f.coordinating_agency_id = any (kasane.my_agencies()) or f.lead_agency_id = any (kasane.my_agencies())));

-- Before there is a case, a concealed address is known to the agency that was told it.
create function kasane.sees_concealed_of(the_consultation uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (select from kasane.consultation c where c.id = the_consultation and kasane.sees_consultation(c.id)
                   and (kasane.sees_all() or c.agency_id = any (kasane.my_agencies()) or kasane.sees_concealed(c.case_id)));

create function kasane.credentials(the_login text)
    returns table (id uuid, municipality_id uuid, login text, display_name text, password_hash text, roles text[])
    language sql stable security definer set search_path = kasane, pg_temp
begin atomic
    select u.id, u.municipality_id, u.login, u.display_name, u.password_hash,
           (select coalesce(array_agg(distinct r.role), '{}') from kasane.role_assignment r
            where r.user_id = u.id and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date))
    from kasane.app_user u where u.login = the_login and u.active and u.kind = 'person';
end;
comment on function kasane.credentials(text) is 'Asked at login, before there is an acting user.';

create function kasane.system_user() returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select id from kasane.app_user where kind = 'system' and active order by created_at limit 1);

-- Who is to be told: the holders of a role at an agency (all of them for a null agency).
create function kasane.holders(the_municipality uuid, the_role text, the_agency uuid) returns setof uuid
    language sql stable security definer set search_path = kasane, pg_temp
begin atomic
    select distinct r.user_id from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id and u.active
    where r.municipality_id = the_municipality and r.role = the_role and (the_agency is null or r.agency_id = the_agency)
      and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date);
end;

-- ── seats follow from facts, never from the application ────────────────────────────────────────────────────────────

create function kasane.take_seat(the_case uuid, the_municipality uuid, the_agency uuid, why text) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    insert into kasane.case_seat (case_id, municipality_id, agency_id, reason, since)
    select the_case, the_municipality, the_agency, why, now() where the_agency is not null
    on conflict (case_id, agency_id, reason) do update set until = null;
end;

create function kasane.leave_seat(the_case uuid, the_agency uuid, why text) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    update kasane.case_seat set until = now() where case_id = the_case and agency_id = the_agency and reason = why and until is null;
end;

create function kasane.seat_agencies_of_case() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        if old.lead_agency_id is distinct from new.lead_agency_id then
            perform kasane.leave_seat(old.id, old.lead_agency_id, 'lead');
        end if;
        if old.coordinating_agency_id is distinct from new.coordinating_agency_id then
            perform kasane.leave_seat(old.id, old.coordinating_agency_id, 'coordinating');
        end if;
        if old.receiving_agency_id is distinct from new.receiving_agency_id then
            perform kasane.leave_seat(old.id, old.receiving_agency_id, 'receiving');
        end if;
    end if;
    perform kasane.take_seat(new.id, new.municipality_id, new.lead_agency_id, 'lead');
    perform kasane.take_seat(new.id, new.municipality_id, new.coordinating_agency_id, 'coordinating');
    perform kasane.take_seat(new.id, new.municipality_id, new.receiving_agency_id, 'receiving');
    -- A task is addressed to an agency of the case: it follows when that agency changes.
    -- Open tasks only, and only what differs: the exporter writes to the same rows, and neither should wait for the other.
    update engine.user_task t set audience_id = kasane.task_audience(t.candidate_groups[1], t.case_id, t.consultation_id)
    where t.case_id = new.id and t.state = 'CREATED'
      and t.audience_id is distinct from kasane.task_audience(t.candidate_groups[1], t.case_id, t.consultation_id);
    return new;
end $$;
create trigger seat_agencies after insert or update of lead_agency_id, coordinating_agency_id, receiving_agency_id
    on kasane.case_file for each row execute function kasane.seat_agencies_of_case();

create function kasane.seat_reporter() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if new.case_id is not null then
        perform kasane.take_seat(new.case_id, new.municipality_id, new.agency_id, 'reported');
    end if;
    return new;
end $$;
create trigger seat_reporter after insert or update of case_id on kasane.consultation
    for each row execute function kasane.seat_reporter();

create function kasane.seat_attendee() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if new.invited_at is not null then
        perform kasane.take_seat(new.case_id, new.municipality_id, new.agency_id, 'meeting');
    end if;
    return new;
end $$;
create trigger seat_attendee after insert or update of invited_at on kasane.meeting_attendee
    for each row execute function kasane.seat_attendee();

-- A role of a decided plan is a seat; one of a draft is not yet.
create function kasane.seat_roles() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if new.status = 'decided' then
        perform kasane.take_seat(new.case_id, new.municipality_id, r.agency_id, 'role')
        from kasane.role_allocation r where r.plan_id = new.id;
    end if;
    return new;
end $$;
create trigger seat_roles after update of status on kasane.plan for each row execute function kasane.seat_roles();

-- ── policies ───────────────────────────────────────────────────────────────────────────────────────────────────────

alter table kasane.municipality enable row level security;
create policy see on kasane.municipality for select using (id = (select kasane.my_municipality()));

do $$
declare
    t text;
begin
    foreach t in array array ['agency', 'app_user', 'role_assignment', 'deadline_policy', 'deadline_escalation', 'stream',
                              'case_number', 'task_claim'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role(''system'')))', t);
    end loop;
    foreach t in array array ['deadline', 'deadline_escalation', 'stream', 'case_number', 'task_claim'] loop
        execute format('create policy add on kasane.%I for insert with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()))', t);
        execute format('create policy change on kasane.%I for update using ((select kasane.may_write()))', t);
    end loop;
    -- What belongs to a case: seen by who sees the case, changed by who may write.
    foreach t in array array ['household', 'household_member', 'member_concern', 'consent', 'involved_agency', 'assessment', 'plan',
                              'role_allocation', 'contact', 'review', 'closure'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using (kasane.sees_case(case_id))', t);
        execute format('create policy add on kasane.%I for insert with check ((select kasane.may_write()) and kasane.sees_case(case_id))', t);
        execute format('create policy change on kasane.%I for update using ((select kasane.may_write()) and kasane.sees_case(case_id))', t);
    end loop;
    foreach t in array array ['member_concern', 'role_allocation', 'involved_agency'] loop
        execute format('create policy remove on kasane.%I for delete using ((select kasane.may_write()) and kasane.sees_case(case_id))', t);
    end loop;
end $$;

create policy remove on kasane.task_claim for delete using ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));

-- When something of a case is due is part of the case.
alter table kasane.deadline enable row level security;
create policy see on kasane.deadline for select
    using ((select kasane.has_role('system')) or kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id));

alter table kasane.case_seat enable row level security;
create policy see on kasane.case_seat for select using (kasane.sees_case(case_id));

alter table kasane.case_file enable row level security;
create policy see on kasane.case_file for select using (
    (select kasane.has_role('system'))
    or municipality_id = (select kasane.my_municipality()) and ((select kasane.sees_all()) or kasane.sees_case(id)));
create policy add on kasane.case_file for insert with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.case_file for update using ((select kasane.may_write()) and kasane.sees_case(id));

alter table kasane.consultation enable row level security;
create policy see on kasane.consultation for select using (kasane.sees_consultation(id));
create policy add on kasane.consultation for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()) and agency_id = any ((select kasane.my_agencies())::uuid[]));
create policy change on kasane.consultation for update using ((select kasane.may_write()) and kasane.sees_consultation(id));

alter table kasane.consultation_concern enable row level security;
create policy see on kasane.consultation_concern for select using (kasane.sees_consultation(consultation_id));
create policy add on kasane.consultation_concern for insert with check ((select kasane.may_write()) and kasane.sees_consultation(consultation_id));

alter table kasane.consultation_address enable row level security;
create policy see on kasane.consultation_address for select
    using (kasane.sees_consultation(consultation_id) and (not concealed or kasane.sees_concealed_of(consultation_id)));
create policy add on kasane.consultation_address for insert with check ((select kasane.may_write()) and kasane.sees_consultation(consultation_id));

alter table kasane.member_address enable row level security;
create policy see on kasane.member_address for select
    using (kasane.sees_case(case_id) and (not concealed or kasane.sees_concealed(case_id)));
create policy add on kasane.member_address for insert with check ((select kasane.may_write()) and kasane.sees_case(case_id));
create policy change on kasane.member_address for update using ((select kasane.may_write()) and kasane.sees_case(case_id));
create policy remove on kasane.member_address for delete
    using ((select kasane.may_write()) and kasane.sees_case(case_id) and (not concealed or kasane.sees_concealed(case_id)));

alter table kasane.meeting enable row level security;
create policy see on kasane.meeting for select using (kasane.sees_meeting(id));
create policy add on kasane.meeting for insert with check ((select kasane.may_write()) and kasane.sees_case(case_id));
create policy change on kasane.meeting for update using ((select kasane.may_write()) and kasane.sees_meeting(id));

alter table kasane.meeting_attendee enable row level security;
create policy see on kasane.meeting_attendee for select using (kasane.sees_meeting(meeting_id));
create policy add on kasane.meeting_attendee for insert with check ((select kasane.may_write()) and kasane.sees_case(case_id));
create policy change on kasane.meeting_attendee for update using ((select kasane.may_write()) and kasane.sees_meeting(meeting_id));

alter table kasane.submission enable row level security;
create policy see on kasane.submission for select using (
    (kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id))
    and (meeting_id is null or kasane.sees_meeting(meeting_id))
    and (not concealed or submitted_by = kasane.acting_user() or kasane.sees_concealed(case_id) or kasane.sees_concealed_of(consultation_id)));
create policy add on kasane.submission for insert with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.submission for update
    using ((select kasane.may_write()) and (kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id)));

alter table kasane.case_event enable row level security;
create policy see on kasane.case_event for select using (kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id));
create policy add on kasane.case_event for insert with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
revoke update on kasane.case_event from kasane_app;

alter table kasane.draft enable row level security;
create policy own on kasane.draft using (user_id = kasane.acting_user())
    with check (user_id = kasane.acting_user() and (select kasane.may_write()));

alter table kasane.notification enable row level security;
create policy see on kasane.notification for select using (user_id = kasane.acting_user() or (select kasane.has_role('system')));
create policy add on kasane.notification for insert with check ((select kasane.may_write()));
create policy change on kasane.notification for update using (user_id = kasane.acting_user());

-- The outbox is written by whoever acts and emptied by the system.
alter table kasane.outbox enable row level security;
create policy see on kasane.outbox for select using ((select kasane.has_role('system', 'admin')));
create policy add on kasane.outbox for insert with check ((select kasane.may_write()) or (select kasane.has_role('admin')));
create policy change on kasane.outbox for update using ((select kasane.has_role('system')));

alter table engine.user_task enable row level security;
create policy see on engine.user_task for select
    using (audience_id = any ((select kasane.audiences())::uuid[]) or kasane.sees_case(case_id) or (select kasane.has_role('system')));
create index if not exists user_task_list on engine.user_task (audience_id, created_at, id) where state = 'CREATED';
create index if not exists user_task_of_case on engine.user_task (case_id);

do $$
declare
    t text;
begin
    foreach t in array array ['process_instance', 'element_instance', 'incident'] loop
        execute format('alter table engine.%I enable row level security', t);
        execute format('create policy see on engine.%I for select using (kasane.has_role(''system'', ''auditor'', ''manager'', ''admin'') or kasane.sees_case(case_id))', t);
    end loop;
    foreach t in array array ['record', 'record_rejected', 'variable', 'sequence_flow', 'message_subscription'] loop
        execute format('alter table engine.%I enable row level security', t);
        execute format('create policy see on engine.%I for select using ((select kasane.has_role(''system'', ''auditor'', ''admin'')))', t);
    end loop;
end $$;

-- A command of the administrator; security definer, since the application itself may not touch the projections.
grant execute on function engine.rebuild() to kasane_app;
