-- How long the trail and the engine's records are kept, and what stays of them when a month goes (docs/adr/0035).
--
-- * A month of a class goes as a whole: its partition is replaced by one that holds only what still vouches for something that is there.
-- * Nothing of it goes before it was compared with the chain: what was tampered with stays, as evidence.
-- * The links of the chain stay. What is gone of a month is counted and digested (audit.dropped), and that is an entry of its own.
-- * The application asks for what has expired, and for nothing else: the periods are the owner's, set on the command line.

create table audit.retention (
    class  text primary key check (class in ('look', 'act', 'engine', 'records')),
    -- Whole months after the month's end; null: for ever. Less than a year is nobody's wish, and would make the setting a weapon.
    months int check (months >= 12)
);
comment on table audit.retention is 'How long entries of the trail (look, act, engine) and the engine''s own records are kept. Kasane''s default is for ever; the period is the municipality''s.';
insert into audit.retention (class) values ('look'), ('act'), ('engine'), ('records');
create trigger trail after insert or update or delete on audit.retention for each row execute function audit.note_setting('values');

create table audit.dropped (
    id       uuid        primary key,
    class    text        not null,
    month    date        not null,
    at       timestamptz not null,
    -- All that is gone of the month until now, and what of it still vouches for something and stayed.
    gone     bigint      not null,
    stayed   bigint      not null,
    -- Of entries: over the digests of those that are gone, in the chain's order. Of records: over the entries that vouched for them.
    digest   bytea       not null,
    unique (class, month, at)
);
comment on table audit.dropped is 'What is left of a month whose time is over. The newest row of a month tells of all that is gone of it.';

-- Entries of the trail whose records of the engine are gone.
create table audit.dropped_batch (
    entry_id uuid primary key,
    month    date not null
);
create index on audit.dropped_batch (month);

-- Instances of which not all records are there any more: a rebuild of the projections keeps them as they are.
create table engine.kept_instance (
    epoch                uuid   not null,
    process_instance_key bigint not null,
    primary key (epoch, process_instance_key)
);

do $$
declare
    t text;
begin
    foreach t in array array ['dropped', 'dropped_batch'] loop
        execute format('create trigger append_only before update or delete on audit.%I for each row execute function audit.refuse()', t);
        execute format('create trigger not_emptied before truncate on audit.%I for each statement execute function audit.refuse()', t);
    end loop;
end $$;

-- ── cases whose content was erased by law (V57 does it) ────────────────────────────────────────────────────────────

create table audit.erased (
    stream_id  uuid        primary key,
    erasure_id uuid        not null,
    at         timestamptz not null
);
comment on table audit.erased is 'Cases and consultations of which only what happened is left, not what was said and of whom.';
create trigger append_only before update or delete on audit.erased for each row execute function audit.refuse();
create trigger not_emptied before truncate on audit.erased for each statement execute function audit.refuse();

create function audit.text_of_dropped(d audit.dropped) returns text
    language sql stable parallel safe
    return concat_ws(chr(10), d.id, d.class, d.month, audit.micros(d.at), d.gone, d.stayed, encode(d.digest, 'hex'));
create function audit.text_of_erased(e audit.erased) returns text
    language sql stable parallel safe
    return concat_ws(chr(10), e.stream_id, e.erasure_id, audit.micros(e.at));

-- Written with what it tells of, never without.
create function audit.note_proof() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    if tg_table_name = 'dropped' then
        insert into audit.entry (class, at, id, kind, what, actor_id, request_id, transaction_id, refs, content_digest)
        values ('act', clock_timestamp(), gen_random_uuid(), 'trail', 'dropped', kasane.acting_user(), audit.request(), pg_current_xact_id(),
                jsonb_build_object('dropped', new.id, 'class', new.class, 'month', new.month, 'gone', new.gone, 'stayed', new.stayed),
                sha256(convert_to(audit.text_of_dropped(new), 'UTF8')));
    else
        insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, stream_id, refs, content_digest)
        values ('act', clock_timestamp(), gen_random_uuid(), (select s.municipality_id from kasane.stream s where s.id = new.stream_id), 'trail',
                'erased', kasane.acting_user(), audit.request(), pg_current_xact_id(), new.stream_id,
                jsonb_build_object('erasure', new.erasure_id), sha256(convert_to(audit.text_of_erased(new), 'UTF8')));
    end if;
    return null;
end $$;
create trigger trail after insert on audit.dropped for each row execute function audit.note_proof();
create trigger trail after insert on audit.erased for each row execute function audit.note_proof();

-- Of a case that was erased, and only of that, what was said may be taken out of what was handed in, and the list of what happened goes
-- with its month. The tables of proof are the owner's: nobody else can open this door.
create or replace function audit.refuse() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    -- Within, since other tables have no stream.
    if tg_op = 'DELETE' and tg_table_schema = 'kasane' and tg_table_name = 'case_event' and current_setting('kasane.dropping', true) = 'yes' then
        if exists (select from audit.erased x where x.stream_id = old.stream_id) then
            return old;
        end if;
    end if;
    raise exception using errcode = 'insufficient_privilege', message = format('%s is append-only', tg_table_name);
end $$;
create or replace function audit.keep_submission() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    if audit.text_of_submission(old) <> audit.text_of_submission(new)
       and not (new.data = '{}' and to_jsonb(old) - array ['data', 'correction_reason', 'void_reason', 'meeting_id', 'facts']
                                  = to_jsonb(new) - array ['data', 'correction_reason', 'void_reason', 'meeting_id', 'facts']
                and exists (select from audit.erased x where x.stream_id = old.stream_id)) then
        raise exception using errcode = 'insufficient_privilege', message = 'what was handed in is not changed';
    end if;
    return new;
end $$;

-- What the application says by itself is never one of these (V47): they have a row beside them.
create or replace function audit.note(the_id uuid, the_class text, the_kind text, the_what text, the_request uuid, the_stream uuid, the_subjects uuid[],
                                      the_refs jsonb, the_status int) returns void
    language sql security definer set search_path = audit, pg_temp
begin atomic
    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, stream_id, subjects, refs, status)
    select the_class, clock_timestamp(), the_id,
           coalesce(kasane.my_municipality(), (select s.municipality_id from kasane.stream s where s.id = the_stream)),
           the_kind, left(the_what, 200), kasane.acting_user(), coalesce(the_request, audit.request()), pg_current_xact_id(),
           (select s.id from kasane.stream s where s.id = the_stream), coalesce(the_subjects, '{}'), coalesce(the_refs, '{}'), the_status
    where the_class in ('look', 'act') and the_kind <> all (array ['write', 'setting', 'model', 'engine', 'break-glass'])
      and not (the_kind = 'trail' and the_what in ('dropped', 'erased'));
end;

-- Nothing is added to a case that was erased: what came afterwards could not be erased again.
create function audit.keep_erased() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    if exists (select from audit.erased x where x.stream_id = new.stream_id) then
        raise exception using errcode = 'insufficient_privilege', message = 'the case was erased';
    end if;
    return new;
end $$;
create trigger kept_erased before insert on kasane.case_event for each row execute function audit.keep_erased();
create trigger kept_erased before insert on kasane.submission for each row execute function audit.keep_erased();

-- ── a month of the trail ───────────────────────────────────────────────────────────────────────────────────────────

-- Asked of what was erased or dropped by right, never of what is still there: whoever takes an event or a submission away by hand is found
-- out for ever, and no month's end makes it good.
create function audit.still_vouches(e audit.entry) returns boolean
    language sql stable security definer set search_path = audit, pg_temp as $$
    select case
        when e.class = 'engine' then e.what <> 'records' or not exists (select from audit.dropped_batch b where b.entry_id = e.id)
        when e.class = 'look' then false
        -- Which diagram it was, what is gone, what was erased, what a restore lost: as long as there is anything to be asked about.
        when e.kind = 'model' or e.kind = 'trail' and e.what in ('dropped', 'erased', 'restored', 'anchors-missing') then true
        when e.kind = 'write' and (e.refs ? 'event' or e.what = 'submission') then
            not exists (select from audit.erased x where x.stream_id = e.stream_id)
        else false end;
$$;

create index on audit.link (class, at);

-- What is gone of a month: links without an entry.
create function audit.gone_of(the_class text, the_month date)
    returns table (gone bigint, digest bytea)
    language sql stable security definer set search_path = audit, pg_temp
as $$
    select count(*), sha256(coalesce(string_agg(l.digest, ''::bytea order by l.seq), ''))
    from audit.link l
    where l.class = the_class and l.at >= the_month::timestamp at time zone 'UTC' and l.at < (the_month + interval '1 month') at time zone 'UTC'
      and not exists (select from audit.entry e where e.class = l.class and e.at = l.at and e.id = l.id);
$$;

-- That no more is gone of a month than was dropped: asked before anything else goes, or the next drop would make it good.
create function audit.require_whole(the_class text, the_month date) returns void
    language plpgsql stable security definer set search_path = audit, pg_temp as $$
declare
    now_ record;
    told audit.dropped;
begin
    if the_class = 'records' then
        select * into now_ from audit.gone_records_of(the_month);
    else
        select * into now_ from audit.gone_of(the_class, the_month);
    end if;
    select * into told from audit.dropped d where d.class = the_class and d.month = the_month order by d.at desc limit 1;
    if now_.gone <> coalesce(told.gone, 0) or told.id is not null and now_.digest <> told.digest then
        raise exception using errcode = 'data_corrupted',
            message = format('more is gone of %s %s than was dropped: the month is kept', the_class, the_month);
    end if;
end $$;

create function audit.drop_month(the_class text, the_month date) returns bigint
    language plpgsql security definer set search_path = audit, pg_temp set lock_timeout = '2s' set timezone = 'UTC' as $$
declare
    name   text := format('entry_%s_%s', the_class, to_char(the_month, 'YYYYMM'));
    from_  timestamptz := the_month::timestamp;
    to_    timestamptz := the_month::timestamp + interval '1 month';
    broken bigint;
    stays  bigint;
    goes   bigint;
    proof  record;
begin
    if to_regclass('audit.' || name) is null or not exists (
           select from audit.entry e where e.class = the_class and e.at >= from_ and e.at < to_ and not audit.still_vouches(e)) then
        return 0;
    end if;
    -- Nobody erases a case meanwhile: what is copied and what is deleted must be the same.
    lock table audit.erased in share mode;
    perform audit.require_whole(the_class, the_month);
    select count(*) into broken from audit.entry e
    where e.class = the_class and e.at >= from_ and e.at < to_
      and not exists (select from audit.link l where l.id = e.id and l.at = e.at and l.class = e.class and l.digest = audit.digest(e));
    if broken > 0 then
        raise exception using errcode = 'data_corrupted',
            message = format('%s of the entries of %s are not as they were sealed: the month is kept', broken, name);
    end if;
    -- Everything that takes time is done before anybody is locked out; attaching finds the indexes there.
    execute format('create table audit.%I (like audit.entry including defaults including constraints including indexes)', name || '_rest');
    execute format('insert into audit.%I select e.* from audit.%I e where audit.still_vouches(e::audit.entry)', name || '_rest', name);
    get diagnostics stays = row_count;
    execute format('select count(*) as gone, sha256(coalesce(string_agg(l.digest, %L::bytea order by l.seq), %L)) as digest
                    from audit.link l where l.class = %L and l.at >= %L and l.at < %L
                      and not exists (select from audit.%I r where r.class = l.class and r.at = l.at and r.id = l.id)',
                   '', '', the_class, from_, to_, name || '_rest') into proof;
    if the_class = 'act' then
        -- Of cases that were erased the list of what happened goes with what vouched for it.
        perform set_config('kasane.dropping', 'yes', true);
        delete from kasane.case_event c using audit.entry e
        where e.class = 'act' and e.at >= from_ and e.at < to_ and e.kind = 'write' and e.refs ? 'event' and e.stream_id = c.stream_id
          and (e.refs ->> 'event')::bigint = c.seq and exists (select from audit.erased x where x.stream_id = c.stream_id);
        perform set_config('kasane.dropping', '', true);
    end if;
    execute format('select count(*) from audit.%I', name) into goes;
    execute format('alter table audit.%I detach partition audit.%I', 'entry_' || the_class, name);
    execute format('drop table audit.%I', name);
    execute format('alter table audit.%I rename to %I', name || '_rest', name);
    execute format('alter table audit.%I attach partition audit.%I for values from (%L) to (%L)', 'entry_' || the_class, name,
                   the_month::text || ' 00:00+00', (the_month + interval '1 month')::text || '+00');
    execute format('create trigger not_emptied before truncate on audit.%I for each statement execute function audit.refuse()', name);
    insert into audit.dropped (id, class, month, at, gone, stayed, digest)
    values (gen_random_uuid(), the_class, the_month, clock_timestamp(), proof.gone, stays, proof.digest);
    return goes - stays;
end $$;

-- ── a month of the engine's records ────────────────────────────────────────────────────────────────────────────────

create function audit.gone_records_of(the_month date)
    returns table (gone bigint, digest bytea)
    language sql stable security definer set search_path = audit, pg_temp
as $$
    select count(*), sha256(coalesce(string_agg(uuid_send(b.entry_id), ''::bytea order by b.entry_id), ''))
    from audit.dropped_batch b where b.month = the_month;
$$;

-- Batches go as they were vouched for: whole, none of their instances still running, and no diagram or form among them.
create function audit.drop_records(the_month date) returns bigint
    language plpgsql security definer set search_path = audit, pg_temp set lock_timeout = '2s' set timezone = 'UTC' as $$
declare
    name   text := 'record_' || to_char(the_month, 'YYYY_MM');
    from_  timestamptz := the_month::timestamp;
    to_    timestamptz := the_month::timestamp + interval '1 month';
    broken bigint;
    stays  bigint;
    goes   bigint;
    proof  record;
begin
    if to_regclass('engine.' || name) is null then
        return 0;
    end if;
    perform audit.require_whole('records', the_month);
    -- Only batches that may go: their positions lie among this month's, and they have not gone before.
    create temp table reach on commit drop as
        select r.epoch, r.partition_id, min(r.position) as first, max(r.position) as last
        from engine.record r where r.at >= from_ and r.at < to_ group by 1, 2;
    -- Of an instance that was migrated its versions are told from its records: they stay.
    create temp table migrated on commit drop as
        select distinct r.epoch, r.process_instance_key from engine.record r
        where r.value_type = 'PROCESS_INSTANCE' and r.intent = 'ELEMENT_MIGRATED';
    create temp table going on commit drop as
        select c.* from (
            select e.id, (e.refs ->> 'epoch')::uuid as epoch, (e.refs ->> 'partition')::int as partition_id, (e.refs ->> 'first')::bigint as first,
                   (e.refs ->> 'last')::bigint as last, (e.refs ->> 'count')::bigint as count, e.content_digest, null::boolean as whole
            from audit.entry e
            where e.class = 'engine' and e.what = 'records' and not exists (select from audit.dropped_batch b where b.entry_id = e.id)) c
        join reach m on m.epoch = c.epoch and m.partition_id = c.partition_id and c.first >= m.first and c.last <= m.last
        cross join lateral (
            select bool_and(x.at >= from_ and x.at < to_) as in_month,
                   -- Diagrams, forms, and what was done in the engine's own tools.
                   bool_or(x.value_type in ('PROCESS', 'FORM', 'PROCESS_INSTANCE_MODIFICATION', 'VARIABLE_DOCUMENT')) as kept,
                   -- The sweep of the deadlines never ends, and tells of no case.
                   bool_or(exists (select from engine.process_instance i where i.epoch = x.epoch and i.key = x.process_instance_key
                                                                           and i.state = 'ACTIVE' and i.process_id <> 'deadline-sweep')
                           or exists (select from migrated g where g.epoch = x.epoch and g.process_instance_key = x.process_instance_key)) as running
            from engine.record x
            where x.epoch = c.epoch and x.partition_id = c.partition_id and x.position between c.first and c.last) r
        where r.in_month and not r.kept and not r.running;
    drop table reach, migrated;
    if not exists (select from going) then
        drop table going;
        return 0;
    end if;
    update going g set whole = (
        select count(*) = g.count and sha256(string_agg(audit.digest_of_record(x), ''::bytea order by x.position)) = g.content_digest
        from engine.record x
        where x.epoch = g.epoch and x.partition_id = g.partition_id and x.position between g.first and g.last);
    -- The exporter waits from here on, and the broker keeps its log.
    perform pg_advisory_xact_lock(7301, 1);
    select count(*), count(*) filter (where not whole) into goes, broken from going;
    if broken > 0 then
        raise exception using errcode = 'data_corrupted',
            message = format('%s batches of the engine''s records of %s are not as they were sealed: the month is kept', broken, the_month);
    end if;
    execute format('create table engine.%I (like engine.record including defaults including constraints including comments including indexes)', name || '_rest');
    execute format('insert into engine.%I select r.* from engine.%I r where not exists (
                        select from going g where g.epoch = r.epoch and g.partition_id = r.partition_id and r.position between g.first and g.last)',
                   name || '_rest', name);
    get diagnostics stays = row_count;
    execute format('insert into engine.kept_instance (epoch, process_instance_key)
                    select distinct r.epoch, r.process_instance_key from engine.%I r join going g
                        on g.epoch = r.epoch and g.partition_id = r.partition_id and r.position between g.first and g.last
                    where r.process_instance_key is not null on conflict do nothing', name);
    execute format('alter table engine.record detach partition engine.%I', name);
    execute format('drop table engine.%I', name);
    execute format('alter table engine.%I rename to %I', name || '_rest', name);
    execute format('alter table engine.record attach partition engine.%I for values from (%L) to (%L)', name,
                   the_month::text || ' 00:00+00', (the_month + interval '1 month')::text || '+00');
    insert into audit.dropped_batch (entry_id, month) select g.id, the_month from going g;
    drop table going;
    select * into proof from audit.gone_records_of(the_month);
    insert into audit.dropped (id, class, month, at, gone, stayed, digest)
    values (gen_random_uuid(), 'records', the_month, clock_timestamp(), proof.gone, stays, proof.digest);
    return goes;
end $$;

-- A rebuild leaves instances as they are whose records are not all there.
create or replace function engine.rebuild() returns bigint
    language plpgsql security definer
    set search_path = engine, pg_temp as $$
declare
    life   record;
    recs   engine.record[];
    after  bigint;
    upto   bigint;
    replayed bigint := 0;
    t      text;
    parts  text[] := array ['element_instance', 'sequence_flow', 'user_task', 'incident', 'variable', 'message_subscription'];
begin
    -- The exporter waits meanwhile, and the broker keeps its log.
    perform pg_advisory_xact_lock(7301, 1);
    create temp table kept_process_instance on commit drop as
        select i.* from process_instance i join kept_instance k on k.epoch = i.epoch and k.process_instance_key = i.key;
    foreach t in array parts loop
        execute format('create temp table %I on commit drop as select x.* from engine.%I x where exists (
                            select from engine.kept_instance k where k.epoch = x.epoch and k.process_instance_key = x.process_instance_key)',
                       'kept_' || t, t);
    end loop;
    truncate process_definition, form, process_instance, element_instance, sequence_flow, user_task, incident, variable, message_subscription;
    insert into process_instance select * from kept_process_instance;
    drop table kept_process_instance;
    foreach t in array parts loop
        execute format('insert into engine.%I select * from %I', t, 'kept_' || t);
        execute format('drop table %I', 'kept_' || t);
    end loop;
    for life in select e.epoch, p.partition_id from epoch e join exporter_position p using (epoch) order by e.first_seen_at, p.partition_id loop
        after := -1;
        loop
            select array_agg(n.r order by (n.r).position) filter (where not exists (
                       select from kept_instance k where k.epoch = (n.r).epoch and k.process_instance_key = (n.r).process_instance_key)),
                   max((n.r).position) into recs, upto
            from (select r from record r
                  where r.epoch = life.epoch and r.partition_id = life.partition_id and r.position > after
                  order by r.position limit 2000) n;
            exit when upto is null;
            if recs is not null then
                perform engine.project(life.epoch, recs);
                replayed := replayed + cardinality(recs);
            end if;
            after := upto;
        end loop;
    end loop;
    return replayed;
end $$;

-- ── what has expired ───────────────────────────────────────────────────────────────────────────────────────────────

create function audit.months()
    returns table (class text, month date, expires date, entries bigint)
    language sql stable security definer set search_path = audit, pg_temp
as $$
    select p.class, p.month, (p.month + make_interval(months => 1 + r.months))::date, greatest(p.estimate, 0)::bigint
    from (select 'records' as class, to_date(right(c.relname, 7), 'YYYY_MM') as month, c.reltuples as estimate
          from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'engine.record'::regclass and c.relname ~ '^record_\d{4}_\d{2}$'
          union all
          select substring(c.relname from '^entry_([a-z]+)_\d{6}$'), to_date(right(c.relname, 6), 'YYYYMM'), c.reltuples
          from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
          where p.relname in ('entry_look', 'entry_act', 'entry_engine') and p.relnamespace = 'audit'::regnamespace
            and c.relname ~ '^entry_[a-z]+_\d{6}$') p
         join audit.retention r using (class);
$$;
comment on function audit.months is 'The months there are, the day each may go (null: never), and about how much is in it.';

create function audit.drop_expired(the_class text, the_month date) returns bigint
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    if not exists (select from audit.months() m where m.class = the_class and m.month = the_month
                                                   and m.expires <= (now() at time zone 'Asia/Tokyo')::date) then
        raise exception using errcode = 'insufficient_privilege', message = format('the time of %s %s is not over', the_class, the_month);
    end if;
    return case when the_class = 'records' then audit.drop_records(the_month) else audit.drop_month(the_class, the_month) end;
end $$;
comment on function audit.drop_expired is 'Drops what may go of a month whose time is over, and returns how much that was: entries, or batches of records.';

-- ── verifying, with what is gone by right ──────────────────────────────────────────────────────────────────────────

create or replace function audit.verify(after_seq bigint, up_to bigint)
    returns table (finding text, seq bigint, entry_id uuid, entry_at timestamptz, about text)
    language sql stable security definer set search_path = audit, pg_temp set enable_hashjoin = off set enable_mergejoin = off
as $$
    with links as (
            select l.*, lag(l.seq) over w as seq_before, lag(l.head) over w as head_before
            from audit.link l where l.seq between after_seq and up_to window w as (order by l.seq)),
         joined as (
            select l.seq, l.seq_before, l.head_before, l.head, l.digest, l.class, l.at, l.id, e as entry, e.id as found
            from links l left join audit.entry e on e.class = l.class and e.at = l.at and e.id = l.id
            where l.seq > after_seq)
    select f.finding, j.seq, j.id, j.at, coalesce((j.entry).kind || ' ' || (j.entry).what, j.class)
    from joined j
         cross join lateral (values
            -- Without the link before it, the first of a slice is asked whether it is the very first.
            (case when j.seq <> coalesce(j.seq_before, 0) + 1 then 'link-missing' end),
            (case when j.seq = coalesce(j.seq_before, 0) + 1
                       and j.head <> sha256(coalesce(j.head_before, sha256(''::bytea)) || j.digest) then 'link-changed' end),
            -- That no more is gone of a dropped month than was dropped is asked of the month as a whole (audit.verify_proofs).
            (case when j.found is null and not exists (
                       select from audit.dropped d where d.class = j.class and d.month = date_trunc('month', j.at at time zone 'UTC')::date)
                  then 'entry-missing' end),
            (case when j.found is not null and audit.digest(j.entry) <> j.digest then 'entry-changed' end)) f (finding)
    where f.finding is not null;
$$;

create or replace function audit.verify_content(after_seq bigint, up_to bigint)
    returns table (finding text, seq bigint, entry_id uuid, entry_at timestamptz, about text)
    language sql stable security definer set search_path = audit, pg_temp set enable_hashjoin = off set enable_mergejoin = off
as $$
    with entries as materialized (
            select l.seq, e.* from audit.link l join audit.entry e on e.class = l.class and e.at = l.at and e.id = l.id
            where l.seq > after_seq and l.seq <= up_to and e.content_digest is not null)
    select case when c.seq is null then 'event-missing' else 'event-changed' end, e.seq, e.id, e.at, e.what || ' ' || (e.refs ->> 'event')
    from entries e left join kasane.case_event c on c.stream_id = e.stream_id and c.seq = (e.refs ->> 'event')::bigint
    where e.kind = 'write' and e.refs ? 'event'
      and (c.seq is null or sha256(convert_to(audit.text_of_event(c), 'UTF8')) <> e.content_digest)
    union all
    -- A salt that is gone vouches for nothing, too; of a case that was erased by law, that is as it should be.
    select case when s.id is null then 'submission-missing' else 'submission-changed' end, e.seq, e.id, e.at, e.refs ->> 'submission'
    from entries e left join audit.salt t on t.entry_id = e.id
         left join kasane.submission s on s.id = (e.refs ->> 'submission')::uuid
    where e.kind = 'write' and e.what = 'submission'
      and case when exists (select from audit.erased x where x.stream_id = e.stream_id)
               then s.id is null or s.data <> '{}' or t.salt is not null
               else s.id is null or t.salt is null or sha256(t.salt || convert_to(audit.text_of_submission(s), 'UTF8')) <> e.content_digest end
    union all
    select case when d.key is null then 'model-missing' else 'model-changed' end, e.seq, e.id, e.at, e.what || ' ' || (e.refs ->> 'version')
    from entries e left join engine.process_definition d on d.epoch = (e.refs ->> 'epoch')::uuid and d.key = (e.refs ->> 'key')::bigint
    where e.kind = 'model' and (d.key is null or sha256(convert_to(d.resource, 'UTF8')) <> e.content_digest)
    union all
    select 'records-changed', e.seq, e.id, e.at, concat_ws(' ', e.refs ->> 'partition', e.refs ->> 'first', e.refs ->> 'last')
    from entries e
         cross join lateral (
            select count(*) as count, sha256(string_agg(audit.digest_of_record(r), ''::bytea order by r.position)) as digest
            from engine.record r
            where r.epoch = (e.refs ->> 'epoch')::uuid and r.partition_id = (e.refs ->> 'partition')::int
              and r.position between (e.refs ->> 'first')::bigint and (e.refs ->> 'last')::bigint) r
    where e.kind = 'engine' and e.what = 'records'
      and case when exists (select from audit.dropped_batch b where b.entry_id = e.id) then r.count > 0
               else r.count <> (e.refs ->> 'count')::bigint or r.digest <> e.content_digest end;
$$;

-- Whether exactly that is gone which was dropped or erased, and whether what tells of it is as it was sealed.
create function audit.verify_proofs()
    returns table (finding text, seq bigint, entry_id uuid, entry_at timestamptz, about text)
    language sql stable security definer set search_path = audit, pg_temp
as $$
    with newest as (select distinct on (d.class, d.month) d.* from audit.dropped d order by d.class, d.month, d.at desc)
    select 'dropped-differs', null::bigint, null::uuid, n.at, n.class || ' ' || n.month
    from newest n cross join lateral (
        select g.gone, g.digest from audit.gone_of(n.class, n.month) g where n.class <> 'records'
        union all select g.gone, g.digest from audit.gone_records_of(n.month) g where n.class = 'records') g
    where g.gone <> n.gone or g.digest <> n.digest
    union all
    select 'dropped-differs', null, b.entry_id, null, 'records ' || b.month
    from audit.dropped_batch b where not exists (select from newest n where n.class = 'records' and n.month = b.month)
    union all
    select 'proof-inserted', null, null, p.at, p.about
    from (select d.at, 'dropped ' || d.class || ' ' || d.month as about, d.id::text as id, 'dropped' as key, 'dropped' as what,
                 sha256(convert_to(audit.text_of_dropped(d), 'UTF8')) as digest from audit.dropped d
          union all
          select x.at, 'erased ' || x.stream_id, x.erasure_id::text, 'erasure', 'erased', sha256(convert_to(audit.text_of_erased(x), 'UTF8')) from audit.erased x) p
    where not exists (select from audit.entry e where e.class = 'act' and e.kind = 'trail' and e.what = p.what and e.refs ->> p.key = p.id
                                                  and e.content_digest = p.digest)
    union all
    select 'proof-missing', null, e.id, e.at, e.what
    from audit.entry e
    where e.class = 'act' and e.kind = 'trail'
      and (e.what = 'dropped' and not exists (select from audit.dropped d where d.id::text = e.refs ->> 'dropped')
        or e.what = 'erased' and not exists (select from audit.erased x where x.stream_id = e.stream_id));
$$;

create or replace function audit.strays()
    returns table (finding text, seq bigint, entry_id uuid, entry_at timestamptz, about text)
    language sql stable security definer set search_path = audit, pg_temp set work_mem = '64MB'
as $$
    select 'entry-inserted', null::bigint, e.id, e.at, e.kind || ' ' || e.what
    from audit.entry e
    where not exists (select from audit.link l where l.id = e.id and l.at = e.at and l.class = e.class and l.seq > 0)
      and not exists (select from audit.unsealed u where u.at = e.at and u.id = e.id and u.class = e.class)
    union all
    select 'link-changed', l.seq, l.id, l.at, l.class from audit.link l where l.seq < 1
    union all
    select 'entry-missing', null, u.id, u.at, u.class from audit.unsealed u
    where not exists (select from audit.entry e where e.class = u.class and e.at = u.at and e.id = u.id)
    union all
    select 'event-inserted', null, null, c.recorded_at, c.kind || ' ' || c.seq
    from kasane.case_event c
    where not exists (select from audit.entry e where e.class = 'act' and e.kind = 'write' and e.stream_id = c.stream_id
                                                  and (e.refs ->> 'event')::bigint = c.seq)
    union all
    -- Of a case that was erased an empty sheet stays, also when the entry that vouched for it has gone with its month.
    select 'submission-inserted', null, null, s.recorded_at, s.id::text
    from kasane.submission s
    where not exists (select from audit.entry e where e.class = 'act' and e.kind = 'write' and e.what = 'submission'
                                                  and (e.refs ->> 'submission')::uuid = s.id)
      and not (s.data = '{}' and exists (select from audit.erased x where x.stream_id = s.stream_id))
    union all
    -- Batches that were dropped, and months of the trail that were: their entries are not there to be counted. What still has an entry is.
    select 'records-inserted', null, null, null, concat_ws(' ', r.epoch, r.partition_id, r.count)
    from (select r.epoch, r.partition_id, count(*) as count from engine.record r group by 1, 2) r
    where r.count > (select coalesce(sum((e.refs ->> 'count')::bigint), 0) from audit.entry e
                     where e.class = 'engine' and (e.refs ->> 'epoch')::uuid = r.epoch and (e.refs ->> 'partition')::int = r.partition_id
                       and not exists (select from audit.dropped_batch b where b.entry_id = e.id));
$$;

revoke execute on all functions in schema audit from public;
revoke execute on function engine.rebuild() from public;
grant execute on function audit.drop_expired(text, date), audit.months(), audit.verify_proofs() to kasane_app;

-- Auditors and administrators see how long what is kept, and what is gone.
alter table audit.retention enable row level security;
create policy see on audit.retention for select using ((select kasane.has_role('auditor')) or (select kasane.has_role('admin')) or (select kasane.has_role('system')));
alter table audit.dropped enable row level security;
create policy see on audit.dropped for select using ((select kasane.has_role('auditor')) or (select kasane.has_role('admin')) or (select kasane.has_role('system')));
alter table audit.dropped_batch enable row level security;
alter table audit.erased enable row level security;
create policy see on audit.erased for select using (
    (select kasane.has_role('system')) or exists (select from kasane.stream s where s.id = stream_id and s.municipality_id = (select kasane.my_municipality())));
grant select on audit.retention, audit.dropped, audit.erased to kasane_app;
alter table engine.kept_instance enable row level security;
grant select on engine.kept_instance to kasane_app;
