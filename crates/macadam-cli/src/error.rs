//! What can go wrong in a command, how it is said, and the exit code it ends with.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use macadam_api::Detail;
use macadam_api::client::{ClientError, NewClientError};
use thiserror::Error;

use crate::shell::Shell;

/// Details past this many are counted, not shown.
const SHOWN_DETAILS: usize = 20;

#[derive(Debug, Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    NewClient(#[from] NewClientError),
    #[error("no server is known")]
    NoServer,
    #[error("nobody is signed in to {0}")]
    NoToken(String),
    #[error("{} cannot be read", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} cannot be written", .path.display())]
    WriteFile { path: PathBuf, source: io::Error },
    #[error("{} is larger than {limit} bytes", .path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("{} is not what was expected", .path.display())]
    Parse { path: PathBuf, source: Box<dyn Error + Send + Sync> },
    #[error("{place} has problems")]
    Problems { place: String, details: Vec<Detail> },
    #[error("{count} of the devices in {} could not be decided for", .path.display())]
    SomeDevices { path: PathBuf, count: u64 },
    #[error("there is no {what} '{name}'")]
    NotFound { what: &'static str, name: String },
    #[error("several match {what} '{name}'")]
    Ambiguous { what: &'static str, name: String, details: Vec<Detail> },
    #[error("{0}")]
    Usage(String),
    #[error("this needs to be confirmed")]
    NobodyToConfirm,
    #[error("it was not confirmed; nothing was changed")]
    NotConfirmed,
    #[error("a password is needed")]
    NobodyToAsk,
    #[error("the question could not be asked")]
    Prompt(#[source] Box<dyn Error + Send + Sync>),
    #[error("no place for a settings file is known")]
    NoHome,
    #[error("the editor '{editor}' failed")]
    Editor { editor: String, source: io::Error },
    #[error("it could not go on: {0}")]
    EndedEarly(&'static str),
    #[error("the audit chain is broken at entry {0}")]
    AuditBroken(u64),
    #[error("the result cannot be written")]
    Write(#[source] io::Error),
}

impl CliError {
    fn code(&self) -> &'static str {
        match self {
            Self::Client(error) => error.code(),
            Self::NewClient(_) => "bad_connection_settings",
            Self::NoServer => "no_server",
            Self::NoToken(_) => "not_signed_in",
            Self::Read { .. } => "file_not_readable",
            Self::WriteFile { .. } => "file_not_writable",
            Self::TooLarge { .. } => "file_too_large",
            Self::Parse { .. } => "file_not_understood",
            Self::Problems { .. } => "invalid_settings",
            Self::SomeDevices { .. } => "some_devices_failed",
            Self::NotFound { .. } => "not_found",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Usage(_) => "usage",
            Self::NobodyToConfirm => "needs_confirmation",
            Self::NotConfirmed => "not_confirmed",
            Self::NobodyToAsk => "needs_password",
            Self::Prompt(_) => "prompt_failed",
            Self::NoHome => "no_home",
            Self::Editor { .. } => "editor_failed",
            Self::EndedEarly(_) => "ended_early",
            Self::AuditBroken(_) => "audit_broken",
            Self::Write(_) => "output_failed",
        }
    }

    fn advice(&self) -> &'static str {
        match self {
            Self::Client(error) => error.advice(),
            Self::NoServer => "give --url, set MACADAM_URL, or run `macadam sign-in --url URL`",
            Self::NoToken(_) => "run `macadam sign-in`, or set MACADAM_TOKEN",
            Self::Ambiguous { .. } => "use the id",
            Self::NobodyToConfirm => "look at `macadam preview` or `plan` first, then give --yes",
            Self::NobodyToAsk => "give --password-stdin and the password on standard input",
            Self::NoHome => "set HOME, XDG_CONFIG_HOME or MACADAM_CLIENT_CONFIG",
            Self::Editor { .. } => "set EDITOR, or give the new settings with --file",
            Self::AuditBroken(_) => {
                "compare with an export kept elsewhere, and find out who can \
                                     write to the database"
            }
            Self::NewClient(_)
            | Self::Read { .. }
            | Self::WriteFile { .. }
            | Self::TooLarge { .. }
            | Self::Parse { .. }
            | Self::Problems { .. }
            | Self::SomeDevices { .. }
            | Self::EndedEarly(_)
            | Self::NotFound { .. }
            | Self::Usage(_)
            | Self::NotConfirmed
            | Self::Prompt(_)
            | Self::Write(_) => "",
        }
    }

    fn details(&self) -> &[Detail] {
        if let Self::Client(ClientError::Refused(problem)) = self {
            &problem.details
        } else if let Self::Problems { details, .. } | Self::Ambiguous { details, .. } = self {
            details
        } else {
            &[]
        }
    }

    /// Whether the server did not answer, or is not able to for now: whoever waits may ask again.
    pub(crate) const fn may_pass(&self) -> bool {
        let Self::Client(error) = self else { return false };
        match error {
            ClientError::Unreachable { .. } => true,
            ClientError::NotOurs { status, .. } => *status >= 500,
            ClientError::Refused(problem) => matches!(problem.code.status(), 429 | 500..),
            ClientError::TooLarge { .. }
            | ClientError::NotUnderstood(_)
            | ClientError::PageRepeats => false,
        }
    }

    /// The exit code; `docs/command-line.md` lists them.
    fn exit_code(&self) -> u8 {
        if let Self::Client(error) = self {
            return client_exit_code(error);
        }
        if matches!(self, Self::Usage(_)) {
            2
        } else if matches!(self, Self::NoServer | Self::NoToken(_)) {
            4
        } else {
            1
        }
    }

    /// Says what went wrong and what to do, and gives the exit code.
    pub(crate) fn report(&self, shell: &mut Shell) -> u8 {
        if let Self::Write(error) = self
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            // Whoever read the output has read enough.
            return 0;
        }
        shell.note(&format!("error: {self} [{}]", self.code()));
        let details = self.details();
        for detail in details.iter().take(SHOWN_DETAILS) {
            shell.note(&format!("  {detail}"));
        }
        if details.len() > SHOWN_DETAILS {
            shell.note(&format!("  and {} more", details.len() - SHOWN_DETAILS));
        }
        let mut cause = self.source();
        while let Some(error) = cause {
            shell.note(&format!("  because: {error}"));
            cause = error.source();
        }
        if !self.advice().is_empty() {
            shell.note(&format!("  try: {}", self.advice()));
        }
        self.exit_code()
    }
}

const fn client_exit_code(error: &ClientError) -> u8 {
    match error {
        ClientError::Unreachable { .. } | ClientError::NotOurs { .. } => 3,
        ClientError::Refused(problem) => match problem.code.status() {
            401 | 403 => 4,
            409 | 412 | 428 => 5,
            _ => 1,
        },
        ClientError::TooLarge { .. } | ClientError::NotUnderstood(_) | ClientError::PageRepeats => {
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use macadam_api::{ErrorCode, Problem};

    use super::*;

    #[test]
    fn what_a_server_cannot_do_for_now_may_pass_and_what_it_refuses_does_not() {
        let refused = |code| {
            let problem = Problem { code, message: String::new(), details: Vec::new() };
            CliError::Client(ClientError::Refused(problem))
        };
        for code in [ErrorCode::Internal, ErrorCode::Unavailable, ErrorCode::TooManyRequests] {
            assert!(refused(code).may_pass(), "{code:?}");
        }
        for code in [ErrorCode::NotSignedIn, ErrorCode::NotFound, ErrorCode::InvalidParameter] {
            assert!(!refused(code).may_pass(), "{code:?}");
        }
        let of_a_proxy = |status| {
            CliError::Client(ClientError::NotOurs { base: "https://a".to_owned(), status })
        };
        assert!(of_a_proxy(502).may_pass());
        assert!(!of_a_proxy(404).may_pass());
    }
}
