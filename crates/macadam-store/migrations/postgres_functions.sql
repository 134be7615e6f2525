-- Functions with which one text of a statement runs on both engines.

-- SQLite's table of a JSON array; PostgreSQL's own function of this name takes json, not text.
create or replace function json_each(document text) returns table (value json)
    language sql immutable parallel safe rows 1000
    as $$ select json_array_elements(document::json) $$;

-- Ids are text in JSON; SQLite's connections add this function.
create or replace function as_uuid(id text) returns uuid
    language sql immutable parallel safe
    as $$ select id::uuid $$;

-- Where a text begins in another, from 1; 0 when it is not in it.
create or replace function instr(whole text, part text) returns integer
    language sql immutable parallel safe
    as $$ select strpos(whole, part) $$;
