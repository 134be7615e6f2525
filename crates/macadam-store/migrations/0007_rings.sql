-- Rings: which one a device is in, and releases that are stopped for the later ones.

-- Empty for a device in no ring; null until a server has looked.
alter table item_reach add column ring text collate "C";

create table ring_halt (
    id uuid primary key,
    item_id uuid not null references library_item,
    -- The ring that had the trouble; empty for the devices in no ring.
    ring text collate "C" not null,
    offset_days bigint not null,
    version text collate "C" not null,
    halted_at bigint not null,
    -- How the ring did then.
    devices bigint not null,
    done bigint not null,
    failed bigint not null,
    silent bigint not null,
    resumed_at bigint,
    resumed_by text,
    resume_reason text,
    -- The devices in trouble when it went on: they count no more.
    known bigint not null
);
create unique index ring_halt_one on ring_halt (item_id, ring, version) where resumed_at is null;
