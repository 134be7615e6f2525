-- Finds when a device was last asked what it is, without looking through all its commands.
create index command_inventory on command (device_id, queued_at)
    where request_type = 'DeviceInformation';
