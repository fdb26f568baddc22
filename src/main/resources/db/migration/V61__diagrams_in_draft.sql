-- 図の下書き: diagrams that a manager draws, beside the ones in force. The file is kept byte for byte as it was uploaded or saved. Nothing
-- here reaches the engine.
create table kasane.model_draft (
    id              uuid        primary key,
    municipality_id uuid        not null references kasane.municipality,
    -- Of the diagram's process; a draft keeps it, and so what it would replace.
    process_id      text        not null check (length(process_id) between 1 and 100),
    name            text        not null check (length(name) between 1 and 200),
    xml             bytea       not null check (octet_length(xml) between 1 and 5242880),
    -- The version in force it began from; null for an upload.
    based_on        int,
    file_name       text check (length(file_name) <= 200),
    -- Counted up by each save: who saves says which one he saw.
    revision        int         not null default 1,
    errors          int         not null,
    warnings        int         not null,
    begun_by        uuid        not null references kasane.app_user,
    begun_at        timestamptz not null,
    saved_by        uuid        not null references kasane.app_user,
    saved_at        timestamptz not null,
    -- Whose it is at the moment, and until when: renewed while he has it open.
    editor_id       uuid references kasane.app_user,
    editing_until   timestamptz,
    discarded_at    timestamptz,
    check ((editor_id is null) = (editing_until is null))
);
create index on kasane.model_draft (municipality_id, saved_at desc);

alter table kasane.model_draft enable row level security;
create policy see on kasane.model_draft for select using (
    municipality_id = (select kasane.my_municipality()) and ((select kasane.has_role('manager')) or (select kasane.has_role('auditor'))));
create policy begin on kasane.model_draft for insert with check (
    municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('manager')) and (select kasane.may_write())
    and begun_by = kasane.acting_user() and saved_by = kasane.acting_user());
create policy edit on kasane.model_draft for update using (
    municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('manager')) and (select kasane.may_write()));
grant select, insert on kasane.model_draft to kasane_app;
grant update (name, xml, revision, errors, warnings, saved_by, saved_at, editor_id, editing_until, discarded_at) on kasane.model_draft to kasane_app;

-- Every save is on the trail, with a digest of the file and not the file itself; that somebody has it open is not.
create function audit.note_draft() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    if tg_op = 'UPDATE' and old.revision = new.revision and old.xml = new.xml and old.name = new.name and old.discarded_at is not distinct from new.discarded_at then
        return null;
    end if;
    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, refs, content_digest)
    values ('act', clock_timestamp(), gen_random_uuid(), new.municipality_id, 'setting',
            case when tg_op = 'INSERT' then 'model_draft.begun' when new.discarded_at is not null then 'model_draft.discarded' else 'model_draft.saved' end,
            kasane.acting_user(), audit.request(), pg_current_xact_id(),
            jsonb_build_object('key', jsonb_build_object('id', new.id), 'process', new.process_id, 'revision', new.revision, 'based_on', new.based_on),
            sha256(new.xml));
    return null;
end $$;
create trigger trail after insert or update on kasane.model_draft for each row execute function audit.note_draft();
