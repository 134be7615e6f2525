-- Passkeys of people, and the challenges that browsers answer with them.

create table passkey (
    id uuid primary key,
    person_id uuid not null references person,
    name text not null,
    -- What an authenticator calls it.
    credential bytea not null,
    -- The public key and what is known about it.
    document text not null,
    -- How often the authenticator says it was used, at the last use; 0 where it does not count.
    sign_count bigint not null,
    created_at bigint not null,
    used_at bigint
);
create unique index passkey_by_credential on passkey (credential);
create index passkey_by_person on passkey (person_id);

-- Each is good for one answer, and not for long.
create table passkey_challenge (
    id uuid primary key,
    -- Who adds a passkey; nobody is known yet where somebody signs in.
    person_id uuid references person,
    document text not null,
    expires_at bigint not null
);
create index passkey_challenge_by_expiry on passkey_challenge (expires_at);

-- The passkey that was shown in the session; whoever uses one shows two factors.
alter table session add column passkey_id uuid;
