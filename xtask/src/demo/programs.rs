//! The built programs, and how the demo calls them.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::home::Home;
use super::{BLUEPRINT, Wish};

/// Where the built programs are.
pub(super) struct Programs {
    directory: PathBuf,
}

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

    /// The one program people install.
    pub(super) fn macadam(&self) -> PathBuf {
        self.directory.join("macadam")
    }

    pub(super) fn server(&self, home: &Home) -> Command {
        let mut command = Command::new(self.macadam());
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
        if let Some(facts) = &wish.facts {
            command.arg("--facts").arg(facts);
        }
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
            .env("MACADAM_CLIENT_CONFIG", home.client_settings_file())
            .env_remove("MACADAM_TOKEN");
        command
    }

    /// The live view, which says where a browser finds the server.
    pub(super) fn watch(&self, home: &Home) -> Command {
        let mut command = self.cli(home, &["watch", "--url", &home.web_url(), "--token-file"]);
        command.arg(home.token_file());
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

    /// What a command prints with `--json`: one document, or one for each page of a list.
    pub(super) fn json(&self, home: &Home, arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
        let mut command = self.cli(home, arguments);
        let output = command.arg("--json").stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let output = output.context("starting macadam")?;
        let (asked, status) = (arguments.join(" "), output.status);
        ensure!(status.success(), "macadam {asked} ended with {status}");
        let documents = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
        documents
            .collect::<Result<_, _>>()
            .with_context(|| format!("reading what macadam {asked} printed"))
    }

    /// Whether a command succeeds, which may say nothing of why it does not.
    pub(super) fn succeeds(&self, home: &Home, arguments: &[&str]) -> anyhow::Result<bool> {
        let mut command = self.cli(home, arguments);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        Ok(status.context("starting macadam")?.success())
    }

    /// Leaves a script that speaks to the server.
    pub(super) fn write_wrapper(&self, home: &Home) -> anyhow::Result<()> {
        let script = format!(
            "#!/bin/sh\nMACADAM_URL={} MACADAM_CA_FILE='{}' MACADAM_CLIENT_CONFIG='{}' \\\n  \
             exec '{}' \"$@\"\n",
            home.public_url(),
            home.roots_file().display(),
            home.client_settings_file().display(),
            self.directory.join("macadam").display(),
        );
        std::fs::write(home.cli_wrapper(), script).context("writing the script")?;
        let executable = PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(home.cli_wrapper(), executable).context("the script")
    }
}

fn logged(command: &mut Command, path: &Path) {
    match (log_file(path), log_file(path)) {
        (Ok(out), Ok(err)) => command.stdout(out).stderr(err),
        (Ok(_), Err(_)) | (Err(_), _) => command.stdout(Stdio::null()).stderr(Stdio::null()),
    };
}

/// Passes a file to a child as its output.
fn log_file(path: &Path) -> anyhow::Result<Stdio> {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    Ok(file.with_context(|| format!("opening {}", path.display()))?.into())
}
