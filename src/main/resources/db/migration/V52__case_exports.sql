-- A case as a sealed file: who had it made, when and why, and the digest of what was given out (docs/adr/0033). The file itself is not
-- kept. The auditors' own: nothing of a case is changed by it. What was typed as a reason stands here and not on the trail.
create table audit.case_export (
    id              uuid        primary key,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    reason          text        not null check (reason in ('audit', 'disclosure', 'objection', 'inquiry', 'other')),
    note            text check (length(note) <= 2000),
    -- Addresses that are kept from others (DV) are in it, and the forms that hold them.
    concealed       boolean     not null,
    made_at         timestamptz not null,
    made_by         uuid        not null references kasane.app_user,
    -- Once it is made; without them it is being made, or was given up.
    size_bytes      bigint,
    sha256          text
);
create index on audit.case_export (case_id, made_at);
grant select, insert on audit.case_export to kasane_app;
grant update (size_bytes, sha256) on audit.case_export to kasane_app;
alter table audit.case_export enable row level security;
create policy see on audit.case_export for select
    using ((select kasane.has_role('auditor')) and municipality_id = (select kasane.my_municipality()));
create policy add on audit.case_export for insert
    with check ((select kasane.has_role('auditor')) and municipality_id = (select kasane.my_municipality()) and made_by = (select kasane.acting_user())
                and kasane.sees_case(case_id));
create policy finish on audit.case_export for update
    using ((select kasane.has_role('auditor')) and made_by = (select kasane.acting_user()) and sha256 is null)
    with check (made_by = (select kasane.acting_user()));

-- The proof: where entries lie in the chain, the digests between two places of it, and the salts of what was handed in. A digest tells
-- nothing of what it was made of.
create function audit.places(the_entries uuid[])
    returns table (seq bigint, entry_id uuid)
    language plpgsql stable security definer set search_path = audit, pg_temp as $$
begin
    if kasane.has_role('auditor') then
        return query select l.seq, l.id from audit.link l where l.id = any (the_entries);
    end if;
end $$;

create function audit.digests(after_seq bigint, up_to bigint)
    returns table (seq bigint, digest text)
    language plpgsql stable security definer set search_path = audit, pg_temp as $$
begin
    if kasane.has_role('auditor') then
        return query select l.seq, encode(l.digest, 'hex') from audit.link l where l.seq > after_seq and l.seq <= up_to order by l.seq;
    end if;
end $$;

create function audit.salts(the_streams uuid[])
    returns table (entry_id uuid, salt text)
    language plpgsql stable security definer set search_path = audit, pg_temp as $$
begin
    if kasane.has_role('auditor') then
        return query
            select e.id, encode(s.salt, 'hex') from audit.entry e join audit.salt s on s.entry_id = e.id
            where e.stream_id = any (the_streams) and e.municipality_id = kasane.my_municipality();
    end if;
end $$;
revoke execute on function audit.places(uuid[]), audit.digests(bigint, bigint), audit.salts(uuid[]) from public;
grant execute on function audit.places(uuid[]), audit.digests(bigint, bigint), audit.salts(uuid[]) to kasane_app;
