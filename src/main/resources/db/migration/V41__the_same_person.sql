-- 名寄せ: whether somebody is known already, by another agency, in another spelling. Found by equal keys, told with the reason, decided by
-- people and never merged. Whoever does not see the other case hears that there may be one, and where to ask; no name and no number.

-- What a person can be recognised by. Nobody reads this table; one asks possible_matches. Addresses that are concealed (DV) have no key: to
-- hear that an address "is the same" would be to hear the address.
create table kasane.person_key (
    municipality_id uuid not null references kasane.municipality,
    kind            text not null check (kind in ('kana-birth', 'name-birth', 'name-address', 'name-kana')),
    key             text collate "C" not null,
    -- The case, or the consultation that is none yet.
    stream_id       uuid not null references kasane.stream,
    -- The member, or that consultation.
    source_id       uuid not null,
    birth_date      date,
    primary key (municipality_id, kind, key, source_id)
);
create index on kasane.person_key (stream_id);
alter table kasane.person_key enable row level security;
-- No policy: a question is allowed, and finds nothing.
grant select on kasane.person_key to kasane_app;

-- Streams with a new key that somebody else has, too: whether the section is to be told is looked at by the application.
create table kasane.match_to_tell (
    stream_id       uuid primary key references kasane.stream,
    municipality_id uuid not null references kasane.municipality
);
alter table kasane.match_to_tell enable row level security;
create policy see on kasane.match_to_tell for select using ((select kasane.has_role('system')));
create policy remove on kasane.match_to_tell for delete using ((select kasane.has_role('system')));
-- Only to take hold of a row while it is told.
create policy change on kasane.match_to_tell for update using ((select kasane.has_role('system')));
grant select, update, delete on kasane.match_to_tell to kasane_app;

create function kasane.learn_persons(the_stream uuid) returns void
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    delete from person_key where stream_id = the_stream;
    insert into person_key (municipality_id, kind, key, stream_id, source_id, birth_date)
    select p.municipality_id, k.kind, left(k.key, 400), the_stream, p.source_id, p.birth_date
    from (
        select m.municipality_id, m.id as source_id, kasane.folded(m.name) as name, kasane.folded(m.kana) as kana, m.birth_date,
               (select kasane.folded(a.address) from member_address a where a.member_id = m.id and not a.concealed and not m.address_concealed) as address
        from household_member m where m.case_id = the_stream and m.left_at is null
        union all
        -- Until the household is gathered, the consultation says whom the case is about.
        select c.municipality_id, c.id, kasane.folded(c.subject_name), kasane.folded(c.subject_kana), null,
               (select kasane.folded(a.address) from consultation_address a where a.consultation_id = c.id and not a.concealed and not c.address_concealed)
        from consultation c
        where coalesce(c.case_id, c.id) = the_stream and not exists (select from household_member m where m.case_id = c.case_id and m.left_at is null)) p
    cross join lateral (values
        ('kana-birth', nullif(p.kana, '') || '|' || p.birth_date),
        ('name-birth', nullif(p.name, '') || '|' || p.birth_date),
        ('name-address', nullif(p.name, '') || '|' || nullif(p.address, '')),
        ('name-kana', nullif(p.name, '') || '|' || nullif(p.kana, ''))) k (kind, key)
    where k.key is not null
    on conflict do nothing;
    insert into match_to_tell (stream_id, municipality_id)
    select distinct a.stream_id, a.municipality_id from person_key a
    join person_key b on b.municipality_id = a.municipality_id and b.kind = a.kind and b.key = a.key and b.stream_id <> a.stream_id
    where a.stream_id = the_stream
    on conflict do nothing;
end $$;

create function kasane.learn_persons_of_row() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    r jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
    if r ? 'consultation_id' then
        perform kasane.learn_persons((select coalesce(c.case_id, c.id) from consultation c where c.id = (r ->> 'consultation_id')::uuid));
    elsif tg_table_name = 'consultation' then
        perform kasane.learn_persons((r ->> 'id')::uuid);
        if r ->> 'case_id' is not null then
            perform kasane.learn_persons((r ->> 'case_id')::uuid);
        end if;
    else
        perform kasane.learn_persons((r ->> 'case_id')::uuid);
    end if;
    return null;
end $$;
create constraint trigger learn_persons after insert or update of name, kana, birth_date, address_concealed, left_at on kasane.household_member
    deferrable initially deferred for each row execute function kasane.learn_persons_of_row();
create constraint trigger learn_persons after insert or update or delete on kasane.member_address
    deferrable initially deferred for each row execute function kasane.learn_persons_of_row();
create constraint trigger learn_persons after insert or update of subject_name, subject_kana, address_concealed, case_id on kasane.consultation
    deferrable initially deferred for each row execute function kasane.learn_persons_of_row();
create constraint trigger learn_persons after insert or update or delete on kasane.consultation_address
    deferrable initially deferred for each row execute function kasane.learn_persons_of_row();

create function kasane.sees_stream(the_stream uuid) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return kasane.sees_case(the_stream) or kasane.sees_consultation(the_stream);
end $$;
create function kasane.sees_source(the_source uuid) returns boolean
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return kasane.sees_case((select case_id from household_member where id = the_source)) or kasane.sees_consultation(the_source);
end $$;

-- 別人: somebody who sees both has made sure. Kept, so that the pair is not pointed out again.
create table kasane.match_answer (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    low_source      uuid        not null,
    high_source     uuid        not null,
    note            text check (length(note) <= 500),
    answered_at     timestamptz not null,
    answered_by     uuid        not null references kasane.app_user,
    unique (low_source, high_source),
    check (low_source < high_source)
);
alter table kasane.match_answer enable row level security;
create policy see on kasane.match_answer for select using (kasane.sees_source(low_source) and kasane.sees_source(high_source));
create policy add on kasane.match_answer for insert with check (
    municipality_id = (select kasane.my_municipality()) and (select kasane.has_role('coordinator', 'manager'))
    and kasane.sees_source(low_source) and kasane.sees_source(high_source));
grant select, insert on kasane.match_answer to kasane_app;

-- Pairs of which the acting user sees at least one side; of the other, when it is not seen, the agency to ask and nothing else. For a case
-- that is restricted, that is the section: who deals with such a case is not told either.
create function kasane.possible_matches(the_stream uuid, most int)
    returns table (here_stream uuid, here_kind text, here_source uuid, here_called text, here_number text, reasons text[], seen boolean,
                   there_stream uuid, there_kind text, there_source uuid, there_called text, there_number text, there_agency text)
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
declare
    mine uuid := kasane.my_municipality();
begin
    if mine is null or the_stream is not null and not kasane.sees_stream(the_stream) then
        return;
    end if;
    -- Planned for what is asked: one case's few keys along an index, or all of them at once.
    return query execute format($q$
    with pairs as materialized (
        select a.stream_id as a_stream, a.source_id as a_source, b.stream_id as b_stream, b.source_id as b_source,
               array_agg(a.kind order by a.kind) as kinds
        from person_key a
        join person_key b on b.municipality_id = a.municipality_id and b.kind = a.kind and b.key = a.key and b.stream_id <> a.stream_id
        where a.municipality_id = $2 and %s
          and (a.birth_date is null or b.birth_date is null or a.birth_date = b.birth_date)
          -- Name and ふりがな alone say little; they count where one side was not asked for the day of birth.
          and (a.kind <> 'name-kana' or a.birth_date is null or b.birth_date is null)
          and not exists (select from match_answer x
                          where x.low_source = least(a.source_id, b.source_id) and x.high_source = greatest(a.source_id, b.source_id))
        group by 1, 2, 3, 4),
    looked as (
        select p.*, kasane.sees_stream(p.a_stream) as sees_a, kasane.sees_stream(p.b_stream) as sees_b from pairs p),
    turned as (
        select case when sees_a then a_stream else b_stream end as h_stream, case when sees_a then a_source else b_source end as h_source,
               case when sees_a then b_stream else a_stream end as t_stream, case when sees_a then b_source else a_source end as t_source,
               kinds, sees_a and sees_b as both
        from looked where sees_a or sees_b)
    select t.h_stream, h.kind, t.h_source, h.called, h.number, t.kinds, t.both,
           case when t.both then t.t_stream end, case when t.both then o.kind end, case when t.both then t.t_source end,
           case when t.both then o.called end, case when t.both then o.number end, o.agency
    from turned t
    cross join lateral kasane.source_shown(t.h_stream, t.h_source) h
    cross join lateral kasane.source_shown(t.t_stream, t.t_source) o
    order by t.both desc, array_length(t.kinds, 1) desc, t.h_source limit $3$q$,
        case when the_stream is null then '$1::uuid is null and a.source_id < b.source_id' else 'a.stream_id = $1' end)
        using the_stream, mine, most;
end $$;

create function kasane.source_shown(the_stream uuid, the_source uuid)
    returns table (kind text, called text, number text, agency text)
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    return query
    select s.kind,
           coalesce((select m.name from household_member m where m.id = the_source), (select c.subject_name from consultation c where c.id = the_source)),
           f.number,
           (select g.name from agency g where g.id = case when f.restricted then y.responsible_agency_id
                else coalesce(f.coordinating_agency_id, (select c.agency_id from consultation c where c.id = the_stream)) end)
    from stream s join municipality y on y.id = s.municipality_id left join case_file f on f.id = s.id
    where s.id = the_stream;
end $$;
revoke all on function kasane.source_shown(uuid, uuid), kasane.learn_persons(uuid) from public;

-- Pairs of a stream whose agencies do not see each other's side: only those are the section's business. For the system.
create function kasane.matches_apart(the_stream uuid) returns setof uuid
    language plpgsql stable security definer set search_path = kasane, pg_temp as $$
begin
    if not kasane.has_role('system') then
        return;
    end if;
    return query
    select distinct b.stream_id from person_key a
    join person_key b on b.municipality_id = a.municipality_id and b.kind = a.kind and b.key = a.key and b.stream_id <> a.stream_id
    where a.stream_id = the_stream and (a.birth_date is null or b.birth_date is null or a.birth_date = b.birth_date)
      and (a.kind <> 'name-kana' or a.birth_date is null or b.birth_date is null)
      and exists (select coalesce(f.coordinating_agency_id, c.agency_id)
                  from stream s left join case_file f on f.id = s.id left join consultation c on c.id = s.id
                  where s.id = the_stream
                    and not exists (select from case_seat e where e.case_id = b.stream_id and e.until is null
                                    and e.agency_id = coalesce(f.coordinating_agency_id, c.agency_id))
                    and not exists (select from consultation o where o.id = b.stream_id and o.agency_id = coalesce(f.coordinating_agency_id, c.agency_id)));
end $$;

select kasane.learn_persons(id) from kasane.stream where kind in ('case', 'consultation');
-- What was there before is found on the page; nobody is told a thousand times on the day of the update.
delete from kasane.match_to_tell;

-- Managers are many and pairs may be many: in the day's digest, unless somebody chooses otherwise.
create or replace function kasane.default_mail(the_kind text) returns text
    language sql immutable parallel safe
    return case when the_kind in ('deadline-1', 'possible-match') then 'digest' else 'at-once' end;
