-- Functions with which one text of a statement runs on both engines.

-- SQLite's table of a JSON array; PostgreSQL's own function of this name takes json, not text.
-- Parsed once: json instead of jsonb is parsed again for every field that is read. The type of a
-- function's result cannot be replaced.
drop function if exists json_each(text);
create function json_each(document text) returns table (value jsonb)
    language sql immutable parallel safe rows 1000
    as $$ select jsonb_array_elements(document::jsonb) $$;

-- Ids are text in JSON; SQLite's connections add this function.
create or replace function as_uuid(id text) returns uuid
    language sql immutable parallel safe
    as $$ select id::uuid $$;

-- Where a text begins in another, from 1; 0 when it is not in it.
create or replace function instr(whole text, part text) returns integer
    language sql immutable parallel safe
    as $$ select strpos(whole, part) $$;
