-- 会議体 and their sittings: when the municipality meets, until when a case may be put to a sitting, and which cases sit in it.
-- Rhythms are many (001b, L12508 and R26: nth weekday, weekly, every n months, k times a year with months left out, at need); no
-- document but 湯沢's names a cut-off (001, L6406-6414: papers one week before the third Wednesday). What stands here as 'ours' is
-- a first value of Kasane's.

create table kasane.meeting_body (
    id              uuid primary key,
    municipality_id uuid not null references kasane.municipality,
    code            text not null check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name            text not null check (length(name) between 1 and 60),
    -- One sitting may serve both legal bases (001b, L18580).
    kinds           text[] not null check (kinds <@ array ['support', 'coordination'] and cardinality(kinds) between 1 and 2),
    -- adhoc: at need only
    rhythm          text not null check (rhythm in ('adhoc', 'weekly', 'monthly')),
    -- every n weeks or months, counted from counts_from
    every           int  not null default 1 check (every between 1 and 52),
    counts_from     date,
    -- ISO: 1 Monday … 7 Sunday
    weekday         int check (weekday between 1 and 7),
    -- monthly: which of the month's weekdays; -1 the last
    nths            int[] not null default '{}' check (nths <@ array [1, 2, 3, 4, 5, -1]),
    -- months in which it sits; the others are left out
    months          int[] not null default '{1,2,3,4,5,6,7,8,9,10,11,12}'
                    check (months <@ array [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] and cardinality(months) > 0),
    starts          time not null default '14:00',
    place           text not null default '' check (length(place) <= 200),
    cutoff_days     int  not null default 7 check (cutoff_days between 0 and 60),
    cutoff_unit     text not null default 'calendar' check (cutoff_unit in ('calendar', 'business')),
    -- what happens to a sitting that falls on a day on which the office is closed
    closed_day      text not null default 'next' check (closed_day in ('keep', 'next', 'previous', 'skip')),
    -- agencies that must attend; null: nobody asks. No document names a quorum.
    quorum          int check (quorum between 1 and 100),
    active          boolean not null default true,
    origin          text not null default 'ours' check (origin in ('ours', 'municipality')),
    unique (municipality_id, code),
    check (rhythm = 'adhoc' or weekday is not null),
    check (rhythm <> 'monthly' or cardinality(nths) > 0),
    check (every = 1 or counts_from is not null)
);

create table kasane.sitting (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    body_id         uuid references kasane.meeting_body,
    kinds           text[]      not null,
    -- The date the rhythm gives; it stays when the sitting is moved, so that it is not planned a second time.
    slot            date,
    -- Convened for a case besides the regular ones: others come to it by choice only.
    at_need         boolean     not null default false,
    starts_at       timestamptz not null,
    -- Until then a case may be put to it.
    cutoff_at       timestamptz not null,
    place           text        not null default '',
    status          text        not null default 'planned' check (status in ('planned', 'cancelled', 'merged')),
    merged_into     uuid references kasane.sitting,
    -- moved or added by somebody: a new rhythm leaves it where it is
    by_hand         boolean     not null default false,
    created_at      timestamptz not null,
    unique (body_id, slot),
    check ((status = 'merged') = (merged_into is not null)),
    check (cutoff_at <= starts_at)
);
create index on kasane.sitting (municipality_id, starts_at);

alter table kasane.meeting add column sitting_id uuid references kasane.sitting;
create index on kasane.meeting (sitting_id);
-- The sitting a case was put off from, until it is convened again: it goes to a later one.
alter table kasane.meeting add column put_off_from uuid references kasane.sitting;
comment on column kasane.meeting.sitting_id is 'The sitting to which the case is put: a meeting is one case''s item there. scheduled_at and place are what its members were told.';
alter table kasane.meeting add column quorum_note text;
comment on column kasane.meeting.quorum_note is 'Why it was held with fewer agencies than the body asks for.';

alter table kasane.setting_change
    drop constraint setting_change_kind_check,
    add constraint setting_change_kind_check check (kind in ('deadline', 'calendar', 'meeting-body', 'sitting'));

alter table kasane.meeting_body enable row level security;
create policy see on kasane.meeting_body for select
    using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role('system')));
create policy add on kasane.meeting_body for insert
    with check ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.meeting_body for update
    using ((select kasane.may_set()) and municipality_id = (select kasane.my_municipality()));
grant select, insert, update on kasane.meeting_body to kasane_app;

alter table kasane.sitting enable row level security;
-- One at need says where and when a case is talked about: seen by those who see one of its cases, and by who convenes.
create policy see on kasane.sitting for select
    using ((select kasane.has_role('system'))
           or municipality_id = (select kasane.my_municipality())
              and (not at_need or (select kasane.has_role('manager', 'coordinator', 'auditor'))
                   or exists (select from kasane.meeting m where m.sitting_id = sitting.id)));
create policy add on kasane.sitting for insert
    with check ((select kasane.has_role('system')) or (select kasane.may_write()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.sitting for update
    using ((select kasane.has_role('system'))
           or (select kasane.has_role('manager', 'coordinator')) and municipality_id = (select kasane.my_municipality()));
-- Planned ones nobody is put to make way when the rhythm changes.
create policy remove on kasane.sitting for delete using ((select kasane.has_role('system')));
grant select, insert, update, delete on kasane.sitting to kasane_app;

-- Whoever convenes says why a sitting was moved, merged or called off.
create policy add_of_sitting on kasane.setting_change for insert
    with check (kind = 'sitting' and (select kasane.has_role('manager', 'coordinator'))
                and municipality_id = (select kasane.my_municipality()) and changed_by = kasane.acting_user());
