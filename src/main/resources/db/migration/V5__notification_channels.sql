-- Notices leave the house: mail and webhook, through the one outbox.

-- ── the outbox gets lanes ──────────────────────────────────────────────────────────────────────────────────────────

-- An order waits behind the older ones of its lane and behind nothing else. What is ordered of the engine has the lane of its
-- stream; a mail has one of its own and belongs to no stream: whoever asks for the open orders of a stream asks for the engine's.
alter table kasane.outbox alter column stream_id drop not null;
alter table kasane.outbox add column lane text;
update kasane.outbox set lane = stream_id::text;
alter table kasane.outbox alter column lane set not null;
create index outbox_open_lane on kasane.outbox (lane, id) where done_at is null;
-- A kind is known by the Delivery that does it; a list of them here would have to change with every module.
alter table kasane.outbox drop constraint if exists outbox_kind_check;
comment on column kasane.outbox.result is 'done | superseded (it no longer applied) | given-up (refused, or tried as often as its kind is to be tried).';
create index outbox_given_up on kasane.outbox (done_at) where result = 'given-up';

-- Ids, kinds and errors only; an auditor reads the operations page.
drop policy see on kasane.outbox;
create policy see on kasane.outbox for select using ((select kasane.has_role('system', 'admin', 'auditor')));

-- The outbox is emptied by the system; an administrator may only ask it to hurry.
create function kasane.order_again(the_order bigint) returns boolean
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if not (kasane.has_role('system')
            or kasane.has_role('admin') and exists (select from kasane.outbox where id = the_order and municipality_id = kasane.my_municipality())) then
        raise insufficient_privilege using message = 'only an administrator lets an order be tried again';
    end if;
    update kasane.outbox
    set next_attempt_at = now(), attempts = case when done_at is null then attempts else 0 end, done_at = null, result = null
    where id = the_order and (done_at is null or result = 'given-up');
    return found;
end $$;

-- ── a person: where mail goes, and which notices go there ──────────────────────────────────────────────────────────

-- A table of its own and not a column of app_user, whose rows all colleagues read.
create table kasane.mail_address (
    user_id         uuid primary key references kasane.app_user,
    municipality_id uuid        not null references kasane.municipality,
    -- null: wants no mail at all.
    address         text check (address like '%_@_%'),
    language        text        not null default 'ja' check (language in ('ja', 'en')),
    changed_at      timestamptz not null,
    -- Mail to it was given up; the next one that goes out clears this.
    failed_at       timestamptz,
    -- What the mail server answered, as codes: its sentences may quote the address.
    failed_reason   text
);
grant select on kasane.mail_address to kasane_app;
alter table kasane.mail_address enable row level security;
create policy see on kasane.mail_address for select
    using (user_id = (select kasane.acting_user()) or (select kasane.has_role('system'))
           or (select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()));

-- Written through these two only.
create function kasane.set_mail_address(the_user uuid, the_address text, the_language text, the_time timestamptz) returns void
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if not (the_user = kasane.acting_user() and kasane.my_municipality() is not null
            or kasane.has_role('system')
            or kasane.has_role('admin') and exists (select from kasane.app_user where id = the_user and municipality_id = kasane.my_municipality())) then
        raise insufficient_privilege using message = 'only the person and an administrator set an address';
    end if;
    insert into kasane.mail_address as m (user_id, municipality_id, address, language, changed_at)
    select id, municipality_id, the_address, the_language, the_time from kasane.app_user where id = the_user and kind = 'person'
    on conflict (user_id) do update
        set address = excluded.address, language = excluded.language, changed_at = excluded.changed_at,
            failed_at = case when m.address is not distinct from excluded.address then m.failed_at end,
            failed_reason = case when m.address is not distinct from excluded.address then m.failed_reason end;
end $$;

-- What became of the last mail: null for a success.
create function kasane.note_mail(the_user uuid, the_reason text, the_time timestamptz) returns void
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    if not kasane.has_role('system') then
        raise insufficient_privilege using message = 'only the outbox knows what became of a mail';
    end if;
    update kasane.mail_address set failed_reason = the_reason, failed_at = case when the_reason is not null then the_time end
    where user_id = the_user and (the_reason is not null or failed_at is not null);
end $$;

-- Sends once more what was given up for this person; older than that time is old news and stays in the app only.
create function kasane.mail_again(the_user uuid, since timestamptz) returns int
    language plpgsql security definer set search_path = kasane, pg_temp as $$
declare
    again int;
begin
    if not (the_user = kasane.acting_user() and kasane.my_municipality() is not null
            or kasane.has_role('system')
            or kasane.has_role('admin') and exists (select from kasane.app_user where id = the_user and municipality_id = kasane.my_municipality())) then
        raise insufficient_privilege using message = 'only the person and an administrator have mail sent again';
    end if;
    update kasane.outbox set next_attempt_at = now(), attempts = 0, done_at = null, result = null
    where result = 'given-up' and kind = 'mail' and payload ->> 'userId' = the_user::text and created_at > since;
    get diagnostics again = row_count;
    return again;
end $$;

-- In-app cannot be switched off and therefore stands nowhere.
create table kasane.notification_preference (
    user_id         uuid        not null references kasane.app_user,
    municipality_id uuid        not null references kasane.municipality,
    kind            text        not null,
    mail            text        not null check (mail in ('off', 'at-once', 'digest')),
    changed_at      timestamptz not null,
    primary key (user_id, kind)
);
grant select, insert, update (mail, changed_at) on kasane.notification_preference to kasane_app;
alter table kasane.notification_preference enable row level security;
create policy see on kasane.notification_preference for select
    using (user_id = (select kasane.acting_user()) or (select kasane.has_role('system')));
create policy add on kasane.notification_preference for insert
    with check (user_id = (select kasane.acting_user()) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.notification_preference for update using (user_id = (select kasane.acting_user()));

-- Defaults of Kasane's own: what presses or asks comes at once, a reminder with the day's digest.
create function kasane.default_mail(the_kind text) returns text
    language sql immutable parallel safe
    return case when the_kind = 'deadline-1' then 'digest' else 'at-once' end;

-- Asked by whoever causes a notice, about somebody else: yields the choice and never the address.
create function kasane.mail_choice(the_user uuid, the_kind text) returns text
    language sql stable security definer set search_path = kasane, pg_temp
    return coalesce(
        (select coalesce(p.mail, kasane.default_mail(the_kind))
         from kasane.mail_address a
         join kasane.app_user u on u.id = a.user_id and u.active
         left join kasane.notification_preference p on p.user_id = a.user_id and p.kind = the_kind
         where a.user_id = the_user and a.address is not null),
        'off');

-- ── a notice: how it goes out, and the day's digest ────────────────────────────────────────────────────────────────

create table kasane.digest (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    user_id         uuid        not null references kasane.app_user,
    day             date        not null,
    created_at      timestamptz not null,
    -- However often the job runs, and whenever it comes to it.
    unique (user_id, day)
);
grant select, insert on kasane.digest to kasane_app;
alter table kasane.digest enable row level security;
create policy see on kasane.digest for select using (user_id = (select kasane.acting_user()) or (select kasane.has_role('system')));
create policy add on kasane.digest for insert with check ((select kasane.has_role('system')));

alter table kasane.notification
    -- The person's choice when it happened. off also for everything from before there was mail.
    add column mail text not null default 'off' check (mail in ('off', 'at-once', 'digest')),
    add column digest_id uuid references kasane.digest;
create index notification_undigested on kasane.notification (user_id, created_at) where mail = 'digest' and digest_id is null;
create index on kasane.notification (digest_id) where digest_id is not null;
drop policy change on kasane.notification;
create policy change on kasane.notification for update using (user_id = kasane.acting_user() or (select kasane.has_role('system')));

-- ── a municipality: when the digest goes, and the webhook ──────────────────────────────────────────────────────────

create table kasane.digest_time (
    municipality_id uuid primary key references kasane.municipality,
    -- Japanese time.
    at              time        not null,
    changed_at      timestamptz not null,
    changed_by      uuid        not null references kasane.app_user
);
comment on table kasane.digest_time is 'Without a row: 08:00, a default of Kasane''s own.';
grant select, insert, update (at, changed_at, changed_by) on kasane.digest_time to kasane_app;
alter table kasane.digest_time enable row level security;
create policy see on kasane.digest_time for select
    using (municipality_id = (select kasane.my_municipality()) or (select kasane.has_role('system')));
create policy add on kasane.digest_time for insert
    with check ((select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.digest_time for update
    using ((select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()));

create table kasane.webhook (
    municipality_id uuid primary key references kasane.municipality,
    -- null: switched off.
    url             text,
    -- Signs every call (HMAC-SHA-256), so it has to be known here as it is.
    secret          text        not null,
    changed_at      timestamptz not null,
    changed_by      uuid        not null references kasane.app_user,
    failed_at       timestamptz,
    failed_reason   text
);
grant select, insert, update (url, secret, changed_at, changed_by, failed_at, failed_reason) on kasane.webhook to kasane_app;
alter table kasane.webhook enable row level security;
create policy see on kasane.webhook for select
    using ((select kasane.has_role('system')) or (select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()));
create policy add on kasane.webhook for insert
    with check ((select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()));
create policy change on kasane.webhook for update
    using ((select kasane.has_role('system')) or (select kasane.has_role('admin')) and municipality_id = (select kasane.my_municipality()));

create function kasane.has_webhook(the_municipality uuid) returns boolean
    language sql stable security definer set search_path = kasane, pg_temp
    return exists (select from kasane.webhook where municipality_id = the_municipality and url is not null);

-- One call per event, however many people are told of it and however often.
create table kasane.webhook_event (
    id              uuid primary key,
    municipality_id uuid        not null references kasane.municipality,
    cause           text        not null,
    kind            text        not null,
    case_id         uuid references kasane.case_file,
    consultation_id uuid references kasane.consultation,
    meeting_id      uuid references kasane.meeting,
    task_id         uuid,
    created_at      timestamptz not null,
    unique (municipality_id, cause)
);
grant select, insert on kasane.webhook_event to kasane_app;
alter table kasane.webhook_event enable row level security;
create policy see on kasane.webhook_event for select
    using (kasane.sees_case(case_id) or kasane.sees_consultation(consultation_id) or (select kasane.has_role('system'))
           or (select kasane.has_role('auditor')) and municipality_id = (select kasane.my_municipality()));
create policy add on kasane.webhook_event for insert with check ((select kasane.may_write()));
