-- What changed, in the order in which the changes became visible, for whoever watches. It is a hint
-- to look again and nothing more: only its newest part is kept.

create table change (
    seq bigint primary key,
    at bigint not null,
    noun text not null,
    -- JSON array of ids; null when there are too many to name, or none.
    ids text
);

-- The end of that log: one row, which whoever appends must lock, so that a lower number is never
-- seen after a higher one.
create table change_end (
    id bigint primary key,
    seq bigint not null
);
insert into change_end (id, seq) values (1, 0);
