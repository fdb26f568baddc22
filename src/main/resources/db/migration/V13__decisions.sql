-- What decision tables (processes/decisions) said, and the municipality's values they need. The tables yield codes; which field
-- answers to a concern and which body holds a slot are values here.

-- ── what was decided by a table ────────────────────────────────────────────────────────────────────────────────────

create table kasane.decision (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    -- the case, or the consultation that is none yet
    stream_id       uuid        not null references kasane.stream,
    decision        text        not null check (decision ~ '^[a-z][a-z0-9-]{0,39}$'),
    -- Codes only: what went in and what came out. The latest row of a stream is what stands.
    given           jsonb       not null,
    gives           jsonb       not null,
    made_at         timestamptz not null,
    -- The job that told us: jobs are delivered at least once, and keys are those of one broker.
    epoch           uuid        not null,
    element_key     bigint      not null,
    unique (epoch, element_key, decision)
);
create index on kasane.decision (stream_id, decision, made_at desc);

alter table kasane.decision enable row level security;
create policy see on kasane.decision for select using (kasane.sees_case(stream_id) or kasane.sees_consultation(stream_id));
-- Tables decide in nobody's name.
create policy add on kasane.decision for insert with check ((select kasane.has_role('system')));
grant select, insert on kasane.decision to kasane_app;

-- ── which field answers to a concern (sections of triage, 002, L2131-2133), and whom a body is for (002, L6848-6856) ────

create table kasane.concern_field (
    municipality_id uuid not null references kasane.municipality,
    -- one of the 19 (002, L2098-2118)
    concern         text not null,
    -- that of agency.field; null: no section answers as a matter of course (制度の狭間; 002, L2220-2236)
    field           text,
    target_group    text not null default 'other' check (target_group in ('needy', 'elderly', 'disabled', 'child', 'other')),
    origin          text not null default 'ours' check (origin in ('ours', 'municipality')),
    primary key (municipality_id, concern)
);
comment on table kasane.concern_field is 'First values are ours: no document says which section answers to which concern.';

create function kasane.add_default_concern_fields(the_municipality uuid) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    insert into kasane.concern_field (municipality_id, concern, field, target_group)
    select the_municipality, d.concern, d.field, d.target_group
    from (values ('income', '困窮', 'needy'), ('rent', '困窮', 'needy'), ('tax', '困窮', 'needy'), ('debt', '困窮', 'needy'),
                 ('loan', '困窮', 'needy'), ('budget', '困窮', 'needy'), ('food', '困窮', 'needy'), ('housing', '困窮', 'needy'),
                 ('job', '困窮', 'needy'), ('work', '困窮', 'needy'), ('mental', '保健', 'other'), ('health', '医療', 'other'),
                 ('care', '高齢', 'elderly'), ('childcare', '子ども', 'child'), ('violence', '市', 'other'),
                 -- ごみ屋敷 and ひきこもり are the documents' own examples of what no section answers to (002, L2220-2228).
                 ('withdrawal', null, 'other'), ('family', null, 'other'), ('community', null, 'other'), ('other', null, 'other')
         ) as d (concern, field, target_group)
    on conflict do nothing;
end;
revoke execute on function kasane.add_default_concern_fields from public;

create function kasane.fill_concern_fields() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    perform kasane.add_default_concern_fields(new.id);
    return new;
end $$;
create trigger fill_concern_fields after insert on kasane.municipality for each row execute function kasane.fill_concern_fields();

select kasane.add_default_concern_fields(id) from kasane.municipality;

alter table kasane.concern_field enable row level security;
create policy see on kasane.concern_field for select
    using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role('system')));
grant select on kasane.concern_field to kasane_app;

-- ── the municipality's own body for a slot of the table meeting-body ───────────────────────────────────────────────

alter table kasane.meeting_body add column slot text
    check (slot in ('needy', 'elderly', 'disabled', 'child', 'support', 'coordination'));
comment on column kasane.meeting_body.slot is 'For whom it meets, as 狛江 designates the bodies it has (002, L6848-6856); null: for everybody, where no other holds the slot.';

-- ── 市 or 社協 ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- null: opened before there was a table to ask, and left as it is when the case is seated again.
alter table kasane.case_file add column owner text check (owner in ('undecided', 'city', 'council'));
alter table kasane.case_file alter column owner set default 'undecided';
comment on column kasane.case_file.owner is 'Who takes it up, by the table owner (002, L914-924); which agency accompanies it says coordinating_agency_id.';
