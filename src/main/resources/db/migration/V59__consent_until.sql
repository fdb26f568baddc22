-- 同意の期限: some agree for a time only. The day after it the consent allows nothing any more, until it is given again.
alter table kasane.consent add column until date;
comment on column kasane.consent.until is 'Last day on which it holds; null: until it is changed. Most documents name no period, so none is set by itself.';
create index on kasane.consent (until) where until is not null;
