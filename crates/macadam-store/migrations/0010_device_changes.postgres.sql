-- Which devices changed: whoever keeps the fleet in memory reads these again. Triggers write it, so
-- that no statement of any release can forget to. A row is a hint to look again and nothing more:
-- only the newest ones are kept.

create table device_change (
    -- The id of the transaction. Transactions become visible in another order than their ids have,
    -- so readers begin at the oldest one that was still at work when they read last.
    place bigint not null,
    device_id uuid not null
);
create index device_change_by_place on device_change (place, device_id);

-- Changes before this place may be forgotten.
create table device_change_start (
    id bigint primary key,
    place bigint not null
);
insert into device_change_start (id, place) values (1, 0);

create function note_devices() returns trigger language plpgsql as $$
declare
    here constant bigint := pg_current_xact_id()::text::bigint;
begin
    insert into device_change (place, device_id) select here, id from changed;
    return null;
end $$;

create function note_devices_of_rows() returns trigger language plpgsql as $$
declare
    here constant bigint := pg_current_xact_id()::text::bigint;
begin
    insert into device_change (place, device_id) select here, device_id from changed;
    return null;
end $$;

-- Of an enrollment only what is kept in memory; it changes with every declaration set that is
-- assigned or served.
create function note_devices_of_enrollments() returns trigger language plpgsql as $$
declare
    here constant bigint := pg_current_xact_id()::text::bigint;
begin
    insert into device_change (place, device_id)
        select here, changed.device_id from changed join former on former.id = changed.id
        where former.last_seen_at is distinct from changed.last_seen_at
            or (former.bootstrap_token is null) <> (changed.bootstrap_token is null);
    return null;
end $$;

create trigger device_added after insert on device
    referencing new table as changed for each statement execute function note_devices();
create trigger device_changed after update on device
    referencing new table as changed for each statement execute function note_devices();
create trigger enrollment_changed after update on enrollment
    referencing old table as former new table as changed
    for each statement execute function note_devices_of_enrollments();
create trigger device_facts_added after insert on device_facts
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger device_facts_changed after update on device_facts
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger decision_added after insert on decision
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger decision_changed after update on decision
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger item_reach_added after insert on item_reach
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger item_reach_changed after update on item_reach
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger item_reach_removed after delete on item_reach
    referencing old table as changed for each statement execute function note_devices_of_rows();
create trigger self_service_request_added after insert on self_service_request
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger self_service_request_changed after update on self_service_request
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger self_service_request_removed after delete on self_service_request
    referencing old table as changed for each statement execute function note_devices_of_rows();
create trigger exception_added after insert on exception
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger exception_changed after update on exception
    referencing new table as changed for each statement execute function note_devices_of_rows();
create trigger exception_removed after delete on exception
    referencing old table as changed for each statement execute function note_devices_of_rows();

-- Counting looks at the fleet in memory.
drop index decision_by_summary;
