//! The program people install: `macadam serve`, and the commands that ask a server.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use macadam_cli::Shell;
use macadam_server::ServeArgs;
use tracing_subscriber::EnvFilter;

/// Keeps Apple devices on the OS version you choose
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no server reached, 4 not allowed, 5 somebody
/// else changed it or it exists already.
#[derive(Debug, Parser)]
#[command(name = "macadam", version)]
struct Macadam {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(ServeArgs),
    #[command(flatten)]
    Client(macadam_cli::Command),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Macadam::parse().command {
        Command::Serve(args) => serve(args).await,
        Command::Client(command) => {
            let is_interactive = io::stdin().is_terminal() && io::stderr().is_terminal();
            let mut shell = Shell {
                variables: variables(),
                is_interactive,
                out: Box::new(io::BufWriter::new(io::stdout())),
                err: Box::new(io::stderr()),
            };
            macadam_cli::run(command, Macadam::command(), &mut shell).await.into()
        }
    }
}

/// The variables that are text; no command asks for another.
fn variables() -> BTreeMap<String, String> {
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

#[expect(clippy::print_stderr, reason = "a person started it and reads why it does not run")]
async fn serve(args: ServeArgs) -> ExitCode {
    log_to_stderr();
    match macadam_server::serve_command(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Starts the log: what `MACADAM_LOG` asks for, as JSON when `MACADAM_LOG_FORMAT` is `json`.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("MACADAM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    if std::env::var("MACADAM_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().init();
    } else {
        log.with_ansi(io::stderr().is_terminal()).init();
    }
}
