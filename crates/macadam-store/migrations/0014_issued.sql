-- The certificate (DER) that the challenge got, until the challenge expires: the same request again
-- gets the same answer.
alter table scep_challenge add column issued bytea;
