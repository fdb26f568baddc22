-- What a municipality calls things, how it is divided, by which ways a case comes about and what it counts: the parts of its
-- profile (profiles/<name>.yaml; 002 §3.11 and 001b §5.9 list what differs from one municipality to the next). The file fills an
-- empty installation once; afterwards these tables are the truth. Every value says where it is from: a line of the documents, or 'ours'.

-- ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────

-- title: what a role is called (地域福祉コーディネーター, CSW, 相談支援包括化推進員; 002 §3.11). name: what a thing is called (世帯支援プラン,
-- 支援計画書; 001b §5.9).
create table kasane.municipal_word (
    municipality_id uuid not null references kasane.municipality,
    kind            text not null check (kind in ('title', 'name')),
    key             text not null,
    word            text not null check (length(word) between 1 and 100),
    source          text not null,
    primary key (municipality_id, kind, key)
);

-- ── areas: schemes side by side, none for a municipality that works without (墨田; 002, L4758-60) ────────────────────

create table kasane.area_scheme (
    id              uuid primary key,
    municipality_id uuid not null references kasane.municipality,
    code            text not null,
    name            text not null,
    position        int  not null default 0,
    source          text not null,
    unique (municipality_id, code)
);

create table kasane.area (
    id              uuid primary key,
    municipality_id uuid not null references kasane.municipality,
    scheme_id       uuid not null references kasane.area_scheme,
    code            text not null,
    name            text not null,
    -- Of the same scheme or of another one (中野: 15圏域 in 4; 002, L4117-21).
    parent_id       uuid references kasane.area,
    position        int  not null default 0,
    source          text not null,
    unique (scheme_id, code)
);

-- The town names an area covers (立川 names them; 002, L3364-86); a town is in one area of a scheme at most.
create table kasane.area_district (
    scheme_id       uuid not null references kasane.area_scheme,
    district        text not null check (length(district) between 1 and 60),
    area_id         uuid not null references kasane.area,
    municipality_id uuid not null references kasane.municipality,
    primary key (scheme_id, district)
);

create table kasane.agency_area (
    agency_id       uuid not null references kasane.agency,
    area_id         uuid not null references kasane.area,
    municipality_id uuid not null references kasane.municipality,
    primary key (agency_id, area_id)
);

alter table kasane.agency add column source text;

-- ── meeting bodies ─────────────────────────────────────────────────────────────────────────────────────────────────

-- network: 定例会議, 連携会議; policy: measures of the whole municipality. Neither takes a case's meeting. The classes are another
-- attribute than the name: 支援調整会議 is case level in 青森 and network level in 岩泉 (001a §5.9).
alter table kasane.meeting_body
    drop constraint meeting_body_kinds_check,
    add constraint meeting_body_kinds_check
        check (kinds <@ array ['support', 'coordination', 'network', 'policy'] and cardinality(kinds) between 1 and 4),
    -- null: as by kind, the section for 支援会議 and whoever accompanies for 重層的支援会議 (002, L2279-91)
    add column convener_id uuid references kasane.agency,
    add column decides text[] not null default '{}' check (decides <@ array ['plan', 'intake', 'closure', 'policy']),
    -- sitting: a 誓約書 with every attendance (墨田; 002, L5079-81); once: one for all sittings; none: it may be given
    add column pledge text not null default 'none' check (pledge in ('sitting', 'once', 'none')),
    -- held even when no case is put to it (中野's 連携会議; 002, L4447-49)
    add column held_without_cases boolean not null default false,
    add column source text,
    -- keys of the profile's entry that its source does not say
    add column ours text[] not null default '{}';
comment on column kasane.meeting_body.pledge is 'Only a 支援会議 asks for it: the others have rules of their own (002, L1190-1211).';

update kasane.meeting_body b
set convener_id = case when 'support' = any (b.kinds) then m.responsible_agency_id else m.coordinating_agency_id end
from kasane.municipality m where m.id = b.municipality_id;

-- What the body to which a meeting is put asks of its attendees. A meeting without a sitting goes by the first body of its kind.
create function kasane.pledge_rule(the_meeting uuid) returns text
    language sql stable security definer set search_path = kasane, pg_temp
    return coalesce((select b.pledge
                     from kasane.meeting m left join kasane.sitting s on s.id = m.sitting_id
                     join kasane.meeting_body b on b.id = coalesce(s.body_id,
                         (select o.id from kasane.meeting_body o
                          where o.municipality_id = m.municipality_id and o.active and m.meeting_type = any (o.kinds)
                          order by o.code limit 1))
                     where m.id = the_meeting and m.meeting_type = 'support'), 'none');

-- security definer: an agency's earlier pledge may be of a case it does not see any more.
create function kasane.pledge_needed(the_attendee uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return (select case kasane.pledge_rule(a.meeting_id)
                when 'sitting' then true
                when 'once' then not exists (select from kasane.meeting_attendee o
                                             where o.municipality_id = a.municipality_id and o.agency_id = a.agency_id
                                               and o.id <> a.id and o.pledged_at is not null)
                else false end
            from kasane.meeting_attendee a where a.id = the_attendee);
comment on function kasane.pledge_needed is 'Whether this attendance is accepted only together with a 誓約書.';

-- ── rules ──────────────────────────────────────────────────────────────────────────────────────────────────────────

create table kasane.municipal_rule (
    municipality_id uuid not null references kasane.municipality,
    key             text not null check (key in (
        -- A citizen's consultation may become a case itself; 杉並's cases come through agencies only (001, L15886-15896).
        'intake.citizenOpensCase',
        -- つなぐシート, 利用申込書: its name, whether consent comes first (狛江; 002, L6133-37), whether it is answered (西東京; 002, L5739-71)
        'intake.referralSheet.name', 'intake.referralSheet.consentFirst', 'intake.referralSheet.application',
        -- who drafts (an agency's code) and who decides: responsible (the section) or meeting (002 §3.11)
        'plan.drafter', 'plan.decider',
        -- 世田谷 (001, L15667) and 草加 (001, L12836-12838) count a hand-over as closure.
        'closure.handoverCounts',
        -- 参加支援 without a plan (墨田; 002, L5004-07), information only (狭山 does not; 001, L12516-12518), 終結率 of the new ones or of
        -- all that were open (矢巾; 001, L4637)
        'counting.participationWithoutPlan', 'counting.informationOnly', 'counting.closureRateOf')),
    value           text not null,
    source          text not null,
    primary key (municipality_id, key)
);

-- By which ways a case comes about; told on the screens, not decided by.
create table kasane.intake_way (
    municipality_id uuid not null references kasane.municipality,
    code            text not null,
    name            text not null,
    agency_id       uuid references kasane.agency,
    position        int  not null default 0,
    source          text not null,
    primary key (municipality_id, code)
);

-- 終結の理由. A code that was used stays readable when it is not offered any more.
create table kasane.closure_code (
    municipality_id uuid    not null references kasane.municipality,
    code            text    not null check (code ~ '^[a-z][a-z0-9-]{0,39}$'),
    name            text    not null check (length(name) between 1 and 60),
    position        int     not null default 0,
    active          boolean not null default true,
    source          text    not null,
    primary key (municipality_id, code)
);

-- ── our first values, for what a profile leaves open ───────────────────────────────────────────────────────────────

create function kasane.add_default_rules(the_municipality uuid) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    insert into kasane.municipal_rule (municipality_id, key, value, source)
    select the_municipality, r.key, r.value, 'ours'
    from (values ('intake.citizenOpensCase', 'true'),
                 ('plan.decider', 'responsible'),
                 ('closure.handoverCounts', 'false'),
                 ('counting.participationWithoutPlan', 'false'),
                 ('counting.informationOnly', 'false'),
                 ('counting.closureRateOf', 'new')) as r (key, value)
    on conflict do nothing;
    insert into kasane.municipal_word (municipality_id, kind, key, word, source)
    select the_municipality, w.kind, w.key, w.word, 'ours'
    from (values ('title', 'reception', '受付'), ('title', 'coordinator', '相談支援包括化推進員'), ('title', 'member', '関係機関'),
                 ('title', 'manager', '所管課'),
                 ('name', 'supportPlan', '支援プラン'), ('name', 'outreachPlan', 'アウトリーチプラン'), ('name', 'referralSheet', 'つなぐシート'),
                 ('name', 'intakeForm', '相談受付・申込票'), ('name', 'assessmentSheet', 'アセスメントシート'), ('name', 'strengthSheet', '９マスシート'),
                 ('name', 'area', '圏域')) as w (kind, key, word)
    on conflict do nothing;
    -- The list is the documents' (DOMAIN: 那珂川, 矢巾, 世田谷), the choice is ours: only where a municipality has none of its own.
    insert into kasane.closure_code (municipality_id, code, name, position, source)
    select the_municipality, c.code, c.name, c.position, 'ours'
    from (values ('scheme', '他の制度につながり改善した', 0), ('eased', '困りごとが軽くなった', 1), ('ended', '自機関の支援が終わった', 2),
                 ('handover', '他の機関へ引き継ぐ', 3), ('normal', '通常の支援へ戻った', 4), ('moved', '転出', 5), ('death', '死亡', 6),
                 ('other', 'その他', 7)) as c (code, name, position)
    where not exists (select from kasane.closure_code o where o.municipality_id = the_municipality);
    -- Days are Kasane's own, never law: no document gives a deadline in days (002 §0).
    insert into kasane.deadline_policy (id, municipality_id, step, due_days, remind_days, lead_days, escalate_days)
    select gen_random_uuid(), the_municipality, d.step, d.due, d.remind, 0, d.escalate
    from (values ('Task_Triage', 3, 1, 2), ('Task_GatherInformation', 14, 3, 7), ('Task_WriteAssessment', 14, 3, 7),
                 ('Task_ProposeMembers', 7, 2, 5), ('Task_ConveneMeeting', 7, 2, 5), ('Task_HoldMeeting', 30, 3, 7),
                 ('Task_DraftOutreachPlan', 14, 3, 7),
                 -- Reminds, never closes: the consent loop has no time limit (002, L302-303).
                 ('Task_RecordContact', 14, 2, 14),
                 ('Task_RecordConsent', 7, 2, 7), ('Task_DraftPlan', 14, 3, 7), ('Task_DecidePlan', 7, 2, 5), ('Task_Review', 90, 14, 14),
                 ('Task_EvaluateClosure', 14, 3, 7), ('Task_AcknowledgeHandover', 7, 2, 3), ('Task_DecideClosure', 7, 2, 5)
         ) as d (step, due, remind, escalate)
    on conflict (municipality_id, step) do nothing;
end;
comment on function kasane.add_default_rules is 'Run when a municipality is loaded, after the values of its profile: fills what that leaves open.';
revoke execute on function kasane.add_default_rules from public;

-- An installation from before has the words, rules and closure codes it worked with until now.
select kasane.add_default_rules(id) from kasane.municipality;

-- ── who may ────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Read by everybody of the municipality; written by the profile only, as the owner.
do $$
declare
    t text;
begin
    foreach t in array array ['municipal_word', 'area_scheme', 'area', 'area_district', 'agency_area', 'municipal_rule', 'intake_way', 'closure_code'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role(''system'')))', t);
        execute format('grant select on kasane.%I to kasane_app', t);
    end loop;
end $$;
