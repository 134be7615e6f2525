//! The commands that are clients of the admin API, and offline `decide`.
//!
//! Everything a command may know of the machine comes in as a [`Shell`], so that tests are whole
//! runs: arguments in, exit code and text out.

mod commands;
mod connection;
mod error;
mod file;
mod shell;
mod show;
mod words;

use clap::Subcommand;

use crate::commands::{
    account, approval, audit, backtest, blueprints, bulk_actions, catalog, completions, decide,
    devices, enrollments, events, exceptions, items, people, policy, preview, push_certificate,
    releases, rings, self_service, server, session, setup, summary, tokens, views, watch,
};
pub use shell::Shell;

/// Everything `macadam` does beside serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Decide offline, from files: what must each device run, by when, and why
    Decide(decide::Decide),
    /// Make yourself the first owner of a new server, and sign in
    SetUp(setup::SetUp),
    /// Sign in to a server and remember it
    SignIn(session::SignIn),
    /// Sign out and forget the server
    SignOut(session::SignOut),
    /// Say who is signed in, and what they may do
    Whoami(session::Whoami),
    /// Your own sign-in: sessions, password, second factor, passkeys
    Account(account::Account),
    /// What is asked of everybody who signs in
    SignInPolicy(account::SignInRules),
    /// The fleet, and everything known about one device
    Devices(Box<devices::Devices>),
    /// Saved views of the device list
    Views(views::Views),
    /// Actions on many devices, and how far they are; `devices act` begins one
    BulkActions(bulk_actions::BulkActions),
    /// Library items, such as Managed OS
    Items(items::Items),
    /// Blueprints: which items reach which devices
    Blueprints(blueprints::Blueprints),
    /// Rings of Managed OS items, and releases stopped for the later ones
    Rings(rings::Rings),
    /// Approve, hold and resume releases
    Releases(releases::Releases),
    /// The release catalog, and the feeds it comes from
    Catalog(catalog::Catalog),
    /// Say when releases count as approved
    Approval(approval::Approval),
    /// Show what a change would do to the real fleet, without making it
    Preview(preview::Preview),
    /// Show what policies would have meant over the real history of releases
    Backtest(backtest::Backtest),
    /// Print the server's library items and blueprints as a policy file
    Export(policy::Export),
    /// Show what a policy file would change on the server
    Plan(policy::Plan),
    /// Bring the server's library items and blueprints to what a policy file says
    Apply(policy::Apply),
    /// Devices that are exempt until a day
    Exceptions(exceptions::Exceptions),
    /// Releases that users asked for in Self Service
    SelfService(self_service::SelfService),
    /// One-time links that enroll a device
    Enrollments(enrollments::Enrollments),
    /// What Apple's push service knows the server by
    PushCertificate(push_certificate::PushCertificate),
    /// Credentials of machines
    Tokens(tokens::Tokens),
    /// Who may do what
    People(people::People),
    /// Who did what, when, from where
    Audit(audit::Audit),
    /// Show the fleet in numbers, and what needs a person
    Summary(summary::Summary),
    /// Show how many devices ran which version, day by day
    Versions(summary::Versions),
    /// Print what changes, as it changes, until Ctrl-C
    Events(events::Events),
    /// Say how the fleet and the server do
    Status(server::Status),
    /// Show the fleet live, until q or Ctrl-C
    Watch(watch::Watch),
    /// Write a completion script for a shell
    Completions(completions::Completions),
}

/// Runs a command of `program` and gives its exit code; what went wrong has been said.
pub async fn run(command: Command, program: clap::Command, shell: &mut Shell) -> u8 {
    let done = match command {
        Command::Decide(command) => command.run(shell),
        Command::SetUp(command) => command.run(shell).await,
        Command::SignIn(command) => command.run(shell).await,
        Command::SignOut(command) => command.run(shell).await,
        Command::Whoami(command) => command.run(shell).await,
        Command::Account(command) => command.run(shell).await,
        Command::SignInPolicy(command) => command.run(shell).await,
        Command::Devices(command) => command.run(shell).await,
        Command::Views(command) => command.run(shell).await,
        Command::BulkActions(command) => command.run(shell).await,
        Command::Items(command) => command.run(shell).await,
        Command::Blueprints(command) => command.run(shell).await,
        Command::Rings(command) => command.run(shell).await,
        Command::Releases(command) => command.run(shell).await,
        Command::Catalog(command) => command.run(shell).await,
        Command::Approval(command) => command.run(shell).await,
        Command::Preview(command) => command.run(shell).await,
        Command::Backtest(command) => command.run(shell).await,
        Command::Export(command) => command.run(shell).await,
        Command::Plan(command) => command.run(shell).await,
        Command::Apply(command) => command.run(shell).await,
        Command::Exceptions(command) => command.run(shell).await,
        Command::SelfService(command) => command.run(shell).await,
        Command::Enrollments(command) => command.run(shell).await,
        Command::PushCertificate(command) => command.run(shell).await,
        Command::Tokens(command) => command.run(shell).await,
        Command::People(command) => command.run(shell).await,
        Command::Audit(command) => command.run(shell).await,
        Command::Summary(command) => command.run(shell).await,
        Command::Versions(command) => command.run(shell).await,
        Command::Events(command) => command.run(shell).await,
        Command::Status(command) => command.run(shell).await,
        Command::Watch(command) => command.run(shell).await,
        Command::Completions(command) => command.run(program, shell),
    };
    let done = done.and_then(|()| shell.flush());
    match done {
        Ok(()) => 0,
        Err(error) => error.report(shell),
    }
}

#[cfg(test)]
mod tests;
