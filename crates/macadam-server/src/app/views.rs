//! Saved views of the device list, each its owner's own.

use macadam_api::Detail;
use macadam_api::people::Permission;
use macadam_api::views::{View, WriteView};
use macadam_store::{NewView, SaveError, StoreError, ViewId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use super::App;
use super::caller::{Caller, actor_of, actor_text};

const NAME_CHARACTERS: usize = 100;
const COLUMNS: usize = 50;
const COLUMN_CHARACTERS: usize = 40;

/// A view was not saved.
#[derive(Debug, Error)]
pub(crate) enum ViewError {
    #[error("there is no such view of yours")]
    Unknown,
    #[error("sharing a view needs the permission to edit devices")]
    NoSharing,
    #[error("nobody may have more views; delete some")]
    TooMany,
    #[error("the view cannot be saved like this")]
    Settings(Vec<Detail>),
    #[error(transparent)]
    Save(SaveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SaveError> for ViewError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Unknown => Self::Unknown,
            SaveError::InUse => Self::TooMany,
            other @ (SaveError::Stale { .. } | SaveError::Taken | SaveError::Store(_)) => {
                Self::Save(other)
            }
        }
    }
}

/// What is stored of a view.
#[derive(Serialize, Deserialize)]
struct ViewDocument {
    filter: macadam_api::devices::DeviceFilter,
    columns: Vec<String>,
}

impl App {
    /// The caller's own views, and what others share.
    pub(crate) async fn views(&self, caller: &Caller) -> Result<Vec<View>, StoreError> {
        let owner = actor_text(caller);
        let views = self.store.views(&owner).await?;
        Ok(views.into_iter().map(|view| shown(view, &owner)).collect())
    }

    /// Saves a view for the caller.
    pub(crate) async fn create_view(
        &self,
        caller: &Caller,
        wish: WriteView,
    ) -> Result<View, ViewError> {
        check(caller, &wish)?;
        let id = ViewId(self.ids.id(self.wall_clock.now()));
        self.audit(caller, "create_view", &format!("views/{id}"), json!(wish)).await?;
        let at = self.wall_clock.now();
        self.store.create_view(at, new_view(caller, id, wish)).await?;
        self.view(caller, id).await
    }

    /// Replaces one of the caller's own views.
    pub(crate) async fn update_view(
        &self,
        caller: &Caller,
        (id, revision): (ViewId, u64),
        wish: WriteView,
    ) -> Result<View, ViewError> {
        check(caller, &wish)?;
        self.own_view(caller, id).await?;
        self.audit(caller, "update_view", &format!("views/{id}"), json!(wish)).await?;
        let at = self.wall_clock.now();
        let revision = i64::try_from(revision).unwrap_or(i64::MAX);
        self.store.save_view(at, new_view(caller, id, wish), revision).await?;
        self.view(caller, id).await
    }

    /// Deletes one of the caller's own views.
    pub(crate) async fn delete_view(
        &self,
        caller: &Caller,
        (id, revision): (ViewId, u64),
    ) -> Result<(), ViewError> {
        let view = self.own_view(caller, id).await?;
        let detail = json!({ "name": view.name });
        self.audit(caller, "delete_view", &format!("views/{id}"), detail).await?;
        let revision = i64::try_from(revision).unwrap_or(i64::MAX);
        Ok(self.store.delete_view(id, &actor_text(caller), revision).await?)
    }

    async fn own_view(&self, caller: &Caller, id: ViewId) -> Result<View, ViewError> {
        let view = self.view(caller, id).await?;
        if view.own { Ok(view) } else { Err(ViewError::Unknown) }
    }

    async fn view(&self, caller: &Caller, id: ViewId) -> Result<View, ViewError> {
        let views = self.views(caller).await?;
        views.into_iter().find(|view| view.id == id.0).ok_or(ViewError::Unknown)
    }
}

fn check(caller: &Caller, wish: &WriteView) -> Result<(), ViewError> {
    if wish.shared && !caller.may(Permission::EditDevices) {
        return Err(ViewError::NoSharing);
    }
    let mut problems = Vec::new();
    let characters = wish.name.trim().chars().count();
    if !(1..=NAME_CHARACTERS).contains(&characters) || wish.name.contains(char::is_control) {
        problems.push(Detail::length("name", (1, NAME_CHARACTERS)));
    }
    let is_column = |column: &String| {
        (1..=COLUMN_CHARACTERS).contains(&column.len())
            && column.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    if wish.columns.len() > COLUMNS || !wish.columns.iter().all(is_column) {
        let message = format!("must be at most {COLUMNS} names of columns");
        problems.push(Detail::new("columns", message));
    }
    if problems.is_empty() { Ok(()) } else { Err(ViewError::Settings(problems)) }
}

fn new_view(caller: &Caller, id: ViewId, wish: WriteView) -> NewView {
    let document = ViewDocument { filter: wish.filter, columns: wish.columns };
    NewView {
        id,
        owner: actor_text(caller),
        name: wish.name.trim().to_owned(),
        is_shared: wish.shared,
        document: serde_json::to_string(&document).expect("filters and names are JSON"),
    }
}

/// A filter that a newer server saved and this one cannot read filters nothing.
fn shown(view: macadam_store::View, owner: &str) -> View {
    let document: Option<ViewDocument> = serde_json::from_str(&view.document).ok();
    let (filter, columns) = document.map(|it| (it.filter, it.columns)).unwrap_or_default();
    View {
        id: view.id.0,
        revision: u64::try_from(view.version).unwrap_or_default(),
        name: view.name,
        shared: view.is_shared,
        own: view.owner == owner,
        owner: actor_of(&view.owner).1,
        filter,
        columns,
        created_at: view.created_at,
        updated_at: view.updated_at,
    }
}
