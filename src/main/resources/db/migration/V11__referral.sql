-- つなぎ: one agency hands a consultation to another, and hears what became of it. A referral is answered; it comes back only together
-- with a 提案 of what to try first (002, L5572-5580, L5739-5771), and a new application says what was tried. The chain stays: it shows
-- when a person is being passed around (たらいまわし; 002, L4944-4951).

create table kasane.referral (
    id                uuid primary key,
    municipality_id   uuid        not null references kasane.municipality,
    consultation_id   uuid        not null references kasane.consultation,
    -- the how manieth of this consultation
    number            int         not null check (number > 0),
    -- what it answers to: the one that was returned before
    previous_id       uuid references kasane.referral,
    from_agency_id    uuid        not null references kasane.agency,
    to_agency_id      uuid        not null references kasane.agency,
    submission_id     uuid        not null references kasane.submission,
    sent_by           uuid        not null references kasane.app_user,
    sent_at           timestamptz not null,
    request           text        not null,
    -- 再申込: what of the last 提案 was done, and how it went
    tried             text,
    status            text        not null default 'sent' check (status in ('sent', 'accepted', 'returned', 'withdrawn')),
    answer_id         uuid references kasane.submission,
    answered_at       timestamptz,
    answered_by       uuid references kasane.app_user,
    -- answered by somebody else, for an agency that does not work with Kasane
    by_hand           boolean     not null default false,
    answer            text,
    proposal          text,
    proposed_agency_id uuid references kasane.agency,
    unique (consultation_id, number),
    check (from_agency_id <> to_agency_id),
    check ((status in ('accepted', 'returned')) = (answered_at is not null)),
    -- Never returned with nothing in the hand.
    check (status <> 'returned' or proposal is not null)
);
create index on kasane.referral (to_agency_id, consultation_id);
-- One at a time: a consultation is never in two agencies' hands, or in nobody's.
create unique index one_open_referral on kasane.referral (consultation_id) where status = 'sent';

-- 'referral' means on its way now; what was handed over before there was an answer to wait for counts as taken.
alter table kasane.consultation drop constraint consultation_status_check;
update kasane.consultation set status = 'handed-over' where status = 'referral';
alter table kasane.consultation add constraint consultation_status_check
    check (status in ('received', 'information', 'own', 'referral', 'handed-over', 'case'));

alter table kasane.referral enable row level security;
create policy see on kasane.referral for select using (kasane.sees_consultation(consultation_id));
create policy add on kasane.referral for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()) and kasane.sees_consultation(consultation_id));
create policy change on kasane.referral for update using ((select kasane.may_write()) and kasane.sees_consultation(consultation_id));
grant select, insert, update on kasane.referral to kasane_app;

-- Whoever was asked to take a consultation reads it; one that was taken back before it was answered is no longer theirs to read.
create or replace function kasane.sees_consultation(the_consultation uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (
        select from kasane.consultation c
        where c.id = the_consultation
          and (kasane.has_role('system')
               or c.municipality_id = kasane.my_municipality()
                  and (kasane.sees_all() or c.agency_id = any (kasane.my_agencies()) or kasane.sees_case(c.case_id)
                       or exists (select from kasane.referral r where r.consultation_id = c.id and r.status <> 'withdrawn'
                                  and r.to_agency_id = any (kasane.my_agencies())))));

-- A concealed address (DV) goes on only to whoever has taken the consultation.
create or replace function kasane.sees_concealed_of(the_consultation uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (select from kasane.consultation c where c.id = the_consultation and kasane.sees_consultation(c.id)
                   and (kasane.sees_all() or c.agency_id = any (kasane.my_agencies()) or kasane.sees_concealed(c.case_id)
                        or exists (select from kasane.referral r where r.consultation_id = c.id and r.status = 'accepted'
                                   and r.to_agency_id = any (kasane.my_agencies()))));

-- Who is asked to take a consultation answers for it; where nobody of that agency works with Kasane, the window that sent it does.
create or replace function kasane.address_task() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    the_id uuid;
    found  uuid;
begin
    if new.process_id = 'referral' and new.candidate_groups[1] = 'member' then
        select kasane.audience_of_agency(r.municipality_id, r.to_agency_id, 'member',
                   kasane.task_audience('reception', null, r.consultation_id)) into found
        from kasane.referral r where r.consultation_id = new.consultation_id and r.status = 'sent';
    elsif new.process_id in ('invitation', 'role') then
        select engine.as_uuid(i.instance_key) into the_id from engine.process_instance i
        where i.epoch = new.epoch and i.key = new.process_instance_key;
        if new.process_id = 'invitation' then
            select kasane.audience_of_agency(a.municipality_id, a.agency_id, 'member', kasane.audience_id(a.municipality_id,
                       case m.meeting_type when 'support' then 'manager' else 'coordinator' end, m.convener_id)) into found
            from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id where a.id = the_id;
        else
            select kasane.audience_of_agency(r.municipality_id, r.agency_id, 'member',
                       kasane.audience_id(r.municipality_id, 'coordinator', f.coordinating_agency_id)) into found
            from kasane.role_allocation r join kasane.case_file f on f.id = r.case_id where r.id = the_id;
        end if;
    end if;
    new.audience_id := coalesce(found, new.audience_id);
    return new;
end $$;


-- A task of a consultation asks its instance for its key, whoever does it.
drop policy see on engine.process_instance;
create policy see on engine.process_instance for select using (
    kasane.has_role('system', 'auditor', 'manager', 'admin') or kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id));
