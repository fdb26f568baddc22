-- 図の公開: what a manager asks for and another one reviews (the process model-release). A matter with a stream of its own; its files are
-- kept as they were asked for, so that what was reviewed is what reaches the engine, whatever becomes of the draft.
alter table kasane.stream drop constraint stream_kind_check;
alter table kasane.stream add constraint stream_kind_check
    check (kind in ('case', 'consultation', 'community-issue', 'network-meeting', 'roster-outreach', 'model-release'));

create table kasane.model_release (
    id              uuid        primary key references kasane.stream,
    municipality_id uuid        not null references kasane.municipality,
    -- What is replaced: a process with its forms, or a decision table alone.
    kind            text        not null check (kind in ('process', 'decision')),
    resource_id     text        not null check (length(resource_id) between 1 and 100),
    name            text        not null check (length(name) between 1 and 200),
    -- What Kasane ships, instead of the municipality's own: then there are no files.
    standard        boolean     not null,
    version_tag     text        not null check (version_tag ~ '^[A-Za-z0-9._-]{1,40}$'),
    note            text        not null check (length(note) between 1 and 2000),
    -- Null: as soon as it is approved.
    release_at      timestamptz,
    -- The version in force when it was asked for; null where there was none.
    replaces        int,
    draft_id        uuid references kasane.model_draft,
    status          text        not null check (status in ('in-review', 'approved', 'returned', 'deployed', 'refused', 'withdrawn')),
    asked_by        uuid        not null references kasane.app_user,
    asked_at        timestamptz not null,
    -- Whoever saved the draft last draws it, too: neither of the two reviews it.
    drawn_by        uuid        not null references kasane.app_user,
    reviewed_by     uuid references kasane.app_user,
    reviewed_at     timestamptz,
    review          text check (length(review) <= 8000),
    -- When it reached the engine, or the engine refused it.
    ended_at        timestamptz,
    version         int,
    -- What the engine said.
    refusal         text check (length(refusal) <= 4000),
    check ((status in ('in-review', 'withdrawn')) or (reviewed_by is not null and reviewed_by <> asked_by and reviewed_by <> drawn_by))
);
-- One at a time of each: two that wait for the same diagram would undo each other.
create unique index model_release_open on kasane.model_release (municipality_id, kind, resource_id) where status in ('in-review', 'approved');
create unique index on kasane.model_release (municipality_id, kind, resource_id, version_tag) where status <> 'withdrawn' and status <> 'returned';
create index on kasane.model_release (municipality_id, asked_at desc);

create table kasane.model_release_file (
    release_id      uuid        not null references kasane.model_release,
    municipality_id uuid        not null references kasane.municipality,
    kind            text        not null check (kind in ('process', 'decision', 'form')),
    resource_id     text        not null check (length(resource_id) between 1 and 100),
    content         bytea       not null check (octet_length(content) between 1 and 5242880),
    -- Whether this is the municipality's own, and not what Kasane ships beside it.
    own             boolean     not null,
    primary key (release_id, kind, resource_id)
);

do $$
declare
    t text;
begin
    foreach t in array array ['model_release', 'model_release_file'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using ((select kasane.has_role(''system'')) or municipality_id = (select kasane.my_municipality())
                        and ((select kasane.has_role(''manager'')) or (select kasane.has_role(''auditor''))))', t);
        execute format('create policy ask on kasane.%I for insert with check (municipality_id = (select kasane.my_municipality())
                        and (select kasane.has_role(''manager'')) and (select kasane.may_write()))', t);
    end loop;
end $$;
create policy go_on on kasane.model_release for update using (
    (select kasane.has_role('system')) or municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('manager')) and (select kasane.may_write()));
grant select, insert on kasane.model_release, kasane.model_release_file to kasane_app;
grant update (status, reviewed_by, reviewed_at, review, ended_at, version, refusal) on kasane.model_release to kasane_app;

insert into kasane.erasure_way (table_name, way, why) values ('model_release', 'stays', 'a diagram is no case');

create trigger trail after insert or update or delete on kasane.model_release for each row execute function audit.note_setting();

-- ── the matter ─────────────────────────────────────────────────────────────────────────────────────────────────────

create or replace function kasane.sees_matter(the_matter uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (
        select from kasane.stream s
        where s.id = the_matter and s.kind not in ('case', 'consultation')
          and (kasane.has_role('system')
               or s.municipality_id = kasane.my_municipality()
                  and case s.kind when 'roster-outreach' then kasane.sees_roster_person(s.id)
                                  when 'model-release' then kasane.has_role('manager', 'auditor')
                      else s.kind in ('community-issue', 'network-meeting')
                           and kasane.has_role('reception', 'coordinator', 'member', 'manager', 'auditor') end));

create or replace function kasane.matter_title(the_matter uuid) returns text
    language sql stable
    return coalesce((select i.number || ' ' || i.title from kasane.community_issue i where i.id = the_matter),
                    (select b.name from kasane.meeting_body b where b.id = the_matter),
                    (select p.name from kasane.roster_person p where p.id = the_matter),
                    (select r.name || ' ' || r.version_tag from kasane.model_release r where r.id = the_matter));

-- Ours, as everywhere (002 §0: no document gives a deadline in days).
create function kasane.add_default_release_days(the_municipality uuid) returns void
    language sql security definer set search_path = kasane, pg_temp
begin atomic
    insert into kasane.deadline_policy (id, municipality_id, step, due_days, remind_days, lead_days, escalate_days)
    values (gen_random_uuid(), the_municipality, 'Task_ReviewRelease', 7, 2, 0, 7)
    on conflict (municipality_id, step) do nothing;
end;
comment on function kasane.add_default_release_days is 'Run when a municipality is loaded, after the values of its profile: fills what that leaves open.';
revoke execute on function kasane.add_default_release_days from public;
select kasane.add_default_release_days(id) from kasane.municipality;
