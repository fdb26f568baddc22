-- A case's timeline is read newest first, some fifty entries at a time, by topic, person and day. Row-level security is asked of every
-- row that is read: the conditions stand on columns and use operators PostgreSQL holds leakproof, so that it is asked of the rows that are
-- shown and not of all there are (DESIGN §10).

-- What an entry is about. Generated: one place says it, and no module that appends an event has to know of it. Writes the table anew once.
alter table kasane.case_event add column topic text not null generated always as (
    case
        when refs ->> 'form' in ('contact', 'outreach-contact') or kind = 'contact.recorded' then 'contact'
        when refs ->> 'form' in ('consent', 'consent-change') or kind = 'change.consent' then 'consent'
        when refs ->> 'form' in ('meeting-proposal', 'meeting-convening', 'invitation-answer', 'meeting-record')
            or kind ^@ 'meeting.' or kind ^@ 'agenda.' or kind ^@ 'network.' then 'meeting'
        when refs ->> 'form' in ('plan-draft', 'plan-decision', 'outreach-plan', 'role-answer', 'role-report', 'review')
            or kind ^@ 'plan.' or kind ^@ 'role.' or kind ^@ 'review.' then 'plan'
        when refs ->> 'form' in ('gather-information', 'assessment', 'strength-sheet', 'member-added')
            or kind ^@ 'ecomap.' or kind ^@ 'strengths.' then 'assessment'
        when refs ->> 'form' in ('referral-proposal', 'referral-answer', 'proposal-reply', 'participation-need', 'participation-match',
                'participation-follow') or kind ^@ 'referral.' or kind ^@ 'participation.' then 'referral'
        when kind ^@ 'document.' then 'document'
        when kind ^@ 'deadline.' then 'deadline'
        else 'case' end) stored;
comment on column kasane.case_event.topic is
    'contact, consent, meeting, plan, assessment, referral, document, deadline, case: what the timeline is filtered by';

create index case_event_newest on kasane.case_event (stream_id, recorded_at desc, seq desc);
create index contact_newest on kasane.contact (case_id, occurred_at desc, id desc);
drop index kasane.contact_case_id_occurred_at_idx;

-- Who did something on a case, to be chosen among: asked of the case once and not of each of its events.
create function kasane.actors_of(the_case uuid) returns table (id uuid, name text)
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    if kasane.sees_case(the_case) then
        return query
            select u.id, u.display_name from kasane.app_user u
            where u.id in (select e.actor_id from kasane.case_event e
                           where e.stream_id = the_case
                              or e.stream_id in (select c.id from kasane.consultation c where c.case_id = the_case))
            order by u.display_name, u.id;
    end if;
end $$;

-- What of a case is due, on its page.
create index deadline_open_of_case on kasane.deadline (case_id) where settled_at is null;
