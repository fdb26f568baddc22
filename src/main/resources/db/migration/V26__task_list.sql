-- The task list. Until now it was put together from eight tables at every look; with 100,000 open tasks that is seconds. Now every open
-- task has one flat row (open_task) and one short row per thing it can be filtered by (task_tag), each in the order of due dates under
-- the audience the task is addressed to (an eye): a page of the list is the first rows of an index, whatever was chosen. Agencies that hold
-- a case have an eye of their own on its tasks, whoever has to do them: what they wait for.

-- ── words are found however they are written ───────────────────────────────────────────────────────────────────────

-- ひらがな and カタカナ, full and half width, capital and small letters are one; blanks, and the selectors that choose between the shapes
-- of one character (IVS), are nothing. The pairs are shapes that registers and everyday writing differ in; the list is ours.
create function kasane.folded(text_or_not text) returns text
    language plpgsql immutable parallel safe as $$
begin
    return translate(
        regexp_replace(lower(normalize(text_or_not, nfkc)), '[\s・･=＝\uFE00-\uFE0F\U000E0100-\U000E01EF]+', '', 'g'),
        'ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロヮワヰヱヲンヴヵヶ髙﨑嵜邊邉齋齊斎濵濱德黑瀨增淸眞惠廣澤櫻國國圓槇龍嶋島𠮷',
        'ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんゔゕゖ高崎崎辺辺斉斉斉浜浜徳黒瀬増清真恵広沢桜国国円槙竜島島吉');
end $$;

-- Words of a case or a consultation by which people look for it: its number, names, ふりがな. Nobody reads this table: one asks it
-- (streams_called), and what it answers with are ids, seen or not by the rules of their own tables.
create table kasane.stream_word (
    municipality_id uuid not null references kasane.municipality,
    word            text collate "C" not null,
    stream_id       uuid not null references kasane.stream,
    primary key (municipality_id, word, stream_id)
);
create index on kasane.stream_word (stream_id);
-- No policy: whoever asks it gets nothing.
alter table kasane.stream_word enable row level security;
grant select on kasane.stream_word to kasane_app;

-- The whole name and its parts; a number also without what stands before it.
create function kasane.words_in(called text) returns setof text
    language sql immutable as $$
    select w from (
        select kasane.folded(called) as w
        union select kasane.folded(part) from regexp_split_to_table(called, '[\s　・-]+') part) x
    where w <> '' and length(w) <= 100;
$$;

create function kasane.learn_words(the_stream uuid) returns void
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    delete from stream_word where stream_id = the_stream;
    insert into stream_word (municipality_id, word, stream_id)
    select s.municipality_id, w, s.id
    from stream s
    cross join lateral (
        select f.number as called from case_file f where f.id = s.id
        union select h.name from household h where h.case_id = s.id
        union select unnest(array [m.name, m.kana, m.label]) from household_member m where m.case_id = s.id and m.left_at is null
        union select unnest(array [c.subject_name, c.subject_kana, c.subject_label]) from consultation c where c.id = s.id or c.case_id = s.id) n
    cross join lateral kasane.words_in(n.called) w
    where s.id = the_stream and n.called is not null
    on conflict do nothing;
end $$;

create function kasane.learn_words_of_row() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    case tg_table_name
        when 'case_file' then perform kasane.learn_words(new.id);
        when 'consultation' then
            perform kasane.learn_words(new.id);
            if new.case_id is not null then
                perform kasane.learn_words(new.case_id);
            end if;
        else perform kasane.learn_words(new.case_id);
    end case;
    return null;
end $$;
create constraint trigger learn_words after insert or update of number on kasane.case_file deferrable initially deferred
    for each row execute function kasane.learn_words_of_row();
create constraint trigger learn_words after insert or update of name on kasane.household deferrable initially deferred
    for each row execute function kasane.learn_words_of_row();
create constraint trigger learn_words after insert or update of name, kana, label, left_at on kasane.household_member deferrable initially deferred
    for each row execute function kasane.learn_words_of_row();
create constraint trigger learn_words after insert or update of subject_name, subject_kana, subject_label, case_id on kasane.consultation
    deferrable initially deferred for each row execute function kasane.learn_words_of_row();

create function kasane.streams_called(typed text, most int) returns setof uuid
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
declare
    beginning text collate "C" := kasane.folded(typed);
    mine      uuid := kasane.my_municipality();
begin
    if beginning is null or beginning = '' then
        return;
    end if;
    return query select distinct w.stream_id from (
        select x.stream_id from stream_word x
        where x.municipality_id = mine and x.word >= beginning and x.word < beginning || chr(1114111) limit most) w;
end $$;
comment on function kasane.streams_called is 'Cases and consultations of which a word begins so; ids only.';

-- ── one flat row per open task ─────────────────────────────────────────────────────────────────────────────────────

create table kasane.open_task (
    task_id         uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    audience_id     uuid        not null,
    stream_id       uuid        not null,
    case_id         uuid,
    matter_id       uuid,
    -- 'infinity': no deadline.
    due_at          timestamptz not null,
    created_at      timestamptz not null,
    claimed_by      uuid,
    -- Eyes of the agencies that lead or accompany the case.
    holders         uuid[]      not null,
    tags            text[]      not null
);
comment on table kasane.open_task is 'What the task list finds tasks by. Kept by triggers from the tables that own the facts; may be emptied and filled again (kasane.enter_all_tasks).';
comment on column kasane.open_task.tags is '* (every task), step:…, phase:…, urgency:…, agency:…, area:…, concern:… (any), main:… (◎)';
create index open_task_new on kasane.open_task (audience_id, created_at desc, task_id);
create index open_task_claimed on kasane.open_task (claimed_by, due_at, task_id) where claimed_by is not null;
create index open_task_stream on kasane.open_task (stream_id);

create table kasane.task_tag (
    eye_id      uuid        not null,
    tag         text        not null,
    due_at      timestamptz not null,
    task_id     uuid        not null,
    claimed     boolean     not null,
    audience_id uuid        not null,
    -- All of the task's, in the one row that a holder's eye has of it; else null: there each tag has its own row.
    tags        text[],
    primary key (eye_id, tag, due_at, task_id) include (claimed, audience_id)
);

-- Tasks that could not be entered at once because somebody had their row: entered again a moment later, by the application.
create table kasane.task_to_enter (
    task_id uuid primary key
);
alter table kasane.task_to_enter enable row level security;

create function kasane.tag_task() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if tg_op <> 'INSERT' then
        delete from task_tag where eye_id = old.audience_id and tag = any (old.tags) and due_at = old.due_at and task_id = old.task_id;
        delete from task_tag where eye_id = any (old.holders) and tag = '*' and due_at = old.due_at and task_id = old.task_id;
    end if;
    if tg_op <> 'DELETE' then
        insert into task_tag (eye_id, tag, due_at, task_id, claimed, audience_id, tags)
        select new.audience_id, t, new.due_at, new.task_id, new.claimed_by is not null, new.audience_id, null::text[] from unnest(new.tags) t
        union all
        select h, '*', new.due_at, new.task_id, new.claimed_by is not null, new.audience_id, new.tags from unnest(new.holders) h
        on conflict do nothing;
    end if;
    return null;
end $$;
create trigger tag_task after insert or update or delete on kasane.open_task for each row execute function kasane.tag_task();

-- What a case, a consultation or a matter can be filtered by.
create function kasane.tags_of_stream(the_stream uuid) returns text[]
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return array(
        select 'phase:' || f.phase from case_file f where f.id = the_stream
        union select 'urgency:' || f.urgency from case_file f where f.id = the_stream
        union select 'agency:' || a.code from case_file f join agency a on a.id in (f.lead_agency_id, f.coordinating_agency_id) where f.id = the_stream
        union select 'area:' || s.code || '/' || r.code
              from case_file f join agency_area x on x.agency_id in (f.lead_agency_id, f.coordinating_agency_id)
              join area r on r.id = x.area_id join area_scheme s on s.id = r.scheme_id where f.id = the_stream
        union select unnest(case when m.main then array ['concern:' || m.concern, 'main:' || m.concern] else array ['concern:' || m.concern] end)
              from member_concern m where m.case_id = the_stream
        union select unnest(array ['phase:consultation', 'urgency:' || coalesce(c.urgency, 'normal'), 'agency:' || a.code])
              from consultation c join agency a on a.id = c.agency_id where c.id = the_stream
        union select 'area:' || s.code || '/' || r.code
              from consultation c join agency_area x on x.agency_id = c.agency_id join area r on r.id = x.area_id
              join area_scheme s on s.id = r.scheme_id where c.id = the_stream
        union select unnest(case when k.main then array ['concern:' || k.concern, 'main:' || k.concern] else array ['concern:' || k.concern] end)
              from consultation_concern k join consultation c on c.id = k.consultation_id
              where c.id = the_stream or c.case_id = the_stream
        union select 'phase:' || s.kind from stream s where s.id = the_stream and s.kind not in ('case', 'consultation')
        -- Always in the same order: what is compared later must not differ by how it was read.
        order by 1);
end $$;

create function kasane.holders_of_stream(the_stream uuid) returns uuid[]
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return array(select distinct kasane.audience_id(f.municipality_id, 'holder', a)
                 from case_file f, unnest(array [f.lead_agency_id, f.coordinating_agency_id]) a where f.id = the_stream order by 1);
end $$;

-- Brings the rows of these tasks up to the facts. `patient`: waits for who has a row; otherwise it is left for later.
create function kasane.enter_tasks(the_tasks uuid[], patient boolean default true) returns void
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    mine uuid[];
begin
    -- First the rows, then the facts: whoever comes second reads what the first one has written.
    if patient then
        perform from open_task where task_id = any (the_tasks) order by task_id for update;
        mine := the_tasks;
    else
        mine := array(select task_id from open_task where task_id = any (the_tasks) order by task_id for update skip locked);
        insert into task_to_enter (task_id)
        select o.task_id from open_task o where o.task_id = any (the_tasks) and o.task_id <> all (mine) on conflict do nothing;
        mine := array(select t from unnest(the_tasks) t
                      where t = any (mine) or not exists (select from open_task o where o.task_id = t));
    end if;
    delete from open_task o where o.task_id = any (mine)
      and (not exists (select from engine.user_task t where t.id = o.task_id and t.state = 'CREATED' and t.audience_id is not null)
           or exists (select from submission s where s.task_id = o.task_id));
    insert into open_task as o (task_id, municipality_id, audience_id, stream_id, case_id, matter_id, due_at, created_at, claimed_by, holders, tags)
    select t.id, t.municipality_id, t.audience_id, s.id, t.case_id, t.matter_id,
           coalesce((select l.due_at from deadline l where l.task_id = t.id), 'infinity'), t.created_at,
           (select c.user_id from task_claim c where c.task_id = t.id), kasane.holders_of_stream(s.id),
           array ['*', 'step:' || t.element_id] || kasane.tags_of_stream(s.id)
    from engine.user_task t cross join lateral (select coalesce(t.case_id, t.consultation_id, t.matter_id)) s (id)
    where t.id = any (mine) and t.state = 'CREATED' and t.audience_id is not null and t.municipality_id is not null and s.id is not null
      and not exists (select from submission b where b.task_id = t.id)
    order by t.id
    on conflict (task_id) do update
        set audience_id = excluded.audience_id, stream_id = excluded.stream_id, case_id = excluded.case_id, matter_id = excluded.matter_id,
            due_at = excluded.due_at, claimed_by = excluded.claimed_by, holders = excluded.holders, tags = excluded.tags
        where (o.audience_id, o.stream_id, o.due_at, o.claimed_by, o.holders, o.tags)
            is distinct from (excluded.audience_id, excluded.stream_id, excluded.due_at, excluded.claimed_by, excluded.holders, excluded.tags);
end $$;

-- The exporter: it waits for nobody, and what it enters while somebody is changing the same case is looked at once more.
create function kasane.enter_new_tasks() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    perform kasane.enter_tasks(array(select id from added order by id), false);
    insert into task_to_enter (task_id) select id from added on conflict do nothing;
    return null;
end $$;
create trigger enter_new_tasks after insert on engine.user_task referencing new table as added
    for each statement execute function kasane.enter_new_tasks();
create function kasane.enter_changed_task() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    perform kasane.enter_tasks(array [new.id], false);
    return null;
end $$;
create trigger enter_changed_task after update on engine.user_task for each row
    when ((old.state, old.audience_id, old.case_id, old.consultation_id, old.matter_id, old.element_id)
        is distinct from (new.state, new.audience_id, new.case_id, new.consultation_id, new.matter_id, new.element_id))
    execute function kasane.enter_changed_task();
create function kasane.leave_all_tasks() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    truncate open_task, task_tag;
    return null;
end $$;
create trigger leave_all_tasks after truncate on engine.user_task for each statement execute function kasane.leave_all_tasks();

-- Whoever works with a case, at the end of what they do: rows of the list are the last thing a transaction takes hold of.
create function kasane.enter_tasks_of_row() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    r jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
    if tg_argv[0] = 'task_id' then
        perform kasane.enter_tasks(array [(r ->> 'task_id')::uuid]) where r ->> 'task_id' is not null;
    else
        perform kasane.enter_tasks(array(
            select task_id from open_task o
            where o.stream_id = (r ->> tg_argv[0])::uuid
               or tg_table_name = 'consultation_concern' and o.stream_id = (select c.case_id from consultation c where c.id = (r ->> tg_argv[0])::uuid)
            order by task_id));
    end if;
    return null;
end $$;
create constraint trigger enter_task after insert on kasane.submission deferrable initially deferred
    for each row when (new.task_id is not null) execute function kasane.enter_tasks_of_row('task_id');
create constraint trigger enter_task after insert or update or delete on kasane.task_claim deferrable initially deferred
    for each row execute function kasane.enter_tasks_of_row('task_id');
create constraint trigger enter_task after insert or update of due_at on kasane.deadline deferrable initially deferred
    for each row execute function kasane.enter_tasks_of_row('task_id');
create constraint trigger enter_tasks after update of phase, urgency, lead_agency_id, coordinating_agency_id on kasane.case_file
    deferrable initially deferred for each row
    when ((old.phase, old.urgency, old.lead_agency_id, old.coordinating_agency_id)
        is distinct from (new.phase, new.urgency, new.lead_agency_id, new.coordinating_agency_id))
    execute function kasane.enter_tasks_of_row('id');
create constraint trigger enter_tasks after update of urgency, agency_id on kasane.consultation deferrable initially deferred
    for each row when ((old.urgency, old.agency_id) is distinct from (new.urgency, new.agency_id)) execute function kasane.enter_tasks_of_row('id');
create constraint trigger enter_tasks after insert or update or delete on kasane.member_concern deferrable initially deferred
    for each row execute function kasane.enter_tasks_of_row('case_id');
create constraint trigger enter_tasks after insert or update or delete on kasane.consultation_concern deferrable initially deferred
    for each row execute function kasane.enter_tasks_of_row('consultation_id');

-- What was left for later; and everything that differs from the facts: one part of the cases an hour, all of them in a day.
create function kasane.enter_tasks_left() returns int
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    left_over uuid[];
begin
    left_over := array(select task_id from task_to_enter order by task_id limit 1000 for update skip locked);
    if cardinality(left_over) > 0 then
        perform kasane.enter_tasks(left_over);
        delete from task_to_enter where task_id = any (left_over);
    end if;
    return cardinality(left_over);
end $$;
create function kasane.enter_all_tasks(part int default null) returns int
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    differ uuid[];
begin
    with entered as materialized (
        select distinct o.stream_id from open_task o where part is null or abs(hashtext(o.stream_id::text)) % 24 = part),
    facts as materialized (
        select e.stream_id, kasane.tags_of_stream(e.stream_id) as tags, kasane.holders_of_stream(e.stream_id) as holders from entered e)
    select array_agg(d.id order by d.id) into differ from (
        select o.task_id as id from open_task o
        where not exists (select from engine.user_task t where t.id = o.task_id and t.state = 'CREATED')
        union
        select t.id from engine.user_task t
        where t.state = 'CREATED' and t.audience_id is not null
          and not exists (select from open_task o where o.task_id = t.id)
          and not exists (select from submission s where s.task_id = t.id)
        union
        select o.task_id from open_task o join facts g on g.stream_id = o.stream_id join engine.user_task t on t.id = o.task_id
        where o.tags is distinct from array ['*', 'step:' || t.element_id] || g.tags or o.holders is distinct from g.holders) d;
    if differ is not null then
        perform kasane.enter_tasks(differ);
    end if;
    return coalesce(cardinality(differ), 0);
end $$;
comment on function kasane.enter_all_tasks is 'part: 0 to 23, of the cases only those; null: all. Tasks that are missing or too many are found in any case.';
revoke all on function kasane.enter_tasks(uuid[], boolean), kasane.enter_tasks_left(), kasane.enter_all_tasks(int), kasane.learn_words(uuid) from public;
grant execute on function kasane.enter_tasks_left(), kasane.enter_all_tasks(int) to kasane_app;

alter table kasane.open_task enable row level security;
create policy see on kasane.open_task for select using (
    audience_id = any ((select kasane.audiences())::uuid[]) or (select kasane.has_role('system'))
    or kasane.sees_case(case_id) or kasane.sees_matter(matter_id));
alter table kasane.task_tag enable row level security;
-- The eyes of the cases the acting user's agencies hold.
create function kasane.holding_eyes() returns uuid[]
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return (select coalesce(array_agg(kasane.audience_id(kasane.my_municipality(), 'holder', a)), '{}') from unnest(kasane.my_agencies()) a);
end $$;
create policy see on kasane.task_tag for select using (
    eye_id = any ((select kasane.audiences() || kasane.holding_eyes())::uuid[]) or (select kasane.has_role('system')));
grant select on kasane.open_task, kasane.task_tag to kasane_app;

select kasane.enter_all_tasks();
select kasane.learn_words(id) from kasane.stream;

-- ── what a person keeps for themselves, and for others ─────────────────────────────────────────────────────────────

-- Cases one wants to hear of and to find again, also when they are nobody's task.
create table kasane.watch (
    user_id         uuid        not null references kasane.app_user,
    stream_id       uuid        not null references kasane.stream,
    municipality_id uuid        not null references kasane.municipality,
    since           timestamptz not null,
    primary key (user_id, stream_id)
);
alter table kasane.watch enable row level security;
create policy own on kasane.watch using (user_id = kasane.acting_user())
    with check (user_id = kasane.acting_user() and municipality_id = (select kasane.my_municipality()));
grant select, insert, delete on kasane.watch to kasane_app;

create table kasane.task_filter (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    user_id         uuid        not null references kasane.app_user,
    name            text        not null check (length(name) between 1 and 60),
    -- As it stands in the list's address. Words that were looked for are not kept: they may be somebody's name.
    query           text        not null check (length(query) <= 2000),
    -- Whose people have it on their list too; null: its owner alone.
    agency_id       uuid references kasane.agency,
    created_at      timestamptz not null,
    unique (user_id, name)
);
alter table kasane.task_filter enable row level security;
create policy see on kasane.task_filter for select using (
    user_id = kasane.acting_user() or agency_id = any ((select kasane.my_agencies())::uuid[]));
create policy own on kasane.task_filter for all using (user_id = kasane.acting_user())
    with check (user_id = kasane.acting_user() and municipality_id = (select kasane.my_municipality())
        and (agency_id is null or agency_id = any ((select kasane.my_agencies())::uuid[])));
grant select, insert, update, delete on kasane.task_filter to kasane_app;

create table kasane.task_columns (
    user_id         uuid primary key references kasane.app_user,
    municipality_id uuid   not null references kasane.municipality,
    columns         text[] not null
);
alter table kasane.task_columns enable row level security;
create policy own on kasane.task_columns using (user_id = kasane.acting_user())
    with check (user_id = kasane.acting_user() and municipality_id = (select kasane.my_municipality()));
grant select, insert, update on kasane.task_columns to kasane_app;

-- What somebody looked for stays out of addresses and logs: the address has this row's id.
create table kasane.task_search (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    user_id         uuid        not null references kasane.app_user,
    words           text        not null check (length(words) between 1 and 100),
    at              timestamptz not null
);
create index on kasane.task_search (user_id, at);
alter table kasane.task_search enable row level security;
create policy own on kasane.task_search using (user_id = kasane.acting_user())
    with check (user_id = kasane.acting_user() and municipality_id = (select kasane.my_municipality()));
grant select, insert, delete on kasane.task_search to kasane_app;

-- Away from–to, and who stands in: the deputy finds the tasks that were taken on their own list, and does them on behalf.
create table kasane.absence (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    user_id         uuid        not null references kasane.app_user,
    deputy_id       uuid        not null references kasane.app_user,
    from_on         date        not null,
    to_on           date        not null,
    recorded_by     uuid        not null references kasane.app_user,
    recorded_at     timestamptz not null,
    ended_at        timestamptz,
    check (from_on <= to_on and user_id <> deputy_id)
);
create index on kasane.absence (deputy_id, from_on, to_on) where ended_at is null;
create index on kasane.absence (user_id, from_on, to_on) where ended_at is null;
alter table kasane.absence enable row level security;
create policy see on kasane.absence for select using (municipality_id = (select kasane.my_municipality()));
create policy own on kasane.absence for insert with check (
    (select kasane.may_write()) and municipality_id = (select kasane.my_municipality())
    and (user_id = kasane.acting_user() or (select kasane.has_role('manager'))));
create policy change on kasane.absence for update using (
    (select kasane.may_write()) and (user_id = kasane.acting_user() or (select kasane.has_role('manager'))));
grant select, insert, update on kasane.absence to kasane_app;

-- Whom the acting user stands in for today.
create function kasane.stands_in_for() returns uuid[]
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return (select coalesce(array_agg(distinct a.user_id), '{}') from absence a
            where a.deputy_id = kasane.acting_user() and a.ended_at is null and current_date between a.from_on and a.to_on);
end $$;

-- Who may be given a task: people of the role at the agency it is addressed to.
create function kasane.may_work(the_user uuid, the_audience uuid) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return exists (select from role_assignment r join app_user u on u.id = r.user_id and u.active
                   where r.user_id = the_user and r.agency_id is not null
                     and r.role in ('reception', 'coordinator', 'member', 'manager')
                     and kasane.audience_id(r.municipality_id, r.role, r.agency_id) = the_audience
                     and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date));
end $$;

-- null: taken by oneself.
alter table kasane.task_claim add column assigned_by uuid references kasane.app_user;

-- A day that people agreed on for one task, in place of what the setting gives.
alter table kasane.deadline add column agreed_on date;
comment on column kasane.deadline.agreed_on is 'Set by hand, with a reason in the case''s history; settings that change leave it alone.';
