//! The built files, each in the form that the browser reads best.

use std::borrow::Cow;
use std::fmt::Write;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use rust_embed::Embed;

/// Where the files come from: embedded in a release build, read from disk in any other.
pub(super) struct Files(fn(&str) -> Option<Source>);

/// A file's bytes and their SHA-256.
pub(super) struct Source {
    pub(super) data: Cow<'static, [u8]>,
    pub(super) hash: [u8; 32],
}

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// One file as it is sent.
pub(super) struct Found {
    pub(super) content: Bytes,
    pub(super) encoding: Option<&'static str>,
    /// The `ETag`, in quotes.
    pub(super) tag: String,
}

/// Compressed forms that the build leaves beside a file, best first.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

impl Files {
    pub(super) fn built() -> Self {
        Self(|name| {
            let file = Built::get(name)?;
            Some(Source { hash: file.metadata.sha256_hash(), data: file.data })
        })
    }

    #[cfg(test)]
    pub(super) fn of(source: fn(&str) -> Option<Source>) -> Self {
        Self(source)
    }

    /// A file that the build made, in a form that the browser says it reads.
    pub(super) fn find(&self, name: &str, headers: &HeaderMap) -> Option<Found> {
        let is_form = ENCODINGS.iter().any(|(_, ending)| name.ends_with(&format!(".{ending}")));
        if is_form || name.split('/').any(|segment| segment.is_empty() || segment.starts_with('.'))
        {
            return None;
        }
        let plain = || Some(Found::new((self.0)(name)?, None));
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let mut forms = ENCODINGS
            .into_iter()
            .filter(|(encoding, _)| accepted.is_some_and(|accepted| accepts(accepted, encoding)));
        forms
            .find_map(|(encoding, ending)| {
                Some(Found::new((self.0)(&format!("{name}.{ending}"))?, Some(encoding)))
            })
            .or_else(plain)
    }

    /// A text that the build made.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.0)(name).map(|file| String::from_utf8_lossy(&file.data).into_owned())
    }
}

impl Found {
    fn new(file: Source, encoding: Option<&'static str>) -> Self {
        let mut tag = String::from("\"");
        for byte in file.hash.iter().take(16) {
            write!(tag, "{byte:02x}").expect("a string takes everything");
        }
        tag.push('"');
        let content = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Self { content, encoding, tag }
    }
}

/// Whether an `Accept-Encoding` names this encoding, and not to refuse it.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        is_named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}
