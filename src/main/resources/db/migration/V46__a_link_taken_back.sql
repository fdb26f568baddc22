-- How often the links of an invitation were taken back: a link says of which round it is, and only those of the last one are worth anything.
alter table kasane.meeting_attendee add column link_round int not null default 0;
