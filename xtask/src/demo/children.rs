//! The programs of the demo: started together, ended together.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::home::Home;
use super::{BLUEPRINT, Wish, log_file};

/// How long a child may take to end by itself.
const GOODBYE: Duration = Duration::from_secs(10);

/// Where the built programs are.
pub(super) struct Programs {
    directory: PathBuf,
}

/// Running programs, ended when this goes.
#[derive(Default)]
pub(super) struct Children(Vec<(&'static str, Child)>);

impl Programs {
    pub(super) fn built() -> anyhow::Result<Self> {
        let metadata = crate::licenses::metadata(&[
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--locked",
        ])?;
        let target = metadata["target_directory"].as_str().context("finding the programs")?;
        Ok(Self { directory: Path::new(target).join("debug") })
    }

    pub(super) fn server(&self, home: &Home) -> Command {
        let mut command = Command::new(self.directory.join("macadam"));
        command.arg("serve").arg("--config").arg(home.settings_file());
        logged(&mut command, &home.log("server"));
        command
    }

    pub(super) fn fleet(&self, home: &Home, wish: &Wish) -> Command {
        let mut command = Command::new(self.directory.join("macadam-sim"));
        command
            .arg("fleet")
            .arg("--state")
            .arg(home.simulator_directory())
            .args(["--server", &home.public_url()])
            .arg("--server-roots")
            .arg(home.roots_file())
            .arg("--token-file")
            .arg(home.token_file())
            .args(["--blueprint", BLUEPRINT])
            .args(["--devices", &wish.devices.to_string()])
            .args(["--start", &wish.start])
            .args(["--factor", &wish.factor.to_string()]);
        logged(&mut command, &home.log("simulator"));
        command
    }

    /// The command line, speaking to the demo's server.
    pub(super) fn cli(&self, home: &Home, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.directory.join("macadam"));
        command
            .args(arguments)
            .env("MACADAM_URL", home.public_url())
            .env("MACADAM_CA_FILE", home.roots_file())
            .env("MACADAM_CLIENT_CONFIG", home.client_settings_file());
        command
    }

    pub(super) fn run(&self, home: &Home, arguments: &[&str]) -> anyhow::Result<()> {
        let status = self.cli(home, arguments).status().context("starting macadam")?;
        ensure!(status.success(), "macadam {} ended with {status}", arguments.join(" "));
        Ok(())
    }

    pub(super) fn run_with_input(
        &self,
        home: &Home,
        arguments: &[&str],
        input: &str,
    ) -> anyhow::Result<()> {
        let mut command = self.cli(home, arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().context("starting macadam")?;
        if let Some(mut stdin) = child.stdin.take() {
            writeln!(stdin, "{input}").context("writing to macadam")?;
        }
        let status = child.wait().context("waiting for macadam")?;
        ensure!(status.success(), "macadam {} ended with {status}", arguments.join(" "));
        Ok(())
    }

    pub(super) fn output(&self, home: &Home, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let mut command = self.cli(home, arguments);
        let output = command.stderr(Stdio::inherit()).output().context("starting macadam")?;
        let status = output.status;
        ensure!(status.success(), "macadam {} ended with {status}", arguments.join(" "));
        Ok(output.stdout)
    }

    /// Waits for the server, and leaves a script that speaks to it.
    #[allow(clippy::disallowed_methods, reason = "a demo waits for real programs")]
    pub(super) fn wait_until_ready(&self, home: &Home, patience: Duration) -> anyhow::Result<()> {
        home.wait_for(&home.roots_file(), patience)?;
        let script = format!(
            "#!/bin/sh\nMACADAM_URL={} MACADAM_CA_FILE={} MACADAM_CLIENT_CONFIG={} \\\n  \
             exec {} \"$@\"\n",
            home.public_url(),
            home.roots_file().display(),
            home.client_settings_file().display(),
            self.directory.join("macadam").display(),
        );
        std::fs::write(home.cli_wrapper(), script).context("writing the script")?;
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(home.cli_wrapper(), executable).context("the script")?;
        let began = Instant::now();
        loop {
            let port = home.public_url().rsplit(':').next().unwrap_or_default().to_owned();
            if std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_ok() {
                return Ok(());
            }
            ensure!(began.elapsed() < patience, "the server does not answer; see its log");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Children {
    pub(super) fn start(
        &mut self,
        name: &'static str,
        command: &mut Command,
    ) -> anyhow::Result<()> {
        let child = command.spawn().with_context(|| format!("starting the {name}"))?;
        self.0.push((name, child));
        Ok(())
    }

    /// Waits until one of them ends, which it should not.
    #[allow(clippy::disallowed_methods, reason = "a demo waits for real programs")]
    pub(super) fn wait(&mut self) -> anyhow::Result<()> {
        loop {
            for (name, child) in &mut self.0 {
                if let Some(status) = child.try_wait().context("looking after the programs")? {
                    bail!("the {name} ended with {status}; see its log");
                }
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Children {
    #[allow(clippy::disallowed_methods, reason = "a demo waits for real programs")]
    fn drop(&mut self) {
        for (_, child) in &self.0 {
            // A polite end first: both save their state.
            let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        }
        let began = Instant::now();
        for (_, child) in &mut self.0 {
            while began.elapsed() < GOODBYE && matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn logged(command: &mut Command, path: &Path) {
    match (log_file(path), log_file(path)) {
        (Ok(out), Ok(err)) => command.stdout(out).stderr(err),
        (Ok(_), Err(_)) | (Err(_), _) => command.stdout(Stdio::null()).stderr(Stdio::null()),
    };
    command.stdin(Stdio::null());
}
