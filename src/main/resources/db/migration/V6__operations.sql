-- The operations page: what stands still, for administrators (auditors read). It names case numbers, logins and codes, and nobody.

-- An administrator sees no case. Of one that stands still the number is told, and nothing else.
create function kasane.case_number(the_case uuid) returns text
    language sql stable security definer set search_path = kasane, pg_temp
    return (select f.number from kasane.case_file f
            where f.id = the_case
              and (kasane.has_role('system')
                   or f.municipality_id = kasane.my_municipality() and (kasane.has_role('admin', 'auditor') or kasane.sees_case(f.id))));

-- To whom mail was given up. Not where to: an address is for that person and the administrator's own page.
create function kasane.failing_mail() returns table (user_id uuid, login text, failed_at timestamptz, reason text, given_up bigint)
    language sql stable security definer set search_path = kasane, pg_temp
begin atomic
    select u.id, u.login, m.failed_at, m.failed_reason,
           (select count(*) from kasane.outbox o
            where o.result = 'given-up' and o.kind = 'mail' and o.payload ->> 'userId' = u.id::text and o.created_at > now() - interval '14 days')
    from kasane.mail_address m join kasane.app_user u on u.id = m.user_id and u.active
    where m.failed_at is not null and m.municipality_id = kasane.my_municipality() and kasane.has_role('admin', 'auditor')
    order by m.failed_at;
end;

drop policy see on kasane.outbox;
create policy see on kasane.outbox for select
    using ((select kasane.has_role('system'))
           or (select kasane.has_role('admin', 'auditor')) and municipality_id = (select kasane.my_municipality()));

-- A rejected record stays where it is for good; that somebody has seen to it is said beside it.
create table kasane.rejected_record_seen (
    epoch           uuid        not null,
    partition_id    int         not null,
    position        bigint      not null,
    municipality_id uuid        not null references kasane.municipality,
    seen_by         uuid        not null references kasane.app_user,
    seen_at         timestamptz not null,
    primary key (epoch, partition_id, position)
);
grant select, insert on kasane.rejected_record_seen to kasane_app;
alter table kasane.rejected_record_seen enable row level security;
create policy see on kasane.rejected_record_seen for select
    using ((select kasane.has_role('admin', 'auditor')) and municipality_id = (select kasane.my_municipality()));
create policy add on kasane.rejected_record_seen for insert
    with check ((select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()) and seen_by = (select kasane.acting_user()));

-- What administrators did here: a re-seat is done by the system, asked for by somebody.
create table kasane.operation (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    actor_id        uuid        not null references kasane.app_user,
    kind            text        not null,
    -- An id, a key or a position.
    target          text        not null,
    at              timestamptz not null
);
create index on kasane.operation (municipality_id, at desc);
grant select, insert on kasane.operation to kasane_app;
alter table kasane.operation enable row level security;
create policy see on kasane.operation for select
    using ((select kasane.has_role('admin', 'auditor')) and municipality_id = (select kasane.my_municipality()));
create policy add on kasane.operation for insert
    with check ((select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()) and actor_id = (select kasane.acting_user()));
