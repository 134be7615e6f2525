-- Of a device that was decided for, and of which nothing else changed, only the decision is read
-- again.
alter table device_change add column is_decision boolean not null default false;

create function note_decisions() returns trigger language plpgsql as $$
declare
    here constant bigint := pg_current_xact_id()::text::bigint;
begin
    insert into device_change (place, device_id, is_decision)
        select here, device_id, true from changed;
    return null;
end $$;

drop trigger decision_added on decision;
drop trigger decision_changed on decision;
create trigger decision_added after insert on decision
    referencing new table as changed for each statement execute function note_decisions();
create trigger decision_changed after update on decision
    referencing new table as changed for each statement execute function note_decisions();

-- Assigning a declaration set, which is most of what changes an enrollment, must not cost a copy of
-- its rows: a trigger of certain columns can only be one for each row.
create function note_device_of_enrollment() returns trigger language plpgsql as $$
begin
    insert into device_change (place, device_id)
        values (pg_current_xact_id()::text::bigint, new.device_id);
    return null;
end $$;

drop trigger enrollment_changed on enrollment;
drop function note_devices_of_enrollments;
create trigger enrollment_changed after update of last_seen_at, bootstrap_token on enrollment
    for each row when (old.last_seen_at is distinct from new.last_seen_at
        or (old.bootstrap_token is null) <> (new.bootstrap_token is null))
    execute function note_device_of_enrollment();
