-- 移行: running instances of a process go over to the version in force. Which ones and how is decided on a page; each is an order of its own,
-- so that it may be stopped and gone on with, and what became of each is kept.
create table kasane.model_migration (
    id              uuid        primary key,
    municipality_id uuid        not null references kasane.municipality,
    process_id      text        not null check (length(process_id) between 1 and 100),
    epoch           uuid        not null,
    to_key          bigint      not null,
    to_version      int         not null,
    -- What was chosen beyond elements of the same id: {"Task_Old": "Task_New"}.
    mapping         jsonb       not null,
    status          text        not null check (status in ('running', 'paused', 'done')),
    begun_by        uuid        not null references kasane.app_user,
    begun_at        timestamptz not null,
    ended_at        timestamptz
);
create unique index on kasane.model_migration (municipality_id, process_id) where status <> 'done';
create index on kasane.model_migration (municipality_id, begun_at desc);

create table kasane.model_migration_instance (
    migration_id    uuid        not null references kasane.model_migration,
    municipality_id uuid        not null references kasane.municipality,
    instance_key    bigint      not null,
    from_key        bigint      not null,
    from_version    int         not null,
    -- The case, consultation or matter whose instance it is; null where the engine has not told.
    of_stream       uuid,
    -- moved: the engine has taken it over, and its tasks are brought in line once the projection tells of it; hand: not tried, for the reason;
    -- gone: it ended before its turn.
    status          text        not null check (status in ('waiting', 'moved', 'done', 'failed', 'hand', 'gone', 'reseated')),
    element_id      text,
    reason          text check (length(reason) <= 4000),
    attempts        int         not null default 0,
    ended_at        timestamptz,
    primary key (migration_id, instance_key)
);
create index on kasane.model_migration_instance (migration_id, instance_key) where status = 'waiting';

do $$
declare
    t text;
begin
    foreach t in array array ['model_migration', 'model_migration_instance'] loop
        execute format('alter table kasane.%I enable row level security', t);
        execute format('create policy see on kasane.%I for select using ((select kasane.has_role(''system'')) or municipality_id = (select kasane.my_municipality())
                        and ((select kasane.has_role(''manager'')) or (select kasane.has_role(''auditor''))))', t);
        execute format('create policy begin on kasane.%I for insert with check (municipality_id = (select kasane.my_municipality())
                        and (select kasane.has_role(''manager'')) and (select kasane.may_write()))', t);
        execute format('create policy go_on on kasane.%I for update using ((select kasane.has_role(''system'')) or municipality_id = (select kasane.my_municipality())
                        and (select kasane.has_role(''manager'')) and (select kasane.may_write()))', t);
    end loop;
end $$;
grant select, insert on kasane.model_migration, kasane.model_migration_instance to kasane_app;
grant update (status, ended_at) on kasane.model_migration to kasane_app;
grant update (status, reason, attempts, ended_at) on kasane.model_migration_instance to kasane_app;

create trigger trail after insert or update or delete on kasane.model_migration for each row execute function audit.note_setting('values');
create index on kasane.model_migration_instance (migration_id) where status = 'moved';

-- The deadline of a migrated task may be that of another step.
grant update (step, policy_id) on kasane.deadline to kasane_app;
