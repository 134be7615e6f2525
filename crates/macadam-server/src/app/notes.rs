//! Notes about devices.

use macadam_api::Detail;
use macadam_api::notes::{CreateNote, Note};
use macadam_policy::DeviceId;
use macadam_store::NoteId;
use serde_json::json;

use super::App;
use super::caller::Caller;
use super::devices::DeviceError;

const CHARACTERS: usize = 4_000;
/// Notes that one answer holds.
const NOTES: u32 = 500;

impl App {
    /// The notes about a device, newest first.
    pub(crate) async fn notes(&self, id: DeviceId) -> Result<Vec<Note>, DeviceError> {
        self.store.device(id).await?.ok_or(DeviceError::Unknown)?;
        let notes = self.store.notes_of(id, NOTES).await?;
        Ok(notes.into_iter().map(shown).collect())
    }

    /// Writes a note about a device.
    pub(crate) async fn create_note(
        &self,
        caller: &Caller,
        id: DeviceId,
        wish: CreateNote,
    ) -> Result<Note, DeviceError> {
        self.store.device(id).await?.ok_or(DeviceError::Unknown)?;
        let text = checked_note(&wish.text);
        let text = text.map_err(|problem| DeviceError::Settings(vec![problem]))?;
        let at = self.wall_clock.now();
        let note = macadam_store::Note {
            id: NoteId(self.ids.id(at)),
            device_id: id,
            author: caller.name.clone(),
            body: text,
            created_at: at,
        };
        let detail = json!({ "note_id": note.id.0, "text": note.body });
        self.audit(caller, "create_note", &format!("devices/{id}"), detail).await?;
        let is_added = self.store.add_note(note.clone()).await?;
        if is_added { Ok(shown(note)) } else { Err(DeviceError::Unknown) }
    }

    /// Deletes a note about a device; the audit log keeps what it said.
    pub(crate) async fn delete_note(
        &self,
        caller: &Caller,
        id: DeviceId,
        note: NoteId,
    ) -> Result<(), DeviceError> {
        let notes = self.store.notes_of(id, NOTES).await?;
        let found = notes.into_iter().find(|one| one.id == note).ok_or(DeviceError::UnknownNote)?;
        let detail = json!({ "note_id": note.0, "author": found.author, "text": found.body });
        self.audit(caller, "delete_note", &format!("devices/{id}"), detail).await?;
        let is_deleted = self.store.delete_note(id, note).await?;
        if is_deleted { Ok(()) } else { Err(DeviceError::UnknownNote) }
    }
}

/// A note's text as it is stored, or what is wrong with it.
pub(super) fn checked_note(text: &str) -> Result<String, Detail> {
    let text = text.trim().replace('\0', "");
    if (1..=CHARACTERS).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(Detail::length("text", (1, CHARACTERS)))
}

fn shown(note: macadam_store::Note) -> Note {
    Note { id: note.id.0, author: note.author, created_at: note.created_at, text: note.body }
}
