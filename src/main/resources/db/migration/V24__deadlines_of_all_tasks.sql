-- Which tasks have been looked at for a deadline. Asking "which open task has none" reads every open task each time one changes, and
-- never finds a task that was done before anybody looked. A projection that is rebuilt begins at false: the deadlines are there already.
alter table engine.user_task add column deadline_seen boolean not null default false;
update engine.user_task t set deadline_seen = true
where t.state <> 'CREATED' or exists (select from kasane.deadline l where l.task_id = t.id);
create index user_task_unseen on engine.user_task (created_at, id) where not deadline_seen;
comment on column engine.user_task.deadline_seen is 'The deadline module has opened a deadline for it, or found that none is wanted. Not the engine''s.';

grant update (deadline_seen) on engine.user_task to kasane_app;
create policy mark on engine.user_task for update using ((select kasane.has_role('system')));
