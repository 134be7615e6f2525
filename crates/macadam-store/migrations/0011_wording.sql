-- What a sentence about a decision says, for languages other than its own: JSON with its stable name
-- and what is put into its words. Rows of an earlier release have none until they are decided again.

alter table decision add column wording text;
alter table status_change add column wording text;
