//! Declaration sets: complete, immutable and shared by all devices that need the same one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::DeviceId;

use crate::codes::codes;
use crate::db::{Conn, json, params, queries, row};
use crate::store::check_bulk;
use crate::{CommandId, Delivery, EnrollmentId, NewCommand, SetToken, Store, StoreError, commands};

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
    // In the order in which small writes lock them, too.
    LOCK = {
        sqlite: "select count(*) as value from json_each($1)",
        postgres: "select count(*) as value from (select e.id from json_each($1) v
            join enrollment e on e.device_id = as_uuid(v.value ->> 0) and e.ended_at is null
            order by e.id for no key update of e) as locked",
    }
    // Written so that nobody looks for the former set in its index: thousands have the same one.
    ASSIGN = { "update enrollment set assigned_set = v.token, assigned_at = $2
        from (select as_uuid(value ->> 0) as device, value ->> 1 as token, value ->> 2 as former
            from json_each($1)) as v
        where device_id = v.device and ended_at is null
            and assigned_set is distinct from v.token
            and coalesce(assigned_set, '') = coalesce(v.former, '')
        returning device_id, id as enrollment_id" }
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

/// Gives a device a set that has been saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub device: DeviceId,
    pub set: SetToken,
    /// The set that the device had when this was decided.
    pub former: Option<SetToken>,
    /// The id of the `DeclarativeManagement` command, if one becomes necessary.
    pub command: CommandId,
}

row! {
    /// A device whose set changed, and for which a command and a push were queued.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Assigned {
        pub device_id: DeviceId,
        pub enrollment_id: EnrollmentId,
    }
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

    /// Gives devices their sets and, in the same transaction, queues one `DeclarativeManagement`
    /// command and one push for every device whose set changed; those are returned.
    ///
    /// A device that meanwhile has another set than the one to be replaced keeps that: somebody
    /// else decided for it, perhaps with newer facts.
    pub async fn assign_declaration_sets(
        &self,
        at: Timestamp,
        assignments: Vec<Assignment>,
    ) -> Result<Vec<Assigned>, StoreError> {
        check_bulk(assignments.len())?;
        self.write((at, assignments), |conn, (at, assignments)| {
            Box::pin(assign(conn, *at, assignments))
        })
        .await
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
    let mut declarations = Vec::new();
    let mut members = Vec::new();
    for set in sets {
        for Declaration { kind, identifier, server_token, body } in &set.declarations {
            declarations.push((identifier, server_token, kind.as_str(), body));
            members.push((&set.token.0, identifier, server_token));
        }
    }
    conn.run(&SAVE_DECLARATIONS, params![json(&declarations)]).await?;
    conn.run(&SAVE_SETS, params![json(&heads), at]).await?;
    conn.run(&SAVE_MEMBERS, params![json(&members)]).await?;
    Ok(())
}

async fn assign(
    conn: &mut Conn,
    at: Timestamp,
    assignments: &[Assignment],
) -> Result<Vec<Assigned>, StoreError> {
    let rows = assignments.iter().map(|assignment| {
        let Assignment { device, set, former, .. } = assignment;
        (device.0, &set.0, former.as_ref().map(|former| &former.0))
    });
    let rows = json(&rows.collect::<Vec<_>>());
    let _: (i64,) = conn.one(&LOCK, params![rows]).await?;
    let mut assigned: Vec<Assigned> = conn.all(&ASSIGN, params![rows, at]).await?;
    assigned.sort_unstable();
    let ids: BTreeMap<_, _> =
        assignments.iter().map(|assignment| (assignment.device, assignment.command)).collect();
    let sync = |assigned: &Assigned| {
        Some(NewCommand {
            id: *ids.get(&assigned.device_id)?,
            enrollment: assigned.enrollment_id,
            request_type: "DeclarativeManagement".into(),
            body: String::new(),
            delivery: Delivery::AtLeastOnce,
            requested_by: String::new(),
        })
    };
    let syncs: Vec<_> = assigned.iter().filter_map(sync).collect();
    commands::queue(conn, at, &syncs).await?;
    Ok(assigned)
}

async fn prune(conn: &mut Conn, before: Timestamp) -> Result<u64, StoreError> {
    conn.run(&PRUNE_MEMBERS, params![before]).await?;
    let pruned = conn.run(&PRUNE_SETS, params![before]).await?;
    if pruned > 0 {
        conn.run(&PRUNE_DECLARATIONS, &[]).await?;
    }
    Ok(pruned)
}
