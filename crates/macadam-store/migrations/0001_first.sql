-- The first schema. Written in PostgreSQL's words; `migrate.rs` gives SQLite its own type names.
-- Every moment is in microseconds since 1970 UTC. Text that is compared or ordered is ordered by
-- its bytes on both engines, hence collate "C".

create table blueprint (
    id uuid primary key,
    name text collate "C" not null unique,
    kind text not null,
    version bigint not null,
    document text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create table library_item (
    id uuid primary key,
    kind text not null,
    platform text,
    major bigint,
    label text not null,
    version bigint not null,
    document text not null,
    created_at bigint not null,
    updated_at bigint not null
);

-- A device, for as long as the server knows it. Its current enrollment is the one of its
-- generation; the two are never out of step, because one transaction writes both.
create table device (
    id uuid primary key,
    udid text unique,
    enrollment_key text unique,
    state text not null,
    generation bigint not null,
    enrollment_id uuid not null,
    blueprint_id uuid references blueprint,
    name text collate "C" not null,
    tags text not null,
    first_enrolled_at bigint not null
);
create index device_by_name on device (name, id);
create index device_by_blueprint on device (blueprint_id, id);

create table device_facts (
    device_id uuid primary key references device,
    platform text,
    serial text collate "C" not null,
    model_name text not null,
    product text not null,
    update_id text,
    os_version text not null,
    -- Orders versions; null for what is none.
    os_order bigint,
    os_build text not null,
    os_extra text,
    os_extra_build text,
    supervised boolean,
    apple_silicon boolean,
    capabilities bytea,
    utc_offset_seconds bigint,
    time_zone text,
    free_space_bytes bigint,
    install_state text,
    install_reason text,
    pending_version text,
    pending_build text,
    pending_local_deadline text,
    failure_count bigint not null,
    failure_reason text,
    failure_at text,
    declaration_problem text,
    other text not null,
    changed_at bigint,
    -- What the search box looks through, in lower case.
    search text not null
);
create index device_facts_by_serial on device_facts (serial);

create table capabilities (
    hash bytea primary key,
    document text not null
);

create table declaration (
    identifier text not null,
    server_token text not null,
    kind text not null,
    body text not null,
    primary key (identifier, server_token)
);

create table declaration_set (
    token text primary key,
    manifest text not null,
    saved_at bigint not null
);

create table declaration_set_member (
    set_token text not null references declaration_set,
    identifier text collate "C" not null,
    server_token text not null,
    primary key (set_token, identifier),
    foreign key (identifier, server_token) references declaration
);
create index declaration_set_member_by_declaration
    on declaration_set_member (identifier, server_token);

create table enrollment (
    id uuid primary key,
    device_id uuid not null references device,
    generation bigint not null,
    topic text not null,
    began_at bigint not null,
    finished_at bigint,
    ended_at bigint,
    push_token bytea,
    push_magic bytea,
    push_disabled_at bigint,
    unlock_token bytea,
    bootstrap_token bytea,
    awaiting_configuration boolean not null,
    last_seen_at bigint,
    assigned_set text references declaration_set,
    assigned_at bigint,
    served_set text references declaration_set,
    unique (device_id, generation)
);
create index enrollment_by_assigned_set on enrollment (assigned_set);
create index enrollment_by_served_set on enrollment (served_set);

create table identity (
    certificate bytea primary key,
    enrollment_id uuid not null references enrollment,
    state text not null,
    bound_at bigint not null
);
create index identity_by_enrollment on identity (enrollment_id);
create unique index identity_one_active on identity (enrollment_id) where state = 'active';

create table command (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    enrollment_id uuid not null references enrollment,
    device_id uuid not null references device,
    request_type text not null,
    body text not null,
    delivery text not null,
    state text not null,
    requested_by text not null,
    queued_at bigint not null,
    sent_at bigint,
    finished_at bigint,
    attempts bigint not null,
    not_now_count bigint not null,
    result bytea,
    is_result_cut boolean not null
);
create index command_waiting on command (enrollment_id, seq)
    where state in ('queued', 'sent', 'not_now');
create index command_by_device on command (device_id, seq);
-- One change is one command, however often the decision is made before the device connects.
create unique index command_one_sync on command (enrollment_id)
    where request_type = 'DeclarativeManagement' and state in ('queued', 'not_now');

create table push (
    enrollment_id uuid primary key references enrollment,
    -- Counts the wishes, so that one made while a push is under way is not lost.
    request bigint not null,
    due_at bigint not null,
    leased_until bigint,
    attempts bigint not null
);
create index push_by_due on push (due_at);

create table item_reach (
    device_id uuid not null references device,
    item_id uuid not null references library_item,
    at bigint not null,
    primary key (device_id, item_id)
);
create index item_reach_by_item on item_reach (item_id);

create table self_service_request (
    device_id uuid not null references device,
    item_id uuid not null references library_item,
    at bigint not null,
    primary key (device_id, item_id)
);
create index self_service_request_by_item on self_service_request (item_id);

create table exception (
    id uuid primary key,
    device_id uuid not null references device,
    item_id uuid references library_item,
    until bigint not null,
    reason text not null,
    created_by text not null,
    created_at bigint not null
);
create index exception_by_device on exception (device_id);
create index exception_by_item on exception (item_id);
create index exception_by_end on exception (until);

create table decision (
    device_id uuid primary key references device,
    status text collate "C" not null,
    item_id uuid,
    target_version text,
    target_build text,
    deadline_local text,
    mechanism text,
    -- The deadline by the offset that was known when it was decided.
    deadline_at bigint,
    meets_floor boolean not null,
    reason text,
    detail text not null,
    decided_at bigint not null
);

create table status_change (
    seq bigint generated always as identity primary key,
    device_id uuid not null references device,
    at bigint not null,
    source text not null,
    old_status text,
    new_status text not null,
    item_id uuid,
    target_version text,
    os_version text not null,
    device_words text,
    detail text not null
);
create index status_change_by_device on status_change (device_id, seq);

create table catalog_event (
    seq bigint primary key,
    at bigint not null,
    document text not null
);

-- The end of the catalog's log: one row, which whoever appends must move.
create table catalog_end (
    id bigint primary key,
    seq bigint not null
);
insert into catalog_end (id, seq) values (1, 0);

create table catalog_fetch (
    source text collate "C" primary key,
    accepted_at bigint,
    accepted_hash bytea,
    changed_at bigint,
    tried_at bigint not null,
    problem text
);

create table release_review (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    at bigint not null,
    release text not null,
    item_id uuid,
    action text not null,
    reviewer text not null,
    reason text not null
);

create table release_facts (
    list text collate "C" not null,
    version text collate "C" not null,
    document text not null,
    primary key (list, version)
);

create table person (
    id uuid primary key,
    login text collate "C" not null unique,
    name text not null,
    role text not null,
    password_hash text not null,
    version bigint not null,
    disabled_at bigint,
    signed_in_at bigint,
    created_at bigint not null
);

create table session (
    token bytea primary key,
    person_id uuid not null references person,
    started_at bigint not null,
    used_at bigint not null,
    expires_at bigint not null
);
create index session_by_person on session (person_id);

create table api_token (
    id uuid primary key,
    token bytea not null unique,
    name text not null,
    role text not null,
    scopes text not null,
    created_by text not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    revoked_at bigint
);

create table enrollment_link (
    id uuid primary key,
    code bytea not null unique,
    note text not null,
    blueprint_id uuid references blueprint,
    created_by text not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    revoked_at bigint,
    device_id uuid references device
);

create table scep_challenge (
    challenge bytea primary key,
    subject text not null,
    link_id uuid references enrollment_link,
    expires_at bigint not null,
    used_at bigint,
    request bytea,
    certificate bytea unique
);

create table secret (
    name text primary key,
    sealed bytea not null,
    saved_at bigint not null
);

create table setting (
    name text primary key,
    document text not null,
    version bigint not null
);

create table audit (
    seq bigint primary key,
    at bigint not null,
    actor text not null,
    origin text not null,
    action text not null,
    target text not null,
    detail text not null,
    hash bytea not null
);

-- The head of the audit log's chain: one row, which whoever appends must lock.
create table audit_head (
    id bigint primary key,
    seq bigint not null,
    hash bytea
);
insert into audit_head (id, seq) values (1, 0);

create table refusal (
    reason text not null,
    certificate bytea not null,
    claimed text not null,
    device_id uuid,
    count bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    origin text not null,
    primary key (reason, certificate, claimed)
);
create index refusal_by_last on refusal (last_at);

create table lease (
    name text primary key,
    holder text not null,
    until bigint not null
);

create table request (
    actor text not null,
    key text not null,
    content bytea not null,
    answer text,
    expires_at bigint not null,
    primary key (actor, key)
);
