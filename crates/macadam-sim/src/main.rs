//! `macadam-sim`: fleets of simulated devices, doubles of Apple's services, and load.

mod command;

use clap::Parser;

#[derive(Parser)]
#[command(version, about = "Simulated devices, doubles of Apple's services, and load")]
enum Command {
    /// Enroll a fleet with a server and let it live
    Fleet(command::fleet::FleetArgs),
    /// Run the doubles of Apple's release feed and push service
    Doubles(command::doubles::DoublesArgs),
    /// Measure a server with many devices at once
    #[command(subcommand)]
    Load(command::load::LoadCommand),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Fleet(args) => command::fleet::run(args).await,
        Command::Doubles(args) => command::doubles::run(args).await,
        Command::Load(command) => command::load::run(command).await,
    }
}
