//! Devices that are exempt until a day, and what users asked for in Self Service.

use jiff::Timestamp;
use jiff::civil::{Date, time};
use jiff::tz::{Offset, TimeZone};
use macadam_api::exceptions::{CreateException, Exception, ExceptionFilter};
use macadam_api::self_service::{CreateSelfServiceRequest, SelfServiceRequest};
use macadam_api::{Detail, Named};
use macadam_policy::{DeviceId, ItemId};
use macadam_store::{ExceptionId, ExceptionRow, ExceptionsOf, SelfServiceRow, StoreError};
use serde_json::json;
use thiserror::Error;

use super::App;
use super::caller::Caller;
use super::pages::{Rows, Wanted};

const REASON_CHARACTERS: usize = 500;

/// An exemption or a request was not made or ended.
#[derive(Debug, Error)]
pub(crate) enum ExceptionError {
    #[error("there is no such exception")]
    Unknown,
    #[error("it cannot be made like this")]
    Settings(Vec<Detail>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Exemptions, newest first; ended ones included.
    pub(crate) async fn exceptions(
        &self,
        filter: &ExceptionFilter,
        wanted: Wanted<ExceptionId>,
    ) -> Result<Rows<Exception, ExceptionId>, StoreError> {
        let of = ExceptionsOf {
            device: filter.device_id.map(DeviceId),
            item: filter.item_id.map(ItemId),
        };
        let rows = self.store.exceptions(of, wanted.after, wanted.limit()).await?;
        let rows = wanted.page(rows, |row| row.id);
        let mut items = Vec::with_capacity(rows.items.len());
        for row in rows.items {
            let offset = self.offset_of(row.device_id).await?;
            items.push(shown(row, offset));
        }
        Ok(Rows { items, next: rows.next })
    }

    /// Exempts a device until the end of a day.
    pub(crate) async fn create_exception(
        &self,
        caller: &Caller,
        wish: CreateException,
    ) -> Result<Exception, ExceptionError> {
        let device = DeviceId(wish.device_id);
        let item = wish.item_id.map(ItemId);
        let now = self.fleet_clock.now();
        let offset = self.offset_of(device).await?;
        let mut problems = self.unknown(device, item).await?;
        if !(1..=REASON_CHARACTERS).contains(&wish.reason.trim().chars().count()) {
            problems.push(Detail::length("reason", (1, REASON_CHARACTERS)));
        }
        if wish.until < offset.to_datetime(now).date() {
            problems.push(
                Detail::new("until", "is in the past where the device is")
                    .named("past", Vec::new()),
            );
        }
        if !problems.is_empty() {
            return Err(ExceptionError::Settings(problems));
        }
        let id = ExceptionId(self.ids.id(self.wall_clock.now()));
        self.audit(caller, "create_exception", &format!("exceptions/{id}"), json!(wish)).await?;
        let new = macadam_store::Exception {
            id,
            device_id: device,
            item_id: item,
            until: noon(wish.until, offset),
            reason: wish.reason.trim().to_owned(),
            created_by: caller.name.clone(),
            created_at: now,
        };
        self.store.add_exception(new).await?;
        self.reconcile_now(device, "administrator").await;
        // The page that begins with it: another one may have been made in the same moment.
        let next = ExceptionId(uuid::Uuid::from_u128(id.0.as_u128().saturating_add(1)));
        let wanted = Wanted { rows: 1, after: Some(next) };
        let first = self
            .exceptions(&ExceptionFilter::default(), wanted)
            .await?
            .items
            .into_iter()
            .find(|one| one.id == id.0);
        first.ok_or(ExceptionError::Unknown)
    }

    /// Ends an exemption early.
    pub(crate) async fn end_exception(
        &self,
        caller: &Caller,
        id: ExceptionId,
    ) -> Result<(), ExceptionError> {
        let device = self.store.device_of_exception(id).await?.ok_or(ExceptionError::Unknown)?;
        let target = format!("exceptions/{id}");
        let detail = json!({ "device_id": device.0 });
        self.audit(caller, "delete_exception", &target, detail).await?;
        self.store.end_exception(id).await?;
        self.reconcile_now(device, "administrator").await;
        Ok(())
    }

    /// What users asked for, by device.
    pub(crate) async fn self_service_requests(
        &self,
        wanted: Wanted<(DeviceId, ItemId)>,
    ) -> Result<Rows<SelfServiceRequest, (DeviceId, ItemId)>, StoreError> {
        let rows = self.store.self_service_requests(wanted.after, wanted.limit()).await?;
        Ok(wanted.page(rows, |row| (row.device_id, row.item_id)).map(shown_request))
    }

    /// Asks for an item on behalf of a device's user; the first time counts.
    pub(crate) async fn create_self_service_request(
        &self,
        caller: &Caller,
        wish: CreateSelfServiceRequest,
    ) -> Result<SelfServiceRequest, ExceptionError> {
        let (device_id, item_id) = (DeviceId(wish.device_id), ItemId(wish.item_id));
        let problems = self.unknown(device_id, Some(item_id)).await?;
        if !problems.is_empty() {
            return Err(ExceptionError::Settings(problems));
        }
        let target = format!("devices/{device_id}");
        self.audit(caller, "create_self_service_request", &target, json!(wish)).await?;
        let at = self.fleet_clock.now();
        // What the clock shows is noted with it: a deadline stays where the device travels.
        let offset = self.known_offset(device_id).await?.unwrap_or(WESTERNMOST);
        let local = Some(offset.to_datetime(at).to_string());
        let request = macadam_store::SelfServiceRequest { device_id, item_id, at, local };
        self.store.request_item(request).await?;
        self.reconcile_now(device_id, "administrator").await;
        let before = wish_before(device_id, item_id);
        let rows = self.store.self_service_requests(before, 1).await?;
        rows.into_iter().next().map(shown_request).ok_or(ExceptionError::Unknown)
    }

    async fn unknown(
        &self,
        device: DeviceId,
        item: Option<ItemId>,
    ) -> Result<Vec<Detail>, StoreError> {
        let mut problems = Vec::new();
        if self.store.device(device).await?.is_none() {
            problems.push(Detail::unknown("device_id", "device"));
        }
        if let Some(item) = item
            && self.store.item(item).await?.is_none()
        {
            problems.push(Detail::unknown("item_id", "library item"));
        }
        Ok(problems)
    }

    async fn offset_of(&self, device: DeviceId) -> Result<Offset, StoreError> {
        Ok(self.known_offset(device).await?.unwrap_or(Offset::UTC))
    }

    async fn known_offset(&self, device: DeviceId) -> Result<Option<Offset>, StoreError> {
        let row = self.store.device(device).await?;
        let seconds = row.and_then(|row| row.utc_offset_seconds);
        Ok(seconds.and_then(|seconds| Offset::from_seconds(seconds).ok()))
    }
}

/// Where a device lives that never told its offset, as for its decision.
const WESTERNMOST: Offset = Offset::constant(-12);

/// Days are stored as the device's noon: the day stays the same when its offset changes by less
/// than half a day, as it does twice a year.
fn noon(day: Date, offset: Offset) -> Timestamp {
    let noon = day.to_datetime(time(12, 0, 0, 0));
    TimeZone::fixed(offset).to_timestamp(noon).unwrap_or(Timestamp::MAX)
}

/// The cursor right before a request.
fn wish_before(device: DeviceId, item: ItemId) -> Option<(DeviceId, ItemId)> {
    let before = item.0.as_u128().checked_sub(1)?;
    Some((device, ItemId(uuid::Uuid::from_u128(before))))
}

fn shown(row: ExceptionRow, offset: Offset) -> Exception {
    let item = row.item_id.zip(row.item_label);
    Exception {
        id: row.id.0,
        device: Named { id: row.device_id.0, name: row.device_name },
        item: item.map(|(id, name)| Named { id: id.0, name }),
        until: offset.to_datetime(row.until).date(),
        reason: row.reason,
        created_at: row.created_at,
        created_by: row.created_by,
    }
}

fn shown_request(row: SelfServiceRow) -> SelfServiceRequest {
    SelfServiceRequest {
        device: Named { id: row.device_id.0, name: row.device_name },
        item: Named { id: row.item_id.0, name: row.item_label },
        requested_at: row.at,
    }
}
