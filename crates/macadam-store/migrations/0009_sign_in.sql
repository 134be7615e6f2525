-- A second factor for people, and where sessions come from.

-- Sealed; counts once it is confirmed.
alter table person add column totp_secret bytea;
alter table person add column totp_confirmed_at bigint;
-- The last step whose code was used: no code is good twice.
alter table person add column totp_step bigint;

-- Hashes of codes that are good once in place of the second factor.
create table recovery_code (
    person_id uuid not null references person,
    code bytea not null,
    primary key (person_id, code)
);

alter table session add column origin text;
