-- What the overview of the whole fleet is counted from, beside each decision, and its history.
-- Names differ from those of device_facts, with which earlier releases join this table. Rows of an
-- earlier release have no values here until they are decided for again, which a server does when
-- it starts.

alter table decision add column outcome text collate "C";
alter table decision add column device_platform text collate "C";
alter table decision add column device_version text collate "C";
-- JSON array of what will keep the device from its target.
alter table decision add column blockers text collate "C";

-- Holds every column that is counted, in the order of the grouping: counting reads nothing else.
create index decision_by_summary on decision
    (device_platform, device_version, outcome, status, reason, deadline_at, deadline_local, blockers);
create index device_not_enrolled on device (id) where state <> 'enrolled';

-- How many devices ran a version at the end of a day.
create table version_share (
    day text collate "C" not null,
    platform text collate "C" not null,
    os_version text collate "C" not null,
    devices bigint not null,
    primary key (day, platform, os_version)
);
