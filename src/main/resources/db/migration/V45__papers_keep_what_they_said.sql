-- A paper with a 文書番号 shows for ever what it said when it was issued: plan, consultation and household may be corrected later. What is
-- kept is the data the page is drawn from and the sentences that are signed, never changed; another one is a new paper with a new number
-- that names the one it takes the place of. Papers of before this migration have no content: they show the case as it is, and say so.
alter table kasane.issued_paper
    add column content   jsonb,
    -- by language and name of the message
    add column sentences jsonb,
    add column replaces  uuid unique references kasane.issued_paper,
    add constraint issued_paper_content_and_sentences check ((content is null) = (sentences is null));
alter table kasane.issued_paper drop constraint issued_paper_case_id_kind_subject_id_key;
create unique index issued_paper_first on kasane.issued_paper (case_id, kind, subject_id) where replaces is null;

-- A concealed address is on no paper. One that was concealed afterwards is: a row of its own, that then the others cannot read.
create table kasane.issued_paper_address (
    paper_id        uuid primary key references kasane.issued_paper,
    municipality_id uuid not null references kasane.municipality,
    case_id         uuid not null references kasane.case_file,
    consultation_id uuid not null references kasane.consultation,
    address         text not null
);
alter table kasane.issued_paper_address enable row level security;
create policy see on kasane.issued_paper_address for select using (
    kasane.sees_case(case_id)
    and (kasane.sees_concealed_of(consultation_id)
         or not exists (select from kasane.consultation c where c.id = consultation_id and c.address_concealed)));
create policy add on kasane.issued_paper_address for insert
    with check ((select kasane.may_write()) and municipality_id = (select kasane.my_municipality()) and kasane.sees_case(case_id));
grant select, insert on kasane.issued_paper_address to kasane_app;
