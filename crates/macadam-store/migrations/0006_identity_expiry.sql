-- When the certificate of an identity ends; not known of those that were bound before.
alter table identity add column expires_at bigint;
