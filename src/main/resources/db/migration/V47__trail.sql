-- The trail: what was done, what was looked at, what was refused; append-only, sealed in a chain (docs/adr/0030).
--
-- * An entry holds ids and codes, never a name, an address or what was said. Where it vouches for such content, it holds a salted
--   digest: the content and its salt can be erased by law, and the entry still stands as it was sealed.
-- * Entries are written by functions and triggers that belong to kasane_owner; the application may only call audit.note.
-- * An entry of a change is written by a trigger in the transaction that made it: no change without one, none without a change.
-- * Times are this server's, not the application's clock: nobody moves them.

grant usage on schema audit to kasane_app;

-- look: who saw what; act: what was done, refused or set; engine: what the engine did. Each class is kept for a time of its own,
-- and a month of a class goes as a whole (audit.dropped).
create table audit.entry (
    class           text        not null check (class in ('look', 'act', 'engine')),
    at              timestamptz not null,
    id              uuid        not null,
    municipality_id uuid,
    -- read, denied, export, act, write, setting, login, logout, model, engine, trail
    kind            text        not null,
    -- The request's method and route, the event's kind, the table and what happened to its row.
    what            text        not null,
    -- null: nobody was logged in, or it is not known who it was.
    actor_id        uuid,
    -- What caused it: all entries of one request carry its id, and all of one transaction this number.
    request_id      uuid,
    transaction_id  xid8        not null,
    -- The case, consultation or matter it is about; and all of which something was in the answer.
    stream_id       uuid,
    subjects        uuid[]      not null default '{}',
    refs            jsonb       not null default '{}',
    status          int,
    content_digest  bytea,
    primary key (class, at, id)
) partition by list (class);

do $$
declare
    c text;
begin
    foreach c in array array ['look', 'act', 'engine'] loop
        execute format('create table audit.%I partition of audit.entry for values in (%L) partition by range (at)', 'entry_' || c, c);
    end loop;
end $$;
create index on audit.entry (stream_id, at) where stream_id is not null;
create index on audit.entry using gin (subjects) where subjects <> '{}';
create index on audit.entry (actor_id, at) where actor_id is not null;
create index on audit.entry (at, id);
create index on audit.entry (request_id) where request_id is not null;
create index on audit.entry ((refs ->> 'key')) where kind = 'model';

-- Attached rather than created in place, which would lock out everybody meanwhile; and given up rather than waited for: there is a
-- year to do it in, and a table for what comes all the same (a database that was restored after years).
create function audit.begin_month(the_class text, the_month timestamp) returns void
    language plpgsql security definer set search_path = audit, pg_temp set lock_timeout = '1s' as $$
declare
    name text := format('entry_%s_%s', the_class, to_char(the_month, 'YYYYMM'));
begin
    if to_regclass('audit.' || name) is not null then
        return;
    end if;
    execute format('create table audit.%I (like audit.entry including defaults including constraints)', name);
    execute format('alter table audit.%I attach partition audit.%I for values from (%L) to (%L)', 'entry_' || the_class, name,
                   the_month::text || '+00', (the_month + interval '1 month')::text || '+00');
    execute format('create trigger not_emptied before truncate on audit.%I for each statement execute function audit.refuse()', name);
exception when lock_not_available or check_violation or duplicate_table then
    -- Somebody reads just now, or what came of that month lies in the table for what comes all the same.
    null;
end $$;

-- A year ahead; asked again by every sealing.
create function audit.begin_months() returns void
    language plpgsql security definer set search_path = audit, pg_temp as $$
declare
    last timestamp := date_trunc('month', now() at time zone 'UTC') + interval '12 months';
begin
    if to_regclass('audit.entry_engine_' || to_char(last, 'YYYYMM')) is null then
        perform audit.begin_month(c, last - make_interval(months => m))
        from unnest(array ['look', 'act', 'engine']) c cross join generate_series(0, 12) m;
    end if;
end $$;

-- Written and committed, but not sealed yet. Only what is committed is seen here, so nothing is sealed that did not happen.
create table audit.unsealed (
    class text        not null,
    at    timestamptz not null,
    id    uuid        not null,
    primary key (at, id)
);

-- The chain: each head is the digest of the head before it and of its entry. seq has no gaps.
create table audit.link (
    seq      bigint      primary key,
    class    text        not null,
    at       timestamptz not null,
    id       uuid        not null,
    digest   bytea       not null,
    head     bytea       not null
);
create unique index on audit.link (id);

create table audit.salt (
    entry_id uuid  primary key,
    salt     bytea not null
);
comment on table audit.salt is 'What was added to content that names people before its digest was taken. Erased together with the content.';

-- ── nothing is changed, nothing is removed ─────────────────────────────────────────────────────────────────────────

create function audit.refuse() returns trigger
    language plpgsql as $$
begin
    raise exception using errcode = 'insufficient_privilege', message = format('%s is append-only', tg_table_name);
end $$;
do $$
declare
    c text;
begin
    foreach c in array array ['look', 'act', 'engine'] loop
        execute format('create table audit.%I partition of audit.%I default', 'entry_' || c || '_other', 'entry_' || c);
        execute format('create trigger not_emptied before truncate on audit.%I for each statement execute function audit.refuse()', 'entry_' || c || '_other');
    end loop;
end $$;
select audit.begin_months();
create trigger append_only before update or delete on audit.entry for each row execute function audit.refuse();
create trigger append_only before update or delete on audit.link for each row execute function audit.refuse();
create trigger not_emptied before truncate on audit.entry for each statement execute function audit.refuse();
create trigger not_emptied before truncate on audit.link for each statement execute function audit.refuse();
create trigger append_only before update or delete on kasane.case_event for each row execute function audit.refuse();
create trigger not_emptied before truncate on kasane.case_event for each statement execute function audit.refuse();

-- ── what is sealed of an entry, letter by letter; a verifier outside of the database builds the same ──────────────

-- A field a line, '-' for what is not known; times in microseconds since 1970. Stable and without settings, so that it is inlined:
-- a verification builds it a million times.
create function audit.micros(at timestamptz) returns text
    language sql stable parallel safe
    return ((extract(epoch from at) * 1000000)::bigint)::text;

create function audit.canonical(e audit.entry) returns text
    language sql stable parallel safe
    return concat_ws(chr(10), e.class, audit.micros(e.at), e.id, coalesce(e.municipality_id::text, '-'), e.kind, e.what,
                     coalesce(e.actor_id::text, '-'), coalesce(e.request_id::text, '-'), e.transaction_id, coalesce(e.stream_id::text, '-'),
                     e.subjects, e.refs, coalesce(e.status::text, '-'), coalesce(encode(e.content_digest, 'hex'), '-'));

create function audit.digest(e audit.entry) returns bytea
    language sql stable parallel safe
    return sha256(convert_to(audit.canonical(e), 'UTF8'));

-- ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────

create function audit.request() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('kasane.request_id', true), '')::uuid;

create function audit.queue() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    insert into audit.unsealed (class, at, id) select n.class, n.at, n.id from added n;
    return null;
end $$;
create trigger queue after insert on audit.entry referencing new table as added for each statement execute function audit.queue();

-- What the application notes by itself: looks, denials, logins. The actor is whom the transaction acts for, not what a caller says.
create function audit.note(the_id uuid, the_class text, the_kind text, the_what text, the_request uuid, the_stream uuid, the_subjects uuid[],
                           the_refs jsonb, the_status int) returns void
    language sql security definer set search_path = audit, pg_temp
begin atomic
    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, stream_id, subjects, refs, status)
    select the_class, clock_timestamp(), the_id,
           coalesce(kasane.my_municipality(), (select s.municipality_id from kasane.stream s where s.id = the_stream)),
           the_kind, left(the_what, 200), kasane.acting_user(), coalesce(the_request, audit.request()), pg_current_xact_id(),
           (select s.id from kasane.stream s where s.id = the_stream), coalesce(the_subjects, '{}'), coalesce(the_refs, '{}'), the_status
    where the_class in ('look', 'act') and the_kind <> all (array ['write', 'setting', 'model', 'engine']);
end;
grant execute on function audit.note(uuid, text, text, text, uuid, uuid, uuid[], jsonb, int) to kasane_app;

create function audit.text_of_event(e kasane.case_event) returns text
    language sql stable parallel safe
    return concat_ws(chr(10), e.stream_id, e.seq, e.municipality_id, coalesce(e.case_id::text, '-'), coalesce(e.consultation_id::text, '-'),
                     coalesce(e.matter_id::text, '-'), e.kind, audit.micros(e.occurred_at), audit.micros(e.recorded_at),
                     coalesce(e.actor_id::text, '-'), coalesce(e.on_behalf_of::text, '-'), coalesce(e.task_id::text, '-'),
                     coalesce(e.submission_id::text, '-'), e.refs);

-- What was handed in, as it was handed in, without what became of it: that it was applied or voided is told by events of their own. A
-- column that is added later must be empty in what is there, or be named here.
create function audit.text_of_submission(s kasane.submission) returns text
    language sql stable parallel safe set timezone = 'UTC'
    return jsonb_strip_nulls(to_jsonb(s) - array ['facts', 'applied_at', 'gate_epoch', 'gate_key', 'meeting_id', 'voided_at', 'voided_by',
                                                  'void_reason'])::text;

create function audit.digest_of_record(r engine.record) returns bytea
    language sql stable parallel safe
    return sha256(convert_to(concat_ws(chr(10), r.position, audit.micros(r.at), r.key, r.value_type, r.intent,
                                       coalesce(r.process_instance_key::text, '-'), coalesce(r.element_id, '-'), r.value), 'UTF8'));

create function audit.note_events() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, stream_id, refs, content_digest)
    select 'act', clock_timestamp(), gen_random_uuid(), e.municipality_id, 'write', e.kind, e.actor_id, audit.request(), pg_current_xact_id(),
           e.stream_id, jsonb_strip_nulls(jsonb_build_object('event', e.seq, 'submission', e.submission_id, 'onBehalfOf', e.on_behalf_of)),
           sha256(convert_to(audit.text_of_event(e), 'UTF8'))
    from added a join kasane.case_event e on e.stream_id = a.stream_id and e.seq = a.seq;
    return null;
end $$;
create trigger trail after insert on kasane.case_event referencing new table as added for each statement execute function audit.note_events();

create function audit.note_submissions() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    -- Digest and salt need the entry's id: it is made first.
    with prepared as materialized (
            select gen_random_uuid() as id, uuid_send(gen_random_uuid()) as salt, s as submission
            from added a join kasane.submission s on s.id = a.id),
         salted as (
            insert into audit.salt (entry_id, salt) select p.id, p.salt from prepared p)
    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, stream_id, refs, content_digest)
    select 'act', clock_timestamp(), p.id, (p.submission).municipality_id, 'write', 'submission', (p.submission).submitted_by,
           audit.request(), pg_current_xact_id(), (p.submission).stream_id,
           jsonb_build_object('submission', (p.submission).id, 'form', (p.submission).form_id),
           sha256(p.salt || convert_to(audit.text_of_submission(p.submission), 'UTF8'))
    from prepared p;
    return null;
end $$;
create trigger trail after insert on kasane.submission referencing new table as added for each statement execute function audit.note_submissions();

-- What was handed in stays: only what became of it may be written beside it.
create function audit.keep_submission() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    if audit.text_of_submission(old) <> audit.text_of_submission(new) then
        raise exception using errcode = 'insufficient_privilege', message = 'what was handed in is not changed';
    end if;
    return new;
end $$;
create trigger kept before update on kasane.submission for each row execute function audit.keep_submission();
create trigger append_only before delete on kasane.submission for each row execute function audit.refuse();

-- Settings, posts and people: which row, which columns; the values where the table names nobody ('values').
create function audit.note_setting() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
declare
    before  jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    after   jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    changed text[];
    told    jsonb;
begin
    select array_agg(k order by k) into changed
    from jsonb_object_keys(coalesce(after, before)) k where before -> k is distinct from after -> k;
    if changed is null then
        return null;
    end if;
    told := jsonb_build_object('columns', to_jsonb(changed), 'key', (
        select jsonb_object_agg(a.attname, coalesce(after, before) -> a.attname)
        from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = tg_relid and i.indisprimary));
    if tg_nargs > 0 then
        told := told || jsonb_strip_nulls(jsonb_build_object(
            'before', (select jsonb_object_agg(k, before -> k) from unnest(changed) k where before is not null),
            'after', (select jsonb_object_agg(k, after -> k) from unnest(changed) k where after is not null)));
    end if;
    insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, request_id, transaction_id, refs)
    values ('act', clock_timestamp(), gen_random_uuid(),
            coalesce((coalesce(after, before) ->> 'municipality_id')::uuid, kasane.my_municipality()), 'setting',
            tg_table_name || '.' || lower(tg_op), kasane.acting_user(), audit.request(), pg_current_xact_id(), told);
    return null;
end $$;
do $$
declare
    t text;
begin
    -- Of people, their posts and where they are written to: which columns, not what stands in them.
    foreach t in array array ['app_user', 'role_assignment', 'mail_address', 'agency_mail', 'absence', 'sheet_link', 'webhook'] loop
        execute format('create trigger trail after insert or update or delete on kasane.%I for each row execute function audit.note_setting()', t);
    end loop;
    foreach t in array array ['agency', 'deadline_policy', 'meeting_body', 'calendar_week', 'calendar_yearly_closure', 'calendar_day',
        'municipal_word', 'area_scheme', 'area', 'agency_area', 'municipal_rule', 'intake_way', 'closure_code', 'concern_field', 'link_setting',
        'digest_time'] loop
        execute format('create trigger trail after insert or update or delete on kasane.%I for each row execute function audit.note_setting(''values'')', t);
    end loop;
end $$;

-- Which diagram is in force: said when the engine says so, whoever deployed it and with whatever tool.
create function audit.note_models() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    insert into audit.entry (class, at, id, kind, what, transaction_id, refs, content_digest)
    select 'act', clock_timestamp(), gen_random_uuid(), 'model', d.process_id, pg_current_xact_id(),
           jsonb_build_object('epoch', d.epoch, 'key', d.key::text, 'version', d.version, 'tag', d.version_tag),
           sha256(convert_to(d.resource, 'UTF8'))
    from added d
    -- Made anew from the records (engine.rebuild), it is not deployed again.
    where not exists (select from audit.entry e where e.class = 'act' and e.kind = 'model' and e.refs ->> 'key' = d.key::text
                                                  and (e.refs ->> 'epoch')::uuid = d.epoch);
    return null;
end $$;
create trigger trail after insert on engine.process_definition referencing new table as added for each statement execute function audit.note_models();

-- What the engine did, batch by batch as it was stored: which records, and a digest over them in their order.
create function audit.note_records() returns trigger
    language plpgsql security definer set search_path = audit, pg_temp as $$
begin
    insert into audit.entry (class, at, id, kind, what, transaction_id, refs, content_digest)
    select 'engine', clock_timestamp(), gen_random_uuid(), 'engine', 'records', pg_current_xact_id(),
           jsonb_build_object('epoch', (r).epoch, 'partition', (r).partition_id, 'first', min((r).position)::text, 'last', max((r).position)::text,
                              'count', count(*)),
           sha256(string_agg(audit.digest_of_record(r), ''::bytea order by (r).position))
    from (select row (a.*)::engine.record as r from added a offset 0) x group by (r).epoch, (r).partition_id;
    return null;
end $$;
create trigger trail after insert on engine.record referencing new table as added for each statement execute function audit.note_records();
create trigger append_only before update or delete on engine.record for each row execute function audit.refuse();

-- ── sealing: one at a time, in the order of writing as far as it is known, each within a second ────────────────────

create function audit.seal(at_most int) returns int
    language plpgsql security definer set search_path = audit, pg_temp as $$
declare
    last    audit.link;
    number  bigint;
    current bytea;
    waiting record;
    seqs    bigint[] := '{}';
    heads   bytea[] := '{}';
    digests bytea[] := '{}';
    classes text[] := '{}';
    times   timestamptz[] := '{}';
    ids     uuid[] := '{}';
begin
    if not pg_try_advisory_xact_lock(7301, 47) then
        return 0;
    end if;
    perform begin_months();
    select * into last from audit.link order by seq desc limit 1;
    number := coalesce(last.seq, 0);
    current := coalesce(last.head, sha256(''::bytea));
    for waiting in
        select u.class, u.at, u.id, audit.digest(e) as digest
        -- What waits without an entry was tampered with: it stays where it is, and a verification names it.
        from audit.unsealed u join audit.entry e on e.class = u.class and e.at = u.at and e.id = u.id
        order by u.at, u.id limit at_most
    loop
        number := number + 1;
        current := sha256(current || waiting.digest);
        seqs := seqs || number;
        heads := heads || current;
        digests := digests || waiting.digest;
        classes := classes || waiting.class;
        times := times || waiting.at;
        ids := ids || waiting.id;
    end loop;
    insert into audit.link (seq, class, at, id, digest, head)
    select * from unnest(seqs, classes, times, ids, digests, heads);
    delete from audit.unsealed u using unnest(times, ids) x (at, id) where u.at = x.at and u.id = x.id;
    return cardinality(seqs);
end $$;
comment on function audit.seal is 'Seals what is committed and waits; returns how many entries that were. A second caller does nothing.';

-- ── verifying ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- The links after one up to another, each with what is wrong with it. The whole chain is verified slice by slice.
create function audit.verify(after_seq bigint, up_to bigint)
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
            (case when j.found is null then 'entry-missing' end),
            (case when j.found is not null and audit.digest(j.entry) <> j.digest then 'entry-changed' end)) f (finding)
    where f.finding is not null;
$$;

-- Whether what the entries vouch for is still there, and as it was: events, submissions, the engine's records.
create function audit.verify_content(after_seq bigint, up_to bigint)
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
    -- A salt that is gone vouches for nothing, too.
    select case when s.id is null then 'submission-missing' else 'submission-changed' end, e.seq, e.id, e.at, e.refs ->> 'submission'
    from entries e left join audit.salt t on t.entry_id = e.id
         left join kasane.submission s on s.id = (e.refs ->> 'submission')::uuid
    where e.kind = 'write' and e.what = 'submission'
      and (s.id is null or t.salt is null or sha256(t.salt || convert_to(audit.text_of_submission(s), 'UTF8')) <> e.content_digest)
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
    where e.kind = 'engine' and e.what = 'records' and (r.count <> (e.refs ->> 'count')::bigint or r.digest <> e.content_digest);
$$;

-- What was written past the functions that are there for it: entries that no link knows and that do not wait to be sealed, links outside of
-- the chain, waiting entries that are gone; and events, submissions and records that no entry vouches for.
create function audit.strays()
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
    select 'submission-inserted', null, null, s.recorded_at, s.id::text
    from kasane.submission s
    where not exists (select from audit.entry e where e.class = 'act' and e.kind = 'write' and e.what = 'submission'
                                                  and (e.refs ->> 'submission')::uuid = s.id)
    union all
    select 'records-inserted', null, null, null, concat_ws(' ', r.epoch, r.partition_id, r.count)
    from (select r.epoch, r.partition_id, count(*) as count from engine.record r group by 1, 2) r
    where r.count > (select coalesce(sum((e.refs ->> 'count')::bigint), 0) from audit.entry e
                     where e.class = 'engine' and (e.refs ->> 'epoch')::uuid = r.epoch and (e.refs ->> 'partition')::int = r.partition_id);
$$;

create function audit.head()
    returns table (seq bigint, head bytea, now timestamptz)
    language sql stable security definer set search_path = audit, pg_temp
begin atomic
    select l.seq, l.head, clock_timestamp() from audit.link l order by l.seq desc limit 1;
end;
create function audit.heads_at(the_seqs bigint[])
    returns table (seq bigint, head bytea)
    language sql stable security definer set search_path = audit, pg_temp
begin atomic
    select l.seq, l.head from audit.link l where l.seq = any (the_seqs);
end;
create function audit.waiting() returns bigint
    language sql stable security definer set search_path = audit, pg_temp
    return (select count(*) from audit.unsealed);

grant execute on function audit.seal(int), audit.verify(bigint, bigint), audit.verify_content(bigint, bigint), audit.strays(), audit.head(),
    audit.heads_at(bigint[]), audit.waiting() to kasane_app;

-- ── reading: auditors, and nobody else ─────────────────────────────────────────────────────────────────────────────

alter table audit.entry enable row level security;
create policy see on audit.entry for select using (
    ((select kasane.has_role('auditor')) and (municipality_id is null or municipality_id = (select kasane.my_municipality())))
    or (kind = 'trail' and (select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()))
    or (select kasane.has_role('system')));
grant select on audit.entry to kasane_app;

-- ── what was there before the trail began is vouched for as it was found then ──────────────────────────────────────

insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, transaction_id, stream_id, refs, content_digest)
select 'act', clock_timestamp(), gen_random_uuid(), e.municipality_id, 'write', e.kind, e.actor_id, pg_current_xact_id(), e.stream_id,
       jsonb_strip_nulls(jsonb_build_object('event', e.seq, 'submission', e.submission_id, 'before', true)),
       sha256(convert_to(audit.text_of_event(e), 'UTF8'))
from kasane.case_event e;
with prepared as materialized (
        select gen_random_uuid() as id, uuid_send(gen_random_uuid()) as salt, s as submission from kasane.submission s),
     salted as (
        insert into audit.salt (entry_id, salt) select p.id, p.salt from prepared p)
insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, transaction_id, stream_id, refs, content_digest)
select 'act', clock_timestamp(), p.id, (p.submission).municipality_id, 'write', 'submission', (p.submission).submitted_by, pg_current_xact_id(),
       (p.submission).stream_id, jsonb_build_object('submission', (p.submission).id, 'form', (p.submission).form_id, 'before', true),
       sha256(p.salt || convert_to(audit.text_of_submission(p.submission), 'UTF8'))
from prepared p;
insert into audit.entry (class, at, id, kind, what, transaction_id, refs, content_digest)
select 'act', clock_timestamp(), gen_random_uuid(), 'model', d.process_id, pg_current_xact_id(),
       jsonb_build_object('epoch', d.epoch, 'key', d.key::text, 'version', d.version, 'tag', d.version_tag, 'before', true),
       sha256(convert_to(d.resource, 'UTF8'))
from engine.process_definition d;
insert into audit.entry (class, at, id, kind, what, transaction_id, refs, content_digest)
select 'engine', clock_timestamp(), gen_random_uuid(), 'engine', 'records', pg_current_xact_id(),
       jsonb_build_object('epoch', r.epoch, 'partition', r.partition_id, 'first', min(r.position)::text, 'last', max(r.position)::text,
                          'count', count(*), 'before', true),
       sha256(string_agg(audit.digest_of_record(r), ''::bytea order by r.position))
from engine.record r group by r.epoch, r.partition_id, r.position / 10000;

-- Nothing of this is for everybody: a trigger of somebody's own on a table of their own could say anything.
revoke execute on all functions in schema audit from public;
