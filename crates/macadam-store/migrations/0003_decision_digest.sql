-- What was recorded of a decision, so that no server records the same again.
alter table decision add column digest bigint;
