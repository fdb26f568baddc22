-- The rules of row-level security, word for word, in another language. A function in SQL that asks another function in SQL has it planned
-- anew at every call, and sees_case was a millisecond and more for every row; PL/pgSQL keeps its plans for the session.
do $$
declare
    rule regprocedure;
begin
    for rule in
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace = 'kasane'::regnamespace and p.proname = any (array[
            'my_municipality', 'has_role', 'my_agencies', 'workable_audiences', 'audiences', 'my_rosters', 'agencies_visited_for',
            'sees_case', 'sees_consultation', 'sees_matter', 'sees_meeting', 'sees_concealed', 'sees_concealed_of', 'sees_roster',
            'sees_roster_person'])
    loop
        execute regexp_replace(
            replace(pg_get_functiondef(rule), E'\n LANGUAGE sql\n', E'\n LANGUAGE plpgsql\n'),
            E'\nRETURN (.*)$', E'\nAS $rule$ begin return \\1; end $rule$');
    end loop;
end $$;
