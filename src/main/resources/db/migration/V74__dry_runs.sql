-- 試し運転: recorded scenarios are played against a draft before it is released. What became of each is kept, so that whoever reviews the
-- release can read it. No case, no person: the scenarios are invented, and the engine that plays them knows nothing else.
create table kasane.model_dry_run (
    id              uuid        primary key,
    municipality_id uuid        not null references kasane.municipality,
    draft_id        uuid        not null references kasane.model_draft,
    -- Of the draft, when it was begun: a later save is another file.
    revision        int         not null,
    status          text        not null check (status in ('waiting', 'running', 'done', 'refused', 'broken')),
    total           int         not null check (total >= 0),
    -- Scenarios that do not come past the draft's diagram or table.
    untouched       int         not null check (untouched >= 0),
    played          int         not null default 0 check (played between 0 and total),
    -- What the engine has against the draft, in its own words, or the code of what broke it off.
    reason          text check (length(reason) <= 4000),
    told            jsonb       not null default '[]',
    begun_by        uuid        not null references kasane.app_user,
    begun_at        timestamptz not null,
    ended_at        timestamptz
);
create unique index on kasane.model_dry_run (draft_id) where status in ('waiting', 'running');
create index on kasane.model_dry_run (draft_id, begun_at desc);

alter table kasane.model_dry_run enable row level security;
create policy see on kasane.model_dry_run for select using (
    (select kasane.has_role('system')) or municipality_id = (select kasane.my_municipality())
    and ((select kasane.has_role('manager')) or (select kasane.has_role('auditor'))));
create policy begin on kasane.model_dry_run for insert with check (
    municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('manager')) and (select kasane.may_write())
    and begun_by = kasane.acting_user());
create policy go_on on kasane.model_dry_run for update using ((select kasane.has_role('system')));
grant select, insert on kasane.model_dry_run to kasane_app;
grant update (status, played, reason, told, ended_at) on kasane.model_dry_run to kasane_app;

-- Begun and ended; how far it has come is not an entry each.
create trigger trail after insert on kasane.model_dry_run for each row execute function audit.note_setting('values');

-- Which save of its draft a release brings, so that a dry run of that one, and of no other, stands beside it.
alter table kasane.model_release add draft_revision int;
