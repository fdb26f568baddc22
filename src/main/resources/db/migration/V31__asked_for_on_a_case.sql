-- A meeting asked for and a lead that passes to another agency are turns of a case like the others: who, when, why, from where to where.
alter table kasane.case_change drop constraint case_change_kind_check;
alter table kasane.case_change add constraint case_change_kind_check
    check (kind in ('consent', 'urgent', 'moving', 'member', 'reopening', 'meeting', 'lead'));
