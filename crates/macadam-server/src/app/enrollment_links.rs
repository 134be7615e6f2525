//! One-time enrollment links, as administrators make, see and revoke them.

use jiff::{SignedDuration, Timestamp};
use macadam_api::enrollments::{CreateEnrollment, CreatedEnrollment, Enrollment, EnrollmentState};
use macadam_api::{Detail, Named};
use macadam_policy::BlueprintId;
use macadam_store::{EnrollmentLink, LinkId, StoreError};
use serde_json::{Value, json};
use thiserror::Error;

use super::App;
use super::caller::Caller;
use super::pages::{Rows, Wanted};

const NOTE_CHARACTERS: usize = 200;
const USUAL_HOURS: u16 = 24;
const MOST_HOURS: u16 = 720;

/// A link was not made or revoked.
#[derive(Debug, Error)]
pub(crate) enum EnrollmentLinkError {
    #[error("there is no such open enrollment")]
    NotOpen,
    #[error("the enrollment cannot be made like this")]
    Settings(Vec<Detail>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Enrollment links, newest first.
    pub(crate) async fn enrollment_links(
        &self,
        wanted: Wanted<LinkId>,
    ) -> Result<Rows<Enrollment, LinkId>, StoreError> {
        let links = self.store.links(wanted.after, wanted.limit()).await?;
        let now = self.wall_clock.now();
        Ok(wanted.page(links, |link| link.id).map(|link| shown(link, now)))
    }

    /// Makes a link; only here its URL is told.
    pub(crate) async fn create_enrollment(
        &self,
        caller: &Caller,
        wish: CreateEnrollment,
    ) -> Result<CreatedEnrollment, EnrollmentLinkError> {
        let hours = wish.valid_hours.unwrap_or(USUAL_HOURS);
        let blueprint = wish.blueprint_id.map(BlueprintId);
        let mut problems = Vec::new();
        if !(1..=MOST_HOURS).contains(&hours) {
            problems.push(Detail::range("valid_hours", (1, MOST_HOURS.into())));
        }
        if wish.note.chars().count() > NOTE_CHARACTERS || wish.note.contains(char::is_control) {
            problems.push(Detail::length("note", (0, NOTE_CHARACTERS)));
        }
        if let Some(id) = blueprint
            && self.store.blueprint(id).await?.is_none()
        {
            problems.push(Detail::unknown("blueprint_id", "blueprint"));
        }
        if !problems.is_empty() {
            return Err(EnrollmentLinkError::Settings(problems));
        }
        let detail =
            json!({ "note": wish.note, "blueprint_id": wish.blueprint_id, "valid_hours": hours });
        self.audit(caller, "create_enrollment", "enrollments", detail).await?;
        let life = SignedDuration::from_hours(hours.into());
        let created =
            self.create_enrollment_link(&wish.note, blueprint, &caller.name, life).await?;
        let link = self.store.link(created.id).await?.ok_or(EnrollmentLinkError::NotOpen)?;
        let enrollment = shown(link, self.wall_clock.now());
        Ok(CreatedEnrollment { enrollment, url: created.url })
    }

    /// Makes an open link worthless.
    pub(crate) async fn revoke_enrollment(
        &self,
        caller: &Caller,
        id: LinkId,
    ) -> Result<(), EnrollmentLinkError> {
        let now = self.wall_clock.now();
        let link = self.store.link(id).await?.ok_or(EnrollmentLinkError::NotOpen)?;
        if state_of(&link, now) != EnrollmentState::Open {
            return Err(EnrollmentLinkError::NotOpen);
        }
        self.audit(caller, "revoke_enrollment", &format!("enrollments/{id}"), Value::Null).await?;
        // A device may have been faster by now.
        let is_revoked = self.store.revoke_link(now, id).await?;
        if is_revoked { Ok(()) } else { Err(EnrollmentLinkError::NotOpen) }
    }
}

fn shown(link: EnrollmentLink, now: Timestamp) -> Enrollment {
    let named = |id, name: Option<String>| Named { id, name: name.unwrap_or_default() };
    Enrollment {
        id: link.id.0,
        state: state_of(&link, now),
        note: link.note,
        blueprint: link.blueprint_id.map(|id| named(id.0, link.blueprint_name)),
        created_at: link.created_at,
        created_by: link.created_by,
        expires_at: link.expires_at,
        used_at: link.used_at,
        device: link.device_id.map(|id| named(id.0, link.device_name)),
    }
}

pub(super) fn state_of(link: &EnrollmentLink, now: Timestamp) -> EnrollmentState {
    if link.used_at.is_some() {
        EnrollmentState::Used
    } else if link.revoked_at.is_some() {
        EnrollmentState::Revoked
    } else if link.expires_at <= now {
        EnrollmentState::Expired
    } else {
        EnrollmentState::Open
    }
}
