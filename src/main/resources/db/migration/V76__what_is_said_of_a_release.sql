-- 話し合い about a release while it is under review or waits for its time: anybody of the section says something, nobody changes what was said.
create table kasane.model_release_comment (
    id              uuid        primary key,
    release_id      uuid        not null references kasane.model_release,
    municipality_id uuid        not null references kasane.municipality,
    said            text        not null check (length(said) between 1 and 2000),
    said_by         uuid        not null references kasane.app_user,
    said_at         timestamptz not null
);
create index on kasane.model_release_comment (release_id, said_at, id);

alter table kasane.model_release_comment enable row level security;
create policy see on kasane.model_release_comment for select using (
    (select kasane.has_role('system')) or municipality_id = (select kasane.my_municipality())
    and ((select kasane.has_role('manager')) or (select kasane.has_role('auditor'))));
-- In one's own name, and only while the release is not over.
create policy say on kasane.model_release_comment for insert with check (
    municipality_id = (select kasane.my_municipality()) and said_by = (select kasane.acting_user())
    and (select kasane.has_role('manager')) and (select kasane.may_write())
    and exists (select from kasane.model_release r where r.id = release_id and r.status in ('in-review', 'approved')));
grant select, insert on kasane.model_release_comment to kasane_app;

-- Which comment, not what stands in it: as with the note and the review of the release itself.
create trigger trail after insert or update or delete on kasane.model_release_comment for each row execute function audit.note_setting();

-- Orders are for administrators to look at; whoever sees the matter may know that the engine has not taken one for some seconds, and nothing else of it.
create function kasane.waits_for_engine(the_matter uuid, since timestamptz) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return kasane.sees_matter(the_matter)
           and exists (select from outbox o where o.stream_id = the_matter and o.done_at is null and o.created_at < since);
end $$;
revoke execute on function kasane.waits_for_engine from public;
grant execute on function kasane.waits_for_engine to kasane_app;
