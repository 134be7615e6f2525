//! Facts that a device told about itself, kept as it told them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::{DeviceId, OsVersion, Platform};
use serde_json::value::RawValue;

use crate::db::{Conn, params, queries, row};
use crate::{NewEnrollment, Sha256, Store, StoreError};

/// The columns of [`DeviceFacts`], in its order; facts without a column may be left out.
macro_rules! fact_columns {
    () => {
        fact_columns!("other")
    };
    ($other:literal) => {
        concat!(
            "platform, serial, model_name, product, update_id, os_version, os_build, os_extra,
                os_extra_build, supervised, apple_silicon, capabilities, utc_offset_seconds,
                time_zone, free_space_bytes, install_state, install_reason, pending_version,
                pending_build, pending_local_deadline, failure_count, failure_reason, failure_at,
                declaration_problem, ",
            $other,
            ", changed_at"
        )
    };
}

macro_rules! known {
    () => {
        "select name, udid, enrollment_key from device where id = $1"
    };
}

pub(crate) use fact_columns;

queries! {
    // The device's row is locked, so that two reports of one device are merged one by one.
    KNOWN = {
        sqlite: known!(),
        postgres: concat!(known!(), " for update"),
    }
    FACTS = { concat!("select ", fact_columns!(), " from device_facts where device_id = $1") }
    SAVE = { concat!("insert into device_facts (", fact_columns!(), ", device_id, search, os_order)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
        on conflict (device_id) do update set platform = $1, serial = $2, model_name = $3,
            product = $4, update_id = $5, os_version = $6, os_build = $7, os_extra = $8,
            os_extra_build = $9, supervised = $10, apple_silicon = $11, capabilities = $12,
            utc_offset_seconds = $13, time_zone = $14, free_space_bytes = $15,
            install_state = $16, install_reason = $17, pending_version = $18,
            pending_build = $19, pending_local_deadline = $20, failure_count = $21,
            failure_reason = $22, failure_at = $23, declaration_problem = $24, other = $25,
            changed_at = $26, search = $28, os_order = $29") }
    RENAME = { "update device set name = $2 where id = $1" }
    SAVE_CAPABILITIES = { "insert into capabilities (hash, document) values ($1, $2)
        on conflict (hash) do nothing" }
    CAPABILITIES = { "select hash, document from capabilities" }
}

/// The most bytes of facts without a column of their own that are kept for a device.
pub const OTHER_FACTS_LIMIT: usize = 64 * 1024;
/// The most characters of a text that are kept.
const TEXT_LIMIT: usize = 1024;

row! {
    /// Everything a device has told; text is the device's own.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct DeviceFacts {
        pub platform: Option<Platform>,
        pub serial: String,
        pub model_name: String,
        /// The marketing-free product identifier, such as `iPad14,1` or `Mac15,6`.
        pub product: String,
        /// The software-update device id, such as `J413AP`.
        pub update_id: Option<String>,
        pub os_version: String,
        pub os_build: String,
        /// The letter of an installed Background Security Improvement.
        pub os_extra: Option<String>,
        pub os_extra_build: Option<String>,
        pub supervised: Option<bool>,
        pub apple_silicon: Option<bool>,
        /// The hash of its client capabilities; see [`Store::capabilities`].
        pub capabilities: Option<Sha256>,
        pub utc_offset_seconds: Option<i32>,
        pub time_zone: Option<String>,
        pub free_space_bytes: Option<i64>,
        pub install_state: Option<String>,
        pub install_reason: Option<String>,
        pub pending_version: Option<String>,
        pub pending_build: Option<String>,
        pub pending_local_deadline: Option<String>,
        pub failure_count: u32,
        pub failure_reason: Option<String>,
        pub failure_at: Option<String>,
        /// Why the device refused its software-update declaration.
        pub declaration_problem: Option<String>,
        /// Status items without a column, as a JSON object of the device's own values.
        pub other: String,
        /// When it last told anything new.
        pub changed_at: Option<Timestamp>,
    }
}

/// What a device is about to install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingVersion {
    pub version: String,
    pub build: Option<String>,
    pub local_deadline: Option<String>,
}

/// One thing that a device told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    Name(String),
    Platform(Platform),
    Serial(String),
    ModelName(String),
    Product(String),
    UpdateId(String),
    OsVersion(String),
    OsBuild(String),
    OsExtra(Option<String>),
    OsExtraBuild(Option<String>),
    Supervised(bool),
    AppleSilicon(bool),
    /// Client capabilities as JSON; devices with the same share one row.
    Capabilities(String),
    UtcOffsetSeconds(i32),
    TimeZone(String),
    FreeSpaceBytes(i64),
    InstallState(String),
    InstallReason(Option<String>),
    Pending(Option<PendingVersion>),
    Failures {
        count: u32,
        reason: Option<String>,
        at: Option<String>,
    },
    DeclarationProblem(Option<String>),
    /// A status item without a column, its value as JSON.
    Other {
        item: String,
        json: String,
    },
    /// A status item without a column that the device does not have any more.
    Gone {
        item: String,
    },
}

/// What recording facts did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactsOutcome {
    /// Whether anything differs from what was known, so that it is worth deciding again.
    pub changed: bool,
    /// Whether facts without a column were left out because there were too many.
    pub is_other_full: bool,
}

impl Store {
    /// Records facts; those not named stay as they were.
    pub async fn record_facts(
        &self,
        at: Timestamp,
        device: DeviceId,
        facts: Vec<Fact>,
    ) -> Result<FactsOutcome, StoreError> {
        self.write_hot(device.0, (at, device, facts), |conn, (at, device, facts)| {
            Box::pin(record(conn, *at, *device, facts))
        })
        .await
    }

    /// What a device has told.
    pub async fn facts_of(&self, device: DeviceId) -> Result<Option<DeviceFacts>, StoreError> {
        self.reader().await?.conn().optional(&FACTS, params![device]).await
    }

    /// All different client capabilities, by hash; a fleet has as many as it has OS versions.
    pub async fn capabilities(&self) -> Result<BTreeMap<Sha256, String>, StoreError> {
        let mut reader = self.reader().await?;
        let rows: Vec<Capabilities> = reader.conn().all(&CAPABILITIES, &[]).await?;
        Ok(rows.into_iter().map(|row| (row.hash, row.document)).collect())
    }
}

row! {
    struct Capabilities {
        hash: Sha256,
        document: String,
    }
}

row! {
    /// What is searched beside the facts.
    struct Named {
        name: String,
        udid: Option<String>,
        enrollment_key: Option<String>,
    }
}

async fn record(
    conn: &mut Conn,
    at: Timestamp,
    device: DeviceId,
    told: &[Fact],
) -> Result<FactsOutcome, StoreError> {
    let Some(known) = conn.optional::<Named>(&KNOWN, params![device]).await? else {
        return Ok(FactsOutcome { changed: false, is_other_full: false });
    };
    let before: Option<DeviceFacts> = conn.optional(&FACTS, params![device]).await?;
    let mut facts = before.clone().unwrap_or_default();
    let mut other = Other::read(&facts.other);
    let mut name = known.name.clone();
    for fact in told {
        match fact {
            Fact::Name(told) => name = clean(told),
            Fact::Capabilities(document) => {
                let hash = Sha256::of(document.as_bytes());
                conn.run(&SAVE_CAPABILITIES, params![hash, document]).await?;
                facts.capabilities = Some(hash);
            }
            Fact::Other { item, json } => other.set(item, json),
            Fact::Gone { item } => other.remove(item),
            Fact::Platform(_)
            | Fact::Serial(_)
            | Fact::ModelName(_)
            | Fact::Product(_)
            | Fact::UpdateId(_)
            | Fact::OsVersion(_)
            | Fact::OsBuild(_)
            | Fact::OsExtra(_)
            | Fact::OsExtraBuild(_)
            | Fact::Supervised(_)
            | Fact::AppleSilicon(_)
            | Fact::UtcOffsetSeconds(_)
            | Fact::TimeZone(_)
            | Fact::FreeSpaceBytes(_)
            | Fact::InstallState(_)
            | Fact::InstallReason(_)
            | Fact::Pending(_)
            | Fact::Failures { .. }
            | Fact::DeclarationProblem(_) => facts.apply(fact),
        }
    }
    facts.other = other.text();
    let changed = name != known.name || before.as_ref() != Some(&facts);
    if changed {
        let named = Named { name, ..known };
        save(conn, device, &named, DeviceFacts { changed_at: Some(at), ..facts }).await?;
    }
    Ok(FactsOutcome { changed, is_other_full: other.is_full })
}

/// Begins anew with what Authenticate tells. Only facts of the hardware and of its place outlive
/// an enrollment; the rest may belong to a system that has been erased.
pub(crate) async fn restart(
    conn: &mut Conn,
    new: &NewEnrollment,
    device: DeviceId,
) -> Result<(), StoreError> {
    let before: Option<DeviceFacts> = conn.optional(&FACTS, params![device]).await?;
    let before = before.unwrap_or_default();
    let told = |told: &str, known: String| if told.is_empty() { known } else { clean(told) };
    let facts = DeviceFacts {
        serial: told(&new.serial, before.serial),
        model_name: told(&new.model_name, before.model_name),
        product: told(&new.product, before.product),
        os_version: clean(&new.os_version),
        os_build: clean(&new.os_build),
        platform: before.platform,
        update_id: before.update_id,
        apple_silicon: before.apple_silicon,
        utc_offset_seconds: before.utc_offset_seconds,
        time_zone: before.time_zone,
        other: "{}".into(),
        changed_at: Some(new.at),
        ..DeviceFacts::default()
    };
    let named: Named = conn.one(&KNOWN, params![device]).await?;
    save(conn, device, &named, facts).await
}

async fn save(
    conn: &mut Conn,
    device: DeviceId,
    named: &Named,
    facts: DeviceFacts,
) -> Result<(), StoreError> {
    let key = named.udid.as_ref().or(named.enrollment_key.as_ref()).map_or("", String::as_str);
    let search = [&named.name, &facts.serial, key, &facts.model_name, &facts.product].join("\n");
    let search = search.to_lowercase();
    let order = os_order(&facts.os_version, facts.os_extra.as_deref());
    conn.run(&RENAME, params![device, named.name]).await?;
    let values = params![
        facts.platform,
        facts.serial,
        facts.model_name,
        facts.product,
        facts.update_id,
        facts.os_version,
        facts.os_build,
        facts.os_extra,
        facts.os_extra_build,
        facts.supervised,
        facts.apple_silicon,
        facts.capabilities,
        facts.utc_offset_seconds,
        facts.time_zone,
        facts.free_space_bytes,
        facts.install_state,
        facts.install_reason,
        facts.pending_version,
        facts.pending_build,
        facts.pending_local_deadline,
        facts.failure_count,
        facts.failure_reason,
        facts.failure_at,
        facts.declaration_problem,
        facts.other,
        facts.changed_at,
        device,
        search,
        order,
    ];
    conn.run(&SAVE, values).await.map(drop)
}

impl DeviceFacts {
    /// Takes over a fact that has a column here.
    fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Platform(platform) => self.platform = Some(*platform),
            Fact::Serial(serial) => self.serial = clean(serial),
            Fact::ModelName(name) => self.model_name = clean(name),
            Fact::Product(product) => self.product = clean(product),
            Fact::UpdateId(id) => self.update_id = Some(clean(id)),
            Fact::OsVersion(version) => self.os_version = clean(version),
            Fact::OsBuild(build) => self.os_build = clean(build),
            Fact::OsExtra(extra) => self.os_extra = extra.as_deref().map(clean),
            Fact::OsExtraBuild(build) => self.os_extra_build = build.as_deref().map(clean),
            Fact::Supervised(is_supervised) => self.supervised = Some(*is_supervised),
            Fact::AppleSilicon(is_apple_silicon) => self.apple_silicon = Some(*is_apple_silicon),
            Fact::UtcOffsetSeconds(seconds) => self.utc_offset_seconds = Some(*seconds),
            Fact::TimeZone(zone) => self.time_zone = Some(clean(zone)),
            Fact::FreeSpaceBytes(bytes) => self.free_space_bytes = Some(*bytes),
            Fact::InstallState(state) => self.install_state = Some(clean(state)),
            Fact::InstallReason(reason) => self.install_reason = reason.as_deref().map(clean),
            Fact::Pending(pending) => self.apply_pending(pending.as_ref()),
            Fact::Failures { count, reason, at } => {
                self.failure_count = *count;
                self.failure_reason = reason.as_deref().map(clean);
                self.failure_at = at.as_deref().map(clean);
            }
            Fact::DeclarationProblem(problem) => {
                self.declaration_problem = problem.as_deref().map(clean);
            }
            Fact::Name(_) | Fact::Capabilities(_) | Fact::Other { .. } | Fact::Gone { .. } => (),
        }
    }

    fn apply_pending(&mut self, pending: Option<&PendingVersion>) {
        self.pending_version = pending.map(|pending| clean(&pending.version));
        self.pending_build = pending.and_then(|pending| pending.build.as_deref()).map(clean);
        self.pending_local_deadline =
            pending.and_then(|pending| pending.local_deadline.as_deref()).map(clean);
    }
}

/// A number that orders OS versions as they follow each other; `extra` is the letter of an
/// installed Background Security Improvement. `None` for what is no version.
fn os_order(version: &str, extra: Option<&str>) -> Option<i64> {
    let version: OsVersion = version.parse().ok()?;
    let letter = extra.and_then(|extra| extra.chars().next());
    let version = letter.and_then(|letter| version.with_letter(letter)).unwrap_or(version);
    Some(version.order())
}

/// A device's text as it can be stored: without NUL, which PostgreSQL refuses, and not endless.
fn clean(text: &str) -> String {
    text.chars().filter(|&char| char != '\0').take(TEXT_LIMIT).collect()
}

/// Status items without a column.
struct Other {
    items: BTreeMap<String, Box<RawValue>>,
    length: usize,
    is_full: bool,
}

impl Other {
    fn read(text: &str) -> Self {
        let items: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap_or_default();
        let length = items.iter().map(|(item, value)| item.len() + value.get().len()).sum();
        Self { items, length, is_full: false }
    }

    /// Keeps a value as the device wrote it, if there is room; what is no JSON is left out.
    fn set(&mut self, item: &str, json: &str) {
        let Ok(value) = RawValue::from_string(json.to_owned()) else { return };
        let item = clean(item);
        let replaced = self.items.get(&item).map_or(0, |value| item.len() + value.get().len());
        let length = self.length - replaced + item.len() + value.get().len();
        if length > OTHER_FACTS_LIMIT {
            self.is_full = true;
            return;
        }
        self.length = length;
        self.items.insert(item, value);
    }

    fn remove(&mut self, item: &str) {
        if let Some((item, value)) = self.items.remove_entry(&clean(item)) {
            self.length -= item.len() + value.get().len();
        }
    }

    fn text(&self) -> String {
        crate::db::json(&self.items)
    }
}
