//! Declaration sets: complete, immutable and shared by all devices that need the same one.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::codes::codes;
use crate::db::{Conn, json, params, queries, row};
use crate::store::check_bulk;
use crate::{
    Assignment, Delivery, EnrollmentId, NewCommand, SetToken, Store, StoreError, commands,
};

macro_rules! unused {
    () => {
        "s.saved_at < $1
            and not exists (select 1 from enrollment e where e.assigned_set = s.token)
            and not exists (select 1 from enrollment e where e.served_set = s.token)"
    };
}

queries! {
    SAVE_DECLARATIONS = { "insert into declaration (identifier, server_token, kind, body)
        select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each($1)
        where true on conflict do nothing" }
    SAVE_SETS = { "insert into declaration_set (token, manifest, saved_at)
        select value ->> 0, value ->> 1, $2 from json_each($1)
        where true on conflict do nothing" }
    SAVE_MEMBERS = { "insert into declaration_set_member (set_token, identifier, server_token)
        select value ->> 0, value ->> 1, value ->> 2 from json_each($1)
        where true on conflict do nothing" }
    ASSIGN = { "update enrollment set assigned_set = v.token, assigned_at = $2
        from (select as_uuid(value ->> 0) as id, value ->> 1 as token from json_each($1)) as v
        where enrollment.id = v.id" }
    SET_OF = { "select s.token, s.manifest, e.assigned_at
        from enrollment e join declaration_set s on s.token = e.assigned_set
        where e.id = $1 and e.ended_at is null" }
    SERVED = { "update enrollment set served_set = $2
        where id = $1 and ended_at is null and served_set is distinct from $2" }
    DECLARATION = { "select d.kind, d.identifier, d.server_token, d.body
        from enrollment e
            join declaration_set_member m
                on m.set_token = coalesce(e.served_set, e.assigned_set) and m.identifier = $3
            join declaration d
                on d.identifier = m.identifier and d.server_token = m.server_token
        where e.id = $1 and d.kind = $2" }
    OF_SET = { "select d.kind, d.identifier, d.server_token, d.body
        from declaration_set_member m
            join declaration d
                on d.identifier = m.identifier and d.server_token = m.server_token
        where m.set_token = $1 order by d.kind, m.identifier" }
    PRUNE_MEMBERS = { concat!("delete from declaration_set_member where set_token in
        (select s.token from declaration_set s where ", unused!(), ")") }
    PRUNE_SETS = { concat!("delete from declaration_set where token in
        (select s.token from declaration_set s where ", unused!(), ")") }
    PRUNE_DECLARATIONS = { "delete from declaration where not exists
        (select 1 from declaration_set_member m where m.identifier = declaration.identifier
            and m.server_token = declaration.server_token)" }
}

codes! {
    /// The kinds of declarations, as they appear in the fetched path.
    pub enum DeclarationKind {
        Activation = "activation",
        Asset = "asset",
        Configuration = "configuration",
        Management = "management",
    }
}

row! {
    /// One declaration, in the bytes that devices get.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Declaration {
        pub kind: DeclarationKind,
        pub identifier: String,
        /// The hash of the content; the same identifier and token always mean the same bytes.
        pub server_token: String,
        pub body: String,
    }
}

/// A complete set with its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclarationSet {
    pub token: SetToken,
    /// The `declaration-items` answer, in the bytes that devices get.
    pub manifest: String,
    pub declarations: Vec<Declaration>,
}

row! {
    /// What a device should have.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SetOfDevice {
        pub token: SetToken,
        pub manifest: String,
        /// When the device was given the set: the `Timestamp` of the tokens answer.
        pub assigned_at: Timestamp,
    }
}

impl Store {
    /// Saves sets and their declarations; those that are there already stay as they are.
    pub async fn save_declaration_sets(
        &self,
        at: Timestamp,
        sets: Vec<DeclarationSet>,
    ) -> Result<(), StoreError> {
        check_bulk(sets.iter().map(|set| set.declarations.len()).sum())?;
        self.write((at, sets), |conn, (at, sets)| Box::pin(save(conn, *at, sets))).await
    }

    /// The set an enrollment should have, for the tokens and manifest answers.
    pub async fn declaration_set_for(
        &self,
        enrollment: EnrollmentId,
    ) -> Result<Option<SetOfDevice>, StoreError> {
        self.reader().await?.conn().optional(&SET_OF, params![enrollment]).await
    }

    /// Notes which manifest a device got: its declarations come from that set from now on.
    pub async fn note_manifest_served(
        &self,
        enrollment: EnrollmentId,
        set: SetToken,
    ) -> Result<(), StoreError> {
        self.write_hot(enrollment.0, (enrollment, set), |conn, (enrollment, set)| {
            Box::pin(async move { conn.run(&SERVED, params![enrollment, set]).await.map(drop) })
        })
        .await
    }

    /// A declaration of the set whose manifest the device fetched last.
    pub async fn declaration(
        &self,
        enrollment: EnrollmentId,
        kind: DeclarationKind,
        identifier: &str,
    ) -> Result<Option<Declaration>, StoreError> {
        let values = params![enrollment, kind, identifier];
        self.reader().await?.conn().optional(&DECLARATION, values).await
    }

    /// All declarations of a set, by kind and identifier.
    pub async fn declarations_of_set(
        &self,
        set: &SetToken,
    ) -> Result<Vec<Declaration>, StoreError> {
        self.reader().await?.conn().all(&OF_SET, params![set]).await
    }

    /// Forgets sets saved before `before` that no enrollment has, and their declarations.
    /// Says how many sets went.
    pub async fn prune_declaration_sets(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write(before, |conn, before| Box::pin(prune(conn, *before))).await
    }
}

async fn save(conn: &mut Conn, at: Timestamp, sets: &[DeclarationSet]) -> Result<(), StoreError> {
    let heads: Vec<_> = sets.iter().map(|set| (&set.token.0, &set.manifest)).collect();
    // Once each, and in one order, which is the order in which two servers lock them.
    let mut declarations = BTreeSet::new();
    let mut members = Vec::new();
    for set in sets {
        for Declaration { kind, identifier, server_token, body } in &set.declarations {
            declarations.insert((identifier, server_token, kind.as_str(), body));
            members.push((&set.token.0, identifier, server_token));
        }
    }
    conn.run(&SAVE_DECLARATIONS, params![json(&declarations)]).await?;
    conn.run(&SAVE_SETS, params![json(&heads), at]).await?;
    conn.run(&SAVE_MEMBERS, params![json(&members)]).await?;
    Ok(())
}

/// Gives enrollments their sets and queues the commands that tell them, in the caller's
/// transaction.
pub(crate) async fn assign(
    conn: &mut Conn,
    at: Timestamp,
    assigned: &[(EnrollmentId, &Assignment)],
) -> Result<(), StoreError> {
    if assigned.is_empty() {
        return Ok(());
    }
    let rows = assigned.iter().map(|(enrollment, assignment)| (enrollment.0, &assignment.set.0));
    conn.run(&ASSIGN, params![json(&rows.collect::<Vec<_>>()), at]).await?;
    let sync = |(enrollment, assignment): &(EnrollmentId, &Assignment)| NewCommand {
        id: assignment.command,
        enrollment: *enrollment,
        request_type: "DeclarativeManagement".into(),
        body: String::new(),
        delivery: Delivery::AtLeastOnce,
        requested_by: String::new(),
    };
    let syncs: Vec<_> = assigned.iter().map(sync).collect();
    commands::queue(conn, at, &syncs).await.map(drop)
}

async fn prune(conn: &mut Conn, before: Timestamp) -> Result<u64, StoreError> {
    conn.run(&PRUNE_MEMBERS, params![before]).await?;
    let pruned = conn.run(&PRUNE_SETS, params![before]).await?;
    if pruned > 0 {
        conn.run(&PRUNE_DECLARATIONS, &[]).await?;
    }
    Ok(pruned)
}
