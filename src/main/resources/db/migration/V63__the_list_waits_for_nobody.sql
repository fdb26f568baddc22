-- What was left for later is entered by the application beside those who work. It waited for whoever held one task while it held others of the
-- same case, and at the end of their transaction they waited for it: a deadlock, seen once in thousands of steps. Now it takes what is free,
-- and the rest the next time; of whom is working only one waits, in the stream's own order.
create or replace function kasane.enter_tasks_left() returns int
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    left_over uuid[];
    free      uuid[];
begin
    left_over := array(select task_id from task_to_enter order by task_id limit 1000 for update skip locked);
    if cardinality(left_over) = 0 then
        return 0;
    end if;
    free := array(select o.task_id from open_task o where o.task_id = any (left_over) order by o.task_id for update skip locked);
    free := free || array(select t from unnest(left_over) t where not exists (select from open_task o where o.task_id = t));
    if cardinality(free) > 0 then
        perform kasane.enter_tasks(free);
        delete from task_to_enter where task_id = any (free);
    end if;
    return cardinality(free);
end $$;
