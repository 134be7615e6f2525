-- Of a device that was decided for, and of which nothing else changed, only the decision is read
-- again.
alter table device_change add column is_decision integer not null default 0;

drop trigger decision_added;
drop trigger decision_changed;
create trigger decision_added after insert on decision begin
    insert into device_change (device_id, is_decision) values (new.device_id, 1);
end;
create trigger decision_changed after update on decision begin
    insert into device_change (device_id, is_decision) values (new.device_id, 1);
end;
