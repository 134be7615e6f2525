//! The second factor of people: a shared secret for one-time codes, and recovery codes.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretSlice};

use crate::db::{Conn, params, queries, row};
use crate::passkeys::remove_all;
use crate::{PersonId, Sha256, Store, StoreError};

queries! {
    BEGIN_TOTP = { "update person set totp_secret = $2, totp_step = null
        where id = $1 and totp_confirmed_at is null" }
    TOTP = { "select totp_secret, totp_confirmed_at, (select count(*) from recovery_code
                where person_id = person.id) as recovery_codes
        from person where id = $1 and disabled_at is null" }
    CONFIRM = { "update person set totp_confirmed_at = $2, totp_step = $3
        where id = $1 and totp_secret is not null and totp_confirmed_at is null" }
    USE_STEP = { "update person set totp_step = $2
        where id = $1 and totp_confirmed_at is not null
            and (totp_step is null or totp_step < $2)" }
    REMOVE_TOTP = { "update person set totp_secret = null, totp_confirmed_at = null,
            totp_step = null
        where id = $1 and totp_secret is not null" }
    FORGET_CODES = { "delete from recovery_code where person_id = $1" }
    ADD_CODE = { "insert into recovery_code (person_id, code) values ($1, $2)
        on conflict do nothing" }
    USE_CODE = { "delete from recovery_code where person_id = $1 and code = $2" }
}

/// A person's second factor.
#[derive(Debug)]
pub struct SecondFactor {
    pub secret: SecretSlice<u8>,
    /// `None` until the person has shown a code of it.
    pub confirmed_at: Option<Timestamp>,
    pub recovery_codes: i64,
}

impl Store {
    /// Keeps a secret that the person is about to confirm. Says whether it was kept: one that is
    /// confirmed stays.
    pub async fn begin_totp(
        &self,
        person: PersonId,
        secret: SecretSlice<u8>,
    ) -> Result<bool, StoreError> {
        let sealed = self.inner.sealer.seal(&place(person), secret.expose_secret());
        self.write((person, sealed), |conn, (person, sealed)| {
            Box::pin(async move { Ok(conn.run(&BEGIN_TOTP, params![person, sealed]).await? == 1) })
        })
        .await
    }

    /// The second factor of a person, confirmed or not.
    pub async fn second_factor(
        &self,
        person: PersonId,
    ) -> Result<Option<SecondFactor>, StoreError> {
        let mut reader = self.reader().await?;
        let row: Option<Factor> = reader.conn().optional(&TOTP, params![person]).await?;
        let Some(Factor { totp_secret: Some(sealed), totp_confirmed_at, recovery_codes }) = row
        else {
            return Ok(None);
        };
        let secret = self.inner.sealer.unseal(&place(person), &sealed)?;
        Ok(Some(SecondFactor { secret, confirmed_at: totp_confirmed_at, recovery_codes }))
    }

    /// Lets a secret count from now on, with these recovery codes. Says whether it does.
    pub async fn confirm_totp(
        &self,
        at: Timestamp,
        person: PersonId,
        step: i64,
        codes: Vec<Sha256>,
    ) -> Result<bool, StoreError> {
        self.write((at, person, step, codes), |conn, (at, person, step, codes)| {
            Box::pin(async move {
                if conn.run(&CONFIRM, params![person, at, step]).await? == 0 {
                    return Ok(false);
                }
                replace(conn, *person, codes).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Uses up the code of a step. Says whether it was good: no code is good twice, and none
    /// after a later one.
    pub async fn use_totp_step(&self, person: PersonId, step: i64) -> Result<bool, StoreError> {
        self.write((person, step), |conn, (person, step)| {
            Box::pin(async move { Ok(conn.run(&USE_STEP, params![person, step]).await? == 1) })
        })
        .await
    }

    /// Uses up a recovery code. Says whether it was one.
    pub async fn use_recovery_code(
        &self,
        person: PersonId,
        code: Sha256,
    ) -> Result<bool, StoreError> {
        self.write((person, code), |conn, (person, code)| {
            Box::pin(async move { Ok(conn.run(&USE_CODE, params![person, code]).await? == 1) })
        })
        .await
    }

    /// Gives a person other recovery codes; the old ones are worthless.
    pub async fn replace_recovery_codes(
        &self,
        person: PersonId,
        codes: Vec<Sha256>,
    ) -> Result<(), StoreError> {
        self.write((person, codes), |conn, (person, codes)| Box::pin(replace(conn, *person, codes)))
            .await
    }

    /// Takes a person's second factor and passkeys away, and ends the sessions that showed
    /// passkeys.
    pub async fn reset_second_factors(&self, person: PersonId) -> Result<(), StoreError> {
        self.write(person, |conn, person| {
            Box::pin(async move {
                conn.run(&FORGET_CODES, params![person]).await?;
                conn.run(&REMOVE_TOTP, params![person]).await?;
                remove_all(conn, *person).await
            })
        })
        .await
    }

    /// Takes a person's second factor away. Says whether there was one.
    pub async fn remove_totp(&self, person: PersonId) -> Result<bool, StoreError> {
        self.write(person, |conn, person| {
            Box::pin(async move {
                conn.run(&FORGET_CODES, params![person]).await?;
                Ok(conn.run(&REMOVE_TOTP, params![person]).await? == 1)
            })
        })
        .await
    }
}

row! {
    struct Factor {
        totp_secret: Option<Vec<u8>>,
        totp_confirmed_at: Option<Timestamp>,
        recovery_codes: i64,
    }
}

async fn replace(conn: &mut Conn, person: PersonId, codes: &[Sha256]) -> Result<(), StoreError> {
    conn.run(&FORGET_CODES, params![person]).await?;
    for code in codes {
        conn.run(&ADD_CODE, params![person, code]).await?;
    }
    Ok(())
}

/// What the seal of a secret names.
fn place(person: PersonId) -> String {
    format!("person/{person}/totp_secret")
}
