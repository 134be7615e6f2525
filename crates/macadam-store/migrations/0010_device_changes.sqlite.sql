-- Which devices changed, in the order of the changes: whoever keeps the fleet in memory reads these
-- again. Triggers write it, so that no statement of any release can forget to. A row is a hint to
-- look again and nothing more: only the newest ones are kept.

create table device_change (
    place integer primary key autoincrement,
    device_id blob not null
) strict;

-- Changes before this place may be forgotten.
create table device_change_start (
    id integer primary key,
    place integer not null
) strict;
insert into device_change_start (id, place) values (1, 0);

create trigger device_added after insert on device begin
    insert into device_change (device_id) values (new.id);
end;
create trigger device_changed after update on device begin
    insert into device_change (device_id) values (new.id);
end;
create trigger device_facts_added after insert on device_facts begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger device_facts_changed after update on device_facts begin
    insert into device_change (device_id) values (new.device_id);
end;
-- Of an enrollment only what is kept in memory; it changes with every declaration set that is
-- assigned or served.
create trigger enrollment_changed after update of last_seen_at, bootstrap_token on enrollment
when old.last_seen_at is not new.last_seen_at
    or (old.bootstrap_token is null) <> (new.bootstrap_token is null)
begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger decision_added after insert on decision begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger decision_changed after update on decision begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger item_reach_added after insert on item_reach begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger item_reach_changed after update of at on item_reach begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger item_reach_removed after delete on item_reach begin
    insert into device_change (device_id) values (old.device_id);
end;
create trigger self_service_request_added after insert on self_service_request begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger self_service_request_changed after update on self_service_request begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger self_service_request_removed after delete on self_service_request begin
    insert into device_change (device_id) values (old.device_id);
end;
create trigger exception_added after insert on exception begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger exception_changed after update on exception begin
    insert into device_change (device_id) values (new.device_id);
end;
create trigger exception_removed after delete on exception begin
    insert into device_change (device_id) values (old.device_id);
end;

-- Counting looks at the fleet in memory.
drop index decision_by_summary;
