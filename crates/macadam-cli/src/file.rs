//! Files that people write: read within limits, in YAML or JSON, and edited in their editor.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::CliError;
use crate::shell::Shell;

/// Policies and settings are small; answers of Apple's feed are 60 kB today.
const MAX_FILE: u64 = 16 << 20;

/// Reads a whole file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let failed = |source| CliError::Read { path: path.to_owned(), source };
    let mut source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(failed)?)
    };
    let mut bytes = Vec::new();
    source.by_ref().take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(CliError::TooLarge { path: path.to_owned(), limit: MAX_FILE });
    }
    Ok(bytes)
}

/// Reads YAML; JSON is YAML too.
pub(crate) fn read_yaml<T: DeserializeOwned>(path: &Path) -> Result<T, CliError> {
    let bytes = read(path)?;
    let text = str::from_utf8(&bytes);
    let text =
        text.map_err(|error| CliError::Parse { path: path.to_owned(), source: error.into() })?;
    parse_yaml(path, text)
}

/// Reads YAML as of 1.2: in older versions the key `on` is the boolean true.
pub(crate) fn parse_yaml<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, CliError> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let text = error.to_string();
        let source = text.strip_prefix("error: ").unwrap_or(&text).into();
        CliError::Parse { path: path.to_owned(), source }
    })
}

/// Writes YAML that [`parse_yaml`] reads back.
pub(crate) fn yaml(value: &impl Serialize) -> String {
    serde_saphyr::to_string(value).expect("wire types have text keys and no custom code")
}

/// Lets a person edit a value's text; `None` when it stays as it was.
pub(crate) fn edit<T: DeserializeOwned>(shell: &Shell, text: &str) -> Result<Option<T>, CliError> {
    let editor = shell.variable("VISUAL").or_else(|| shell.variable("EDITOR")).unwrap_or("vi");
    let failed = |source| CliError::Editor { editor: editor.to_owned(), source };
    let draft = Draft::new(text).map_err(failed)?;
    // An editor may come with flags, as in `code --wait`.
    let mut words = editor.split_whitespace();
    let status = Command::new(words.next().unwrap_or("vi")).args(words).arg(&draft.0).status();
    let status = status.map_err(failed)?;
    if !status.success() {
        return Err(failed(io::Error::other(status.to_string())));
    }
    let edited = fs::read_to_string(&draft.0).map_err(failed)?;
    if edited == text { Ok(None) } else { parse_yaml(&draft.0, &edited).map(Some) }
}

/// A file for an editor, only the owner's, removed when done.
struct Draft(PathBuf);

impl Draft {
    fn new(text: &str) -> io::Result<Self> {
        let name = format!("macadam-{}.yaml", std::process::id());
        let path = std::env::temp_dir().join(name);
        write_private(&path, text.as_bytes())?;
        Ok(Self(path))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // A draft left behind holds nothing secret.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes a file that only its owner can read, in one step.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;

    let new = path.with_extension("new");
    // A leftover of an interrupted run may be somebody's to read.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)
}
