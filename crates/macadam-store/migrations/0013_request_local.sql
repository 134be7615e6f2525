-- What the device's clock showed when its user asked, such as 2026-03-18T12:30:15.
alter table self_service_request add column local_time text;
