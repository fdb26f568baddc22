-- Which tasks the application has taken note of, in the state they are in: their deadline is opened, or settled. Asking "which open
-- task has none, which deadline's task is over" reads everything that is open each time one task changes, and never finds a task that
-- was done before anybody looked. A projection that is rebuilt begins at false: taking note twice changes nothing.
alter table engine.user_task add column noted boolean not null default false;
comment on column engine.user_task.noted is 'The application has taken note of the task in this state. Not the engine''s.';
update engine.user_task t set noted = true
where t.state = 'CREATED' and exists (select from kasane.deadline l where l.task_id = t.id)
   or t.state <> 'CREATED' and not exists (select from kasane.deadline l where l.task_id = t.id and l.settled_at is null);
create index user_task_not_noted on engine.user_task (created_at, id) where not noted;

create function engine.note_again() returns trigger
    language plpgsql as $$
begin
    new.noted := false;
    return new;
end $$;
create trigger note_again before update of state on engine.user_task
    for each row when (old.state is distinct from new.state) execute function engine.note_again();

grant update (noted) on engine.user_task to kasane_app;
create policy mark on engine.user_task for update using ((select kasane.has_role('system')));
