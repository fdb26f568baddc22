-- 世帯の分離・統合: people go from one household to another and their traces stay on both sides (ADR 0029). No new table: who is where
-- is said by the people and the cases themselves, and row-level security says as ever who may follow a pointer.

alter table kasane.case_file
    add column split_from  uuid references kasane.case_file,
    add column merged_into uuid references kasane.case_file,
    -- Whatever would open it again (a return, a correction) has to do so where it went.
    add constraint merged_is_closed check (merged_into is null or phase = 'closed' and merged_into <> id);
create index on kasane.case_file (split_from) where split_from is not null;
create index on kasane.case_file (merged_into) where merged_into is not null;

-- The day people parted, which is not the day it was recorded (left_at); and who they are in the household they went to.
alter table kasane.household_member
    add column left_on date,
    add column went_to uuid references kasane.household_member,
    add constraint left_on_of_those_who_left check (left_on is null or left_at is not null);
create index on kasane.household_member (went_to) where went_to is not null;

-- What a person said goes with the person. The copy has no submission of its own: that stays with the case it was given in.
alter table kasane.consent add column carried_from uuid references kasane.consent;

-- A merge is recorded on a page of its own and not in a form.
alter table kasane.case_change alter column submission_id drop not null;
alter table kasane.case_change drop constraint case_change_kind_check;
alter table kasane.case_change add constraint case_change_kind_check
    check (kind in ('consent', 'urgent', 'moving', 'member', 'reopening', 'meeting', 'lead', 'split', 'merged', 'joined'));

-- 名寄せ (V41): a case that was merged is answered; its people are known where they are now.
create or replace function kasane.learn_persons(the_stream uuid) returns void
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    delete from person_key where stream_id = the_stream;
    if exists (select from case_file f where f.id = the_stream and f.merged_into is not null) then
        return;
    end if;
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

create function kasane.learn_persons_of_case() returns trigger
    language plpgsql security definer set search_path = kasane, pg_temp as $$
begin
    perform kasane.learn_persons(new.id);
    return null;
end $$;
create constraint trigger learn_persons after update of merged_into on kasane.case_file
    deferrable initially deferred for each row execute function kasane.learn_persons_of_case();
