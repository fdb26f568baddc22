-- 様式と決定表の下書き: held, saved and put on the trail as diagrams are. What a draft would replace is named by the id of its process, of
-- its form, or of its decision. The file of a form is JSON; the column keeps its name.
alter table kasane.model_draft add column kind text not null default 'process' check (kind in ('process', 'form', 'decision'));
alter table kasane.model_draft alter column kind drop default;
alter table kasane.model_draft rename column process_id to resource_id;
alter table kasane.model_draft add check (kind <> 'form' or octet_length(xml) <= 1048576);
-- Which forms somebody is still drawing: asked at each check of a diagram.
create index on kasane.model_draft (municipality_id, resource_id) where kind = 'form' and discarded_at is null;

create or replace function audit.note_draft() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    if tg_op = 'UPDATE' and old.revision = new.revision and old.xml = new.xml and old.name = new.name and old.discarded_at is not distinct from new.discarded_at then
        return null;
    end if;
    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, refs, content_digest)
    values ('act', clock_timestamp(), gen_random_uuid(), new.municipality_id, 'setting',
            case when tg_op = 'INSERT' then 'model_draft.begun' when new.discarded_at is not null then 'model_draft.discarded' else 'model_draft.saved' end,
            kasane.acting_user(), audit.request(), pg_current_xact_id(),
            jsonb_build_object('key', jsonb_build_object('id', new.id), new.kind, new.resource_id, 'revision', new.revision, 'based_on', new.based_on),
            sha256(new.xml));
    return null;
end $$;
