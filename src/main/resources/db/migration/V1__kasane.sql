-- What is known of people and their cases. The engine decides what happens next; this is the truth it is disposable against.
-- Who sees which row is decided in V3 by row-level security; the owner of these tables is the role that runs Flyway.

-- db/roles.sql makes the three roles with their passwords beforehand; a superuser (a test) may leave that to this block.
do $$
declare
    r text;
begin
    foreach r in array array ['kasane_owner', 'kasane_app', 'kasane_exporter'] loop
        if not exists (select from pg_roles where rolname = r) then
            execute format('create role %I login', r);
        end if;
    end loop;
end $$;

create schema if not exists kasane;
create schema if not exists engine;
create schema if not exists audit;

-- ── who ────────────────────────────────────────────────────────────────────────────────────────────────────────────

create table kasane.municipality (
    id                     uuid primary key,
    code                   text        not null unique,
    name                   text        not null,
    -- 多機関協働事業者: accompanies every case that has no other. 所管課: convenes 支援会議 and decides plans.
    coordinating_agency_id uuid,
    responsible_agency_id  uuid,
    created_at             timestamptz not null default now()
);

create table kasane.agency (
    id              uuid primary key,
    municipality_id uuid    not null references kasane.municipality,
    code            text    not null,
    name            text    not null,
    field           text    not null,
    position        int     not null default 0,
    active          boolean not null default true,
    unique (municipality_id, code)
);
alter table kasane.municipality
    add foreign key (coordinating_agency_id) references kasane.agency,
    add foreign key (responsible_agency_id) references kasane.agency;

create table kasane.app_user (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    login           text        not null unique,
    display_name    text        not null,
    password_hash   text,
    -- 'system' acts for the job workers and the outbox; it has no password and cannot log in.
    kind            text        not null default 'person' check (kind in ('person', 'system')),
    active          boolean     not null default true,
    created_at      timestamptz not null default now()
);

-- Effective-dated, so that a transfer on 1 April is a row and not an edit.
create table kasane.role_assignment (
    id              uuid primary key,
    municipality_id uuid not null references kasane.municipality,
    user_id         uuid not null references kasane.app_user,
    role            text not null check (role in ('reception', 'coordinator', 'member', 'manager', 'auditor', 'admin', 'system')),
    agency_id       uuid references kasane.agency,
    valid_from      date not null default current_date,
    valid_to        date,
    check (agency_id is not null or role in ('admin', 'system'))
);
create index on kasane.role_assignment (user_id);

-- ── streams: one line of events per case, or per consultation until it is one ──────────────────────────────────────

create table kasane.stream (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    kind            text        not null check (kind in ('case', 'consultation')),
    last_seq        bigint      not null default 0,
    -- Counts the times the engine's instances were ended and started again (re-seat).
    seat            int         not null default 0,
    created_at      timestamptz not null default now()
);
comment on table kasane.stream is 'Its row is the lock under which everything of a case is written, in order.';

create table kasane.consultation (
    id                uuid primary key references kasane.stream,
    municipality_id   uuid        not null references kasane.municipality,
    agency_id         uuid        not null references kasane.agency,
    case_id           uuid,
    status            text        not null default 'received' check (status in ('received', 'information', 'own', 'referral', 'case')),
    channel           text        not null,
    brought_by        text        not null,
    subject_known     boolean     not null,
    subject_name      text,
    subject_kana      text,
    subject_label     text,
    address_concealed boolean     not null default false,
    story             text        not null,
    wishes            text,
    since             text,
    case_class        text,
    urgency           text,
    triage_reason     text,
    referral_agency_id uuid references kasane.agency,
    answer            text,
    occurred_at       timestamptz not null,
    recorded_at       timestamptz not null,
    recorded_by       uuid        not null references kasane.app_user,
    on_behalf_of      uuid references kasane.app_user,
    check (subject_known = (subject_name is not null)),
    check (subject_name is not null or subject_label is not null)
);
create index on kasane.consultation (agency_id, occurred_at);
create index on kasane.consultation (case_id);

-- A table of its own, as for members: a concealed address (DV) is a row the others cannot read.
create table kasane.consultation_address (
    consultation_id uuid primary key references kasane.consultation,
    municipality_id uuid    not null references kasane.municipality,
    address         text    not null,
    concealed       boolean not null
);

create table kasane.consultation_concern (
    consultation_id uuid    not null references kasane.consultation,
    municipality_id uuid    not null references kasane.municipality,
    concern         text    not null,
    -- ◎: the one that troubles most (002, L2098-2118).
    main            boolean not null default false,
    primary key (consultation_id, concern)
);

create table kasane.case_number (
    municipality_id uuid not null references kasane.municipality,
    fiscal_year     int  not null,
    last_number     int  not null,
    primary key (municipality_id, fiscal_year)
);

create table kasane.case_file (
    id                     uuid primary key references kasane.stream,
    municipality_id        uuid        not null references kasane.municipality,
    number                 text        not null,
    phase                  text        not null check (phase in ('assessment', 'meeting', 'outreach', 'plan', 'monitoring', 'closure', 'closed')),
    -- Where in the phase the case stands; a re-seated case goes on from here.
    step                   text        not null,
    -- 主担当 and 伴走: never empty, so that nobody is without either.
    lead_agency_id         uuid        not null references kasane.agency,
    coordinating_agency_id uuid        not null references kasane.agency,
    -- Asked to take the case over, while that is open.
    receiving_agency_id    uuid references kasane.agency,
    case_class             text,
    urgency                text        not null default 'normal',
    restricted             boolean     not null default false,
    next_review_on         date,
    watch                  boolean     not null default false,
    opened_at              timestamptz not null,
    closed_at              timestamptz,
    unique (municipality_id, number),
    check ((phase = 'closed') = (closed_at is not null))
);
alter table kasane.consultation add foreign key (case_id) references kasane.case_file;

-- Which agencies sit on a case, and why: the grain of row-level security.
create table kasane.case_seat (
    case_id         uuid        not null references kasane.case_file,
    municipality_id uuid        not null references kasane.municipality,
    agency_id       uuid        not null references kasane.agency,
    reason          text        not null check (reason in ('lead', 'coordinating', 'receiving', 'reported', 'meeting', 'role')),
    since           timestamptz not null,
    until           timestamptz,
    primary key (case_id, agency_id, reason)
);
create index on kasane.case_seat (agency_id, case_id) where until is null;

create table kasane.submission (
    id                   uuid primary key,
    municipality_id      uuid        not null references kasane.municipality,
    stream_id            uuid        not null references kasane.stream,
    case_id              uuid references kasane.case_file,
    -- Checked at commit: a consultation is recorded by the submission that registers it.
    consultation_id      uuid references kasane.consultation deferrable initially deferred,
    -- Set when the submission tells what was said in a 支援会議: read by those who sat in it.
    meeting_id           uuid,
    task_id              uuid,
    step                 text        not null,
    process_instance_key bigint,
    form_id              text        not null,
    form_version         int,
    data                 jsonb       not null,
    -- The form holds an address that is concealed (DV): read by those who may know it.
    concealed            boolean     not null default false,
    submitted_by         uuid        not null references kasane.app_user,
    on_behalf_of         uuid references kasane.app_user,
    occurred_at          timestamptz not null,
    recorded_at          timestamptz not null,
    -- The gate: the element instance of `persist-submission` that took these facts to the engine.
    -- The codes it hands to the next gateway; applied in the transaction that stored it, or by the gate.
    facts                jsonb       not null default '{}',
    applied_at           timestamptz,
    gate_epoch           uuid,
    gate_key             bigint
);
create unique index one_submission_per_task on kasane.submission (task_id);
create index on kasane.submission (stream_id, recorded_at);
create index on kasane.submission (case_id);

create table kasane.case_event (
    stream_id       uuid        not null references kasane.stream,
    seq             bigint      not null,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid references kasane.case_file,
    consultation_id uuid references kasane.consultation deferrable initially deferred,
    kind            text        not null,
    occurred_at     timestamptz not null,
    recorded_at     timestamptz not null,
    -- null: unknown (a task completed outside of Kasane).
    actor_id        uuid references kasane.app_user,
    on_behalf_of    uuid references kasane.app_user,
    task_id         uuid,
    submission_id   uuid references kasane.submission,
    -- Ids and codes only; what was said stands in the module's tables under their own policies.
    refs            jsonb       not null default '{}',
    primary key (stream_id, seq)
);
create index on kasane.case_event (case_id, recorded_at);
create index on kasane.case_event (consultation_id);

-- ── household and consent ──────────────────────────────────────────────────────────────────────────────────────────

create table kasane.household (
    case_id         uuid primary key references kasane.case_file,
    municipality_id uuid not null references kasane.municipality,
    name            text not null,
    gathered        text
);

create table kasane.household_member (
    id              uuid primary key,
    municipality_id uuid    not null references kasane.municipality,
    case_id         uuid    not null references kasane.case_file,
    position        int     not null,
    -- Stored as entered, never Unicode-normalised; no name yet: a label by which the workers know the person.
    name            text,
    kana            text,
    label           text,
    relation        text    not null,
    birth_date      date,
    subject         boolean not null default false,
    address_concealed boolean not null default false,
    left_at         timestamptz,
    check (name is not null or label is not null)
);
create index on kasane.household_member (case_id);

-- A table of its own, so that a concealed address (DV) is a row the others cannot read.
create table kasane.member_address (
    member_id       uuid primary key references kasane.household_member,
    municipality_id uuid    not null references kasane.municipality,
    case_id         uuid    not null references kasane.case_file,
    address         text    not null,
    concealed       boolean not null
);

create table kasane.member_concern (
    member_id       uuid    not null references kasane.household_member,
    municipality_id uuid    not null references kasane.municipality,
    case_id         uuid    not null references kasane.case_file,
    concern         text    not null,
    main            boolean not null default false,
    primary key (member_id, concern)
);

-- 同意 is a history per person: given, narrowed, withdrawn are rows, the latest one is in force.
create table kasane.consent (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    member_id       uuid        not null references kasane.household_member,
    submission_id   uuid references kasane.submission,
    state           text        not null check (state in ('given', 'narrowed', 'withdrawn')),
    scope           text[]      not null,
    agency_ids      uuid[]      not null,
    evidence        text        not null,
    note            text,
    occurred_on     date        not null,
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user,
    unique (submission_id, member_id)
);
create index on kasane.consent (case_id);

create table kasane.involved_agency (
    case_id         uuid not null references kasane.case_file,
    municipality_id uuid not null references kasane.municipality,
    agency_id       uuid not null references kasane.agency,
    -- 過去の支援機関・今後必要な支援機関 (002, L286)
    relation        text not null check (relation in ('past', 'current', 'needed')),
    note            text,
    primary key (case_id, agency_id)
);

-- ── assessment, meeting, plan, support ─────────────────────────────────────────────────────────────────────────────

create table kasane.assessment (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    submission_id   uuid        not null unique references kasane.submission,
    version         int         not null,
    household_issue text        not null,
    strengths       text        not null,
    needs           text        not null,
    risks           text,
    consent_state   text        not null,
    route           text        not null,
    route_reason    text        not null,
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user,
    unique (case_id, version)
);

create table kasane.meeting (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    -- support: 支援会議 (法106条の6), coordination: 重層的支援会議 (実施要綱)
    meeting_type    text        not null check (meeting_type in ('support', 'coordination')),
    status          text        not null check (status in ('proposed', 'convened', 'postponed', 'held')),
    convener_id     uuid        not null references kasane.agency,
    purpose         text        not null,
    agenda          text        not null,
    desired_from    date,
    scheduled_at    timestamptz,
    place           text,
    note            text,
    held_at         timestamptz,
    outcome         text,
    minutes         text,
    approach        text,
    created_at      timestamptz not null
);
create index on kasane.meeting (case_id);
alter table kasane.submission add foreign key (meeting_id) references kasane.meeting;

create table kasane.meeting_attendee (
    id              uuid primary key,
    municipality_id uuid    not null references kasane.municipality,
    case_id         uuid    not null references kasane.case_file,
    meeting_id      uuid    not null references kasane.meeting,
    agency_id       uuid    not null references kasane.agency,
    invited_at      timestamptz,
    answer          text check (answer in ('attend', 'absent')),
    answered_at     timestamptz,
    answered_by     uuid references kasane.app_user,
    -- 誓約書: per attendee and per meeting (002, L5079-81)
    pledged_at      timestamptz,
    pledged_by      uuid references kasane.app_user,
    attended        boolean,
    information     text,
    unique (meeting_id, agency_id)
);
create index on kasane.meeting_attendee (agency_id);

create table kasane.plan (
    id               uuid primary key,
    municipality_id  uuid        not null references kasane.municipality,
    case_id          uuid        not null references kasane.case_file,
    kind             text        not null check (kind in ('outreach', 'support')),
    version          int         not null,
    status           text        not null check (status in ('draft', 'reviewed', 'decided', 'returned', 'superseded')),
    submission_id    uuid        not null unique references kasane.submission,
    meeting_id       uuid references kasane.meeting,
    person_wish      text,
    long_goal        text        not null,
    short_goal       text,
    approach         text,
    interval_days    int,
    first_on         date,
    cautions         text,
    lead_agency_id   uuid references kasane.agency,
    review_on        date,
    -- Drafter and decider are different records (002, L5820-22).
    drafted_by       uuid        not null references kasane.app_user,
    drafted_at       timestamptz not null,
    decided_by       uuid references kasane.app_user,
    decided_on       date,
    decision_reason  text,
    document_no      text,
    unique (case_id, kind, version)
);

create table kasane.role_allocation (
    id              uuid primary key,
    municipality_id uuid not null references kasane.municipality,
    case_id         uuid not null references kasane.case_file,
    plan_id         uuid not null references kasane.plan,
    position        int  not null,
    agency_id       uuid not null references kasane.agency,
    role            text not null,
    detail          text,
    starts_on       date,
    unique (plan_id, position)
);

create table kasane.contact (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    submission_id   uuid        not null unique references kasane.submission,
    kind            text        not null,
    outreach        boolean     not null,
    people          text,
    content         text        not null,
    relation_stage  text,
    outcome         text,
    next_on         date,
    agency_id       uuid        not null references kasane.agency,
    occurred_at     timestamptz not null,
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user
);
create index on kasane.contact (case_id, occurred_at);

create table kasane.review (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    submission_id   uuid        not null unique references kasane.submission,
    held_on         date        not null,
    progress        text        not null,
    goal_state      text        not null,
    decision        text        not null,
    reason          text,
    next_on         date,
    recorded_at     timestamptz not null,
    recorded_by     uuid        not null references kasane.app_user
);
create index on kasane.review (case_id);

create table kasane.closure (
    id                 uuid primary key,
    municipality_id    uuid        not null references kasane.municipality,
    case_id            uuid        not null references kasane.case_file,
    submission_id      uuid        not null unique references kasane.submission,
    version            int         not null,
    status             text        not null check (status in ('evaluated', 'accepted', 'declined', 'closed', 'returned')),
    reasons            text[]      not null,
    evaluation         text        not null,
    handover_agency_id uuid references kasane.agency,
    handover_note      text,
    watch              boolean     not null,
    watch_note         text,
    contact_person     text,
    answer_reason      text,
    answered_by        uuid references kasane.app_user,
    decided_by         uuid references kasane.app_user,
    decided_on         date,
    document_no        text,
    decision_reason    text,
    recorded_at        timestamptz not null,
    recorded_by        uuid        not null references kasane.app_user,
    unique (case_id, version)
);

-- ── tasks, outbox, deadlines, notifications ────────────────────────────────────────────────────────────────────────

create table kasane.task_claim (
    task_id         uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    user_id         uuid        not null references kasane.app_user,
    claimed_at      timestamptz not null
);
create index on kasane.task_claim (user_id);

create table kasane.draft (
    task_id         uuid        not null,
    user_id         uuid        not null references kasane.app_user,
    municipality_id uuid        not null references kasane.municipality,
    data            jsonb       not null,
    saved_at        timestamptz not null,
    primary key (task_id, user_id)
);

create table kasane.outbox (
    id              bigint generated always as identity primary key,
    municipality_id uuid        not null references kasane.municipality,
    stream_id       uuid        not null references kasane.stream,
    kind            text        not null check (kind in ('complete-task', 'publish-message', 're-seat')),
    payload         jsonb       not null,
    created_at      timestamptz not null default now(),
    attempts        int         not null default 0,
    next_attempt_at timestamptz not null default now(),
    last_error      text,
    done_at         timestamptz,
    -- done | superseded (the engine no longer knew the task: the submitter is told)
    result          text
);
create index outbox_open on kasane.outbox (stream_id, id) where done_at is null;

create table kasane.deadline_policy (
    id              uuid primary key,
    municipality_id uuid    not null references kasane.municipality,
    step            text    not null,
    due_days        int     not null check (due_days between 0 and 3650),
    remind_days     int     not null check (remind_days >= 0),
    escalate_days   int     not null check (escalate_days >= 0),
    -- ours: a default of Kasane, never law (no document gives a deadline in days, 002 §0).
    origin          text    not null default 'ours' check (origin in ('ours', 'municipality')),
    unique (municipality_id, step)
);

create table kasane.deadline (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    stream_id       uuid        not null references kasane.stream,
    case_id         uuid references kasane.case_file,
    consultation_id uuid references kasane.consultation,
    task_id         uuid        not null unique,
    step            text        not null,
    instance_key    text        not null,
    policy_id       uuid references kasane.deadline_policy,
    remind_at       timestamptz not null,
    due_at          timestamptz not null,
    escalate_at     timestamptz not null,
    -- 0 none, 1 reminded (assignee), 2 due (lead), 3 escalated (manager): the highest rung that was told.
    rung            int         not null default 0,
    created_at      timestamptz not null,
    settled_at      timestamptz
);
create index deadline_open on kasane.deadline (remind_at) where settled_at is null;

create table kasane.deadline_escalation (
    deadline_id     uuid        not null references kasane.deadline,
    municipality_id uuid        not null references kasane.municipality,
    rung            int         not null check (rung between 1 and 3),
    reached_at      timestamptz not null,
    recorded_at     timestamptz not null,
    primary key (deadline_id, rung)
);

create table kasane.notification (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    user_id         uuid        not null references kasane.app_user,
    kind            text        not null,
    case_id         uuid references kasane.case_file,
    consultation_id uuid references kasane.consultation,
    meeting_id      uuid references kasane.meeting,
    task_id         uuid,
    -- One visible message per event, however often the job runs.
    cause           text        not null,
    created_at      timestamptz not null,
    read_at         timestamptz,
    unique (user_id, cause)
);
create index on kasane.notification (user_id, created_at desc);

-- ── who may see: functions that V2 and V3 lean on ──────────────────────────────────────────────────────────────────

create function kasane.acting_user() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('kasane.user_id', true), '')::uuid;
comment on function kasane.acting_user() is 'Set by the application at the start of every transaction. No setting, no rows.';

create function kasane.audience_id(municipality uuid, role text, agency uuid) returns uuid
    language sql immutable parallel safe
    return md5(municipality::text || ':' || role || ':' || agency::text)::uuid;
comment on function kasane.audience_id is 'Those who hold a role at an agency: what a task is addressed to.';

create function kasane.task_municipality(the_case uuid, the_consultation uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (select municipality_id from kasane.stream where id = coalesce(the_case, the_consultation));

create function kasane.task_audience(candidate_group text, the_case uuid, the_consultation uuid) returns uuid
    language sql stable security definer set search_path = kasane, pg_temp
    return (
        select kasane.audience_id(s.municipality_id, candidate_group,
            case candidate_group
                when 'reception' then (select c.agency_id from kasane.consultation c
                                       where c.id = the_consultation or (the_consultation is null and c.case_id = the_case) limit 1)
                when 'coordinator' then coalesce((select f.coordinating_agency_id from kasane.case_file f where f.id = the_case), m.coordinating_agency_id)
                when 'member' then (select f.receiving_agency_id from kasane.case_file f where f.id = the_case)
                else m.responsible_agency_id
            end)
        from kasane.stream s join kasane.municipality m on m.id = s.municipality_id
        where s.id = coalesce(the_case, the_consultation)
    );
