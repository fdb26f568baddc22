-- Which of several filters is the rarest: where each group has many of all of them, PostgreSQL's own statistics tell, by the most common tags. What
-- is not among them is rare. The view hides them from whoever is under row-level security; they tell of no task.
create function kasane.tag_shares(tags text[]) returns table (tag text, share real)
    language plpgsql stable security definer set search_path = pg_catalog, kasane, pg_temp as $$
begin
    return query
        select m.v, m.f from pg_stats s
        cross join lateral unnest(s.most_common_vals::text::text[], s.most_common_freqs) m (v, f)
        where s.schemaname = 'kasane' and s.tablename = 'task_tag' and s.attname = 'tag' and m.v = any (tags);
end $$;
revoke execute on function kasane.tag_shares from public;
grant execute on function kasane.tag_shares to kasane_app;
