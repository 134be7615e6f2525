-- Actions on many devices, done part by part. What waits of them is in bulk_part. (The table
-- request, of answers to repeated requests, is of earlier releases.)

create table bulk_action (
    id uuid primary key,
    -- Kind and name of whoever asked, as in the audit log; and from where.
    actor text not null,
    -- Which of the tokens of that name.
    token_id uuid references api_token,
    origin text not null,
    -- Of the whole request, so that the same one is known when it is sent again.
    content bytea not null,
    action text not null,
    state text not null,
    devices bigint not null,
    done bigint not null,
    -- JSON: how many devices were left out for each reason.
    left_out text not null,
    failure text,
    created_at bigint not null,
    ended_at bigint
);
create index bulk_action_by_time on bulk_action (created_at, id);
create index bulk_action_running on bulk_action (id) where state = 'running';

create table bulk_part (
    bulk_action_id uuid not null references bulk_action,
    number bigint not null,
    -- JSON array.
    device_ids text not null,
    preview_digest text,
    primary key (bulk_action_id, number)
);
