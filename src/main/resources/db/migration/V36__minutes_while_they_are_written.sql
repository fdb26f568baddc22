-- What is written while a meeting is held: one draft per meeting, found again on another machine, and a version, so that two who write do
-- not overwrite each other unseen. It goes when the record is submitted; the record itself is the step's submission.
create table kasane.meeting_draft (
    meeting_id      uuid primary key references kasane.meeting,
    municipality_id uuid        not null references kasane.municipality,
    case_id         uuid        not null references kasane.case_file,
    version         int         not null,
    data            jsonb       not null,
    saved_at        timestamptz not null,
    saved_by        uuid        not null references kasane.app_user
);
alter table kasane.meeting_draft enable row level security;
create policy see on kasane.meeting_draft for select using (kasane.sees_meeting(meeting_id));
create policy add on kasane.meeting_draft for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()) and kasane.sees_meeting(meeting_id));
create policy change on kasane.meeting_draft for update using ((select kasane.may_write()) and kasane.sees_meeting(meeting_id));
create policy remove on kasane.meeting_draft for delete using ((select kasane.may_write()) and kasane.sees_meeting(meeting_id));
grant select, insert, update, delete on kasane.meeting_draft to kasane_app;
