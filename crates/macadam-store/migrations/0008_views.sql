-- Saved views of the device list, and notes about devices.

create table device_view (
    id uuid primary key,
    -- Kind and name of whoever made it.
    owner text collate "C" not null,
    name text collate "C" not null,
    is_shared boolean not null,
    version bigint not null,
    document text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index device_view_by_owner on device_view (owner, name);

create table device_note (
    id uuid primary key,
    device_id uuid not null references device,
    author text not null,
    body text not null,
    created_at bigint not null
);
create index device_note_by_device on device_note (device_id, id);
