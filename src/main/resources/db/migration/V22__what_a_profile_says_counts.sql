-- What a profile says of plans and meetings counts: who drafts and who decides a plan, which body a case is put to, and who convenes it.
-- Until now a 支援会議 was the section's and a 重層的支援会議 the accompanying agency's, whatever the profile said.

-- ── which body, and who convenes it ────────────────────────────────────────────────────────────────────────────────

-- The body a case's meeting is put to: that of its sitting; before there is one, the body that holds the slot of the table meeting-body
-- (狛江's bodies by whom they are for; 002, L6848-6856), else the first body of the kind that is for everybody. Null: no body.
create function kasane.body_for(the_case uuid, the_type text, the_sitting uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return coalesce(
        (select s.body_id from kasane.sitting s where s.id = the_sitting),
        (select b.id
         from kasane.case_file f
         join lateral (select d.gives ->> 'bodySlot' as slot from kasane.decision d
                       where d.stream_id = f.id and d.decision = 'meeting-body' and d.given ->> 'meetingType' = the_type
                       order by d.made_at desc, d.id desc limit 1) said on true
         join kasane.meeting_body b on b.municipality_id = f.municipality_id and b.slot = said.slot
         where f.id = the_case and b.active and the_type = any (b.kinds)
         order by b.code limit 1),
        (select b.id from kasane.case_file f join kasane.meeting_body b on b.municipality_id = f.municipality_id
         where f.id = the_case and b.active and the_type = any (b.kinds) and (b.slot is null or b.slot = the_type)
         order by b.code limit 1));

-- What a 誓約書 is asked by is the same body (V12 took the first of the kind).
create or replace function kasane.pledge_rule(the_meeting uuid) returns text
    language sql stable security definer set search_path = kasane, pg_temp
    return coalesce((select b.pledge
                     from kasane.meeting m join kasane.meeting_body b on b.id = kasane.body_for(m.case_id, m.meeting_type, m.sitting_id)
                     where m.id = the_meeting and m.meeting_type = 'support'), 'none');

-- The agency that convenes. A profile that names the 多機関協働事業者 means whoever does this for the case: the city for what it took up
-- (002, L914-924). Without a body, or of one nobody is named for: the section 支援会議, whoever accompanies 重層的支援会議 (002, L2279-91).
create function kasane.convener_for(the_case uuid, the_type text, the_sitting uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select coalesce(
                case b.convener_id when m.coordinating_agency_id then f.coordinating_agency_id else b.convener_id end,
                case the_type when 'support' then m.responsible_agency_id else f.coordinating_agency_id end)
            from kasane.case_file f join kasane.municipality m on m.id = f.municipality_id
            left join kasane.meeting_body b on b.id = kasane.body_for(f.id, the_type, the_sitting)
            where f.id = the_case);

-- In which role an agency's people convene: the section's managers, the accompanying agency's coordinators, of any other whoever it has.
-- Null: nobody of it works with Kasane.
create function kasane.convening_role(the_municipality uuid, the_agency uuid, the_type text, accompanying uuid) returns text
    language sql stable security definer set search_path = kasane, pg_temp
    return (select w.role
            from kasane.municipality m
            cross join lateral (values
                (0, case when the_agency = accompanying and (the_type <> 'support' or the_agency <> m.responsible_agency_id) then 'coordinator'
                         when the_agency = m.responsible_agency_id then 'manager'
                         when the_type = 'support' then 'manager' else 'coordinator' end),
                (1, 'coordinator'), (2, 'manager'), (3, 'member'), (4, 'reception')) w (n, role)
            where m.id = the_municipality and exists (select from kasane.holders(the_municipality, w.role, the_agency))
            order by w.n limit 1);

-- A meeting's convener follows the body it is put to, whoever puts it there.
create function kasane.name_convener() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if new.status in ('proposed', 'postponed', 'convened') then
        new.convener_id := kasane.convener_for(new.case_id, new.meeting_type, new.sitting_id);
    end if;
    return new;
end $$;
create trigger name_convener before insert or update of sitting_id on kasane.meeting
    for each row execute function kasane.name_convener();

-- Whoever convenes sees what they convene; the tasks of the meeting go where its convener is.
create function kasane.seat_convener() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    perform kasane.take_seat(new.case_id, new.municipality_id, new.convener_id, 'meeting')
    from kasane.case_file f join kasane.municipality m on m.id = f.municipality_id
    where f.id = new.case_id and new.convener_id not in (f.coordinating_agency_id, m.responsible_agency_id);
    if tg_op = 'UPDATE' and old.convener_id is distinct from new.convener_id then
        -- Whoever convenes it no more, and was not invited to any, does not see it by this any more.
        perform kasane.leave_seat(new.case_id, old.convener_id, 'meeting')
        where not exists (select from kasane.meeting_attendee a
                          where a.case_id = new.case_id and a.agency_id = old.convener_id and a.invited_at is not null)
          and not exists (select from kasane.meeting m where m.case_id = new.case_id and m.convener_id = old.convener_id and m.id <> new.id);
        update engine.user_task t set audience_id = t.audience_id
        where t.case_id = new.case_id and t.state = 'CREATED' and t.process_id in ('support-meeting', 'invitation');
    end if;
    return new;
end $$;
create trigger seat_convener after insert or update of sitting_id on kasane.meeting
    for each row execute function kasane.seat_convener();

-- Where another agency accompanies the case from now on, what that agency convenes is convened by it.
create function kasane.meetings_follow() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if old.coordinating_agency_id is distinct from new.coordinating_agency_id then
        update kasane.meeting set sitting_id = sitting_id where case_id = new.id and status in ('proposed', 'postponed', 'convened');
    end if;
    return new;
end $$;
create trigger meetings_follow after update of coordinating_agency_id on kasane.case_file
    for each row execute function kasane.meetings_follow();

-- To whom the convening and the record of a meeting are addressed, and an invitation that nobody of the invited agency can answer.
create function kasane.meeting_audience(the_meeting uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select coalesce(
                kasane.audience_id(m.municipality_id,
                    kasane.convening_role(m.municipality_id, m.convener_id, m.meeting_type, f.coordinating_agency_id), m.convener_id),
                case m.meeting_type when 'support' then kasane.audience_id(m.municipality_id, 'manager', town.responsible_agency_id)
                                    else kasane.audience_id(m.municipality_id, 'coordinator', f.coordinating_agency_id) end)
            from kasane.meeting m join kasane.case_file f on f.id = m.case_id join kasane.municipality town on town.id = m.municipality_id
            where m.id = the_meeting);
comment on function kasane.meeting_audience is 'audience_id of a null role is null: then nobody of the convener works with Kasane, and it is as without one.';

-- The people behind meeting_audience, to be told.
create function kasane.meeting_people(the_meeting uuid) returns setof uuid
    language sql stable security definer set search_path = kasane, pg_temp
begin atomic
    select distinct r.user_id
    from kasane.meeting m join kasane.role_assignment r on r.municipality_id = m.municipality_id and r.agency_id is not null
    join kasane.app_user u on u.id = r.user_id and u.active
    where m.id = the_meeting and kasane.audience_id(r.municipality_id, r.role, r.agency_id) = kasane.meeting_audience(m.id)
      and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date);
end;

-- Whether the acting user belongs to those who convene a body, and may decide about its sittings.
create function kasane.convenes(the_body uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (
        select from kasane.meeting_body b join kasane.municipality m on m.id = b.municipality_id
        cross join lateral (values (coalesce(b.convener_id, case when 'support' = any (b.kinds) then m.responsible_agency_id
                                                                 else m.coordinating_agency_id end))) c (agency_id)
        cross join unnest(b.kinds) k (kind)
        where b.id = the_body
          and kasane.audience_id(b.municipality_id,
                  kasane.convening_role(b.municipality_id, c.agency_id, k.kind, m.coordinating_agency_id), c.agency_id)
              = any (kasane.workable_audiences()));

-- A body may be convened by people who are neither managers nor coordinators. Which sittings they decide about the application asks; a
-- case may be put to any (V9).
create function kasane.convenes_any() returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return (select kasane.may_write())
        and (kasane.has_role('manager', 'coordinator')
             or exists (select from kasane.meeting_body b
                        where b.municipality_id = kasane.my_municipality() and b.active and kasane.convenes(b.id)));
drop policy change on kasane.sitting;
create policy change on kasane.sitting for update
    using ((select kasane.has_role('system'))
           or (select kasane.convenes_any()) and municipality_id = (select kasane.my_municipality()));
drop policy add_of_sitting on kasane.setting_change;
create policy add_of_sitting on kasane.setting_change for insert
    with check (kind = 'sitting' and (select kasane.convenes_any())
                and municipality_id = (select kasane.my_municipality()) and changed_by = kasane.acting_user());

-- Whether the body a meeting is put to decides the plan itself (立川; 002, L3849-3855), and does not only look at it.
create function kasane.decides_plan(the_meeting uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return coalesce((select 'plan' = any (b.decides)
                     from kasane.meeting m join kasane.meeting_body b on b.id = kasane.body_for(m.case_id, m.meeting_type, m.sitting_id)
                     where m.id = the_meeting and m.meeting_type = 'coordination'), false);

-- The meeting that decided the plan, where one did.
alter table kasane.plan add column decided_in uuid references kasane.meeting;
comment on column kasane.plan.decided_in is 'decided_by is then whoever recorded the meeting, decided_on its day.';

-- ── who drafts a plan ──────────────────────────────────────────────────────────────────────────────────────────────

-- The profile's plan.drafter, where that is another agency than the 多機関協働事業者: naming this one means whoever accompanies the case.
-- A case few may see is drafted by who accompanies it.
create function kasane.drafter_for(the_case uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select a.id
            from kasane.case_file f join kasane.municipality m on m.id = f.municipality_id
            join kasane.municipal_rule r on r.municipality_id = m.id and r.key = 'plan.drafter'
            join kasane.agency a on a.municipality_id = m.id and a.code = r.value
            where f.id = the_case and not f.restricted and a.id <> m.coordinating_agency_id);

alter table kasane.case_seat drop constraint case_seat_reason_check,
    add constraint case_seat_reason_check
        check (reason in ('lead', 'coordinating', 'receiving', 'reported', 'meeting', 'role', 'drafting'));

create function kasane.seat_drafter() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if new.phase = 'plan' then
        perform kasane.take_seat(new.id, new.municipality_id, kasane.drafter_for(new.id), 'drafting');
    end if;
    return new;
end $$;
create trigger seat_drafter after insert or update of phase on kasane.case_file
    for each row execute function kasane.seat_drafter();

-- As V7; and whoever only drafts leaves with the consent that does not cover them any more.
create or replace function kasane.seats_follow_roles(the_case uuid, covered uuid[]) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    update kasane.case_seat s set until = now()
    where s.case_id = the_case and s.until is null and s.reason = 'role'
      and not exists (select from kasane.role_allocation r join kasane.plan p on p.id = r.plan_id
                      where r.case_id = the_case and r.agency_id = s.agency_id and r.status not in ('declined', 'ended')
                        and p.status in ('decided', 'started'));
    update kasane.case_seat s set until = now()
    where covered is not null and s.case_id = the_case and s.until is null and s.reason = 'meeting' and not s.agency_id = any (covered)
      and not exists (select from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id
                      where a.case_id = the_case and a.agency_id = s.agency_id and m.meeting_type = 'support' and a.invited_at is not null);
    update kasane.case_seat s set until = now()
    where covered is not null and s.case_id = the_case and s.until is null and s.reason = 'drafting' and not s.agency_id = any (covered);
end;

-- ── to whom a task is addressed ────────────────────────────────────────────────────────────────────────────────────

create or replace function kasane.address_task() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    the_id uuid;
    found  uuid;
begin
    if new.case_id is null and new.consultation_id is null then
        select i.matter_id, s.municipality_id into new.matter_id, new.municipality_id
        from engine.process_instance i join kasane.stream s on s.id = i.matter_id
        where i.epoch = new.epoch and i.key = new.process_instance_key;
        found := kasane.matter_audience(new.candidate_groups[1], new.matter_id);
    elsif new.process_id = 'referral' and new.candidate_groups[1] = 'member' then
        select kasane.audience_of_agency(r.municipality_id, r.to_agency_id, 'member',
                   kasane.task_audience('reception', null, r.consultation_id)) into found
        from kasane.referral r where r.consultation_id = new.consultation_id and r.status = 'sent';
    elsif new.process_id = 'support-meeting' and new.element_id in ('Task_ConveneMeeting', 'Task_HoldMeeting') then
        -- The diagram's group says which kind of meeting it is; who it is for the meeting says.
        select kasane.meeting_audience(m.id) into found
        from kasane.meeting m
        where m.case_id = new.case_id and m.status not in ('held', 'cancelled')
          and m.meeting_type = case new.candidate_groups[1] when 'manager' then 'support' else 'coordination' end
        order by m.created_at desc limit 1;
    elsif new.process_id = 'plan' and new.element_id = 'Task_DraftPlan' then
        select kasane.audience_of_agency(f.municipality_id, kasane.drafter_for(f.id), 'coordinator', null) into found
        from kasane.case_file f where f.id = new.case_id;
    elsif new.process_id in ('invitation', 'role') then
        select engine.as_uuid(i.instance_key) into the_id from engine.process_instance i
        where i.epoch = new.epoch and i.key = new.process_instance_key;
        if new.process_id = 'invitation' then
            select kasane.audience_of_agency(a.municipality_id, a.agency_id, 'member', kasane.meeting_audience(a.meeting_id)) into found
            from kasane.meeting_attendee a where a.id = the_id;
        else
            select kasane.audience_of_agency(r.municipality_id, r.agency_id, 'member',
                       kasane.audience_id(r.municipality_id, 'coordinator', f.coordinating_agency_id)) into found
            from kasane.role_allocation r join kasane.case_file f on f.id = r.case_id where r.id = the_id;
        end if;
    end if;
    new.audience_id := coalesce(found, new.audience_id);
    return new;
end $$;

-- ── which concern belongs to whom: a profile may say so ────────────────────────────────────────────────────────────

alter table kasane.concern_field add column source text not null default 'ours';
comment on column kasane.concern_field.source is 'A line of the documents, or ours.';

-- ── what is open follows from now on ───────────────────────────────────────────────────────────────────────────────

update kasane.meeting set sitting_id = sitting_id where status in ('proposed', 'postponed', 'convened');
update kasane.case_file set phase = phase where phase = 'plan';
update engine.user_task set audience_id = audience_id where state = 'CREATED' and element_id = 'Task_DraftPlan';
