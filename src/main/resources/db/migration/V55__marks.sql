-- Several conditions at once: of every row that one of them led to, the others had to be looked up by key, some ten thousand of them for
-- a page of a large office. Now each row says by 63 bits which tags its task has: most of those that do not fit are passed over
-- where they stand, and only what may fit is looked up.

-- One bit for each tag, several tags share one: a bit that is missing is certain, a bit that is there has to be looked up.
create function kasane.marks(tags text[]) returns bigint
    language sql immutable strict parallel safe as $$
    select coalesce(bit_or(1::bigint << (abs(hashtextextended(t, 0) % 63))::int), 0) from unnest(tags) t;
$$;
comment on function kasane.marks is 'Which tags may be among these, one bit of 63 each. Should PostgreSQL ever hash otherwise (a release note would say so), kasane.open_task is emptied and entered anew (docs/operations.md).';

alter table kasane.task_tag add column marks bigint not null default 0;
alter table kasane.task_tag drop constraint task_tag_pkey;

create or replace function kasane.tag_task() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if tg_op <> 'INSERT' then
        delete from task_tag where eye_id = old.audience_id and tag = any (old.tags) and due_at = old.due_at and task_id = old.task_id;
        delete from task_tag where eye_id = any (old.holders) and tag = '*' and due_at = old.due_at and task_id = old.task_id;
    end if;
    if tg_op <> 'DELETE' then
        insert into task_tag (eye_id, tag, due_at, task_id, claimed, audience_id, tags, marks)
        select new.audience_id, t, new.due_at, new.task_id, new.claimed_by is not null, new.audience_id, null::text[], kasane.marks(new.tags)
        from unnest(new.tags) t
        union all
        select h, '*', new.due_at, new.task_id, new.claimed_by is not null, new.audience_id, new.tags, kasane.marks(new.tags)
        from unnest(new.holders) h
        on conflict do nothing;
    end if;
    return null;
end $$;

-- Those of today.
truncate kasane.task_tag;
insert into kasane.task_tag (eye_id, tag, due_at, task_id, claimed, audience_id, tags, marks)
select o.audience_id, t, o.due_at, o.task_id, o.claimed_by is not null, o.audience_id, null::text[], o.marks
from (select *, kasane.marks(tags) as marks from kasane.open_task) o, unnest(o.tags) t
union
select h, '*', o.due_at, o.task_id, o.claimed_by is not null, o.audience_id, o.tags, o.marks
from (select *, kasane.marks(tags) as marks from kasane.open_task) o, unnest(o.holders) h
where h <> o.audience_id;
alter table kasane.task_tag add primary key (eye_id, tag, due_at, task_id) include (claimed, audience_id, marks);
