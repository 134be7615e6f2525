//! What Apple's push service knows the server by.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use macadam_api::push_certificates::{self, CreateSigningRequest, UploadPushCertificate};

use crate::connection::Connection;
use crate::error::CliError;
use crate::shell::Shell;
use crate::{file, show};

/// What Apple's push service knows the server by
#[derive(Debug, Args)]
pub struct PushCertificate {
    #[command(subcommand)]
    command: PushCertificateCommand,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum PushCertificateCommand {
    /// Show the certificate in use
    Show,
    /// Print the request (PEM) for the next certificate; its key never leaves the server
    Request {
        /// Drop the one that waits for its certificate, and make another
        #[arg(long)]
        anew: bool,
        /// Only the one that waits for its certificate: make none
        #[arg(long, conflicts_with = "anew")]
        waiting: bool,
    },
    /// Replace the certificate
    Upload {
        /// Certificate (PEM)
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
        /// Its private key (PEM), unless the server made the request
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Allow another topic: every enrolled device is then out of reach until it enrolls again
        #[arg(long)]
        replace_topic: bool,
    },
}

impl PushCertificate {
    pub(crate) async fn run(self, shell: &mut Shell) -> Result<(), CliError> {
        let (json, client) = (self.connection.json, self.connection.client(shell)?);
        let answer = match self.command {
            PushCertificateCommand::Show => client.push_certificate().await?,
            PushCertificateCommand::Request { anew, waiting } => {
                let wish = CreateSigningRequest { anew };
                let answer = match waiting {
                    true => client.push_signing_request().await?,
                    false => client.create_push_signing_request(&wish).await?,
                };
                shell.note(
                    "a vendor signs it, and Apple certifies it: see docs/push-certificate.md",
                );
                let pem = || answer.value.request_pem.clone();
                return show::answer(shell, json, &answer.bytes, pem);
            }
            PushCertificateCommand::Upload { certificate, key, replace_topic } => {
                let upload = UploadPushCertificate {
                    certificate_pem: text(&certificate)?,
                    private_key_pem: key.as_deref().map(text).transpose()?,
                    replace_topic,
                };
                client.upload_push_certificate(&upload).await?
            }
        };
        show::answer(shell, json, &answer.bytes, || record(&answer.value))
    }
}

fn text(path: &Path) -> Result<String, CliError> {
    let parse = |error: std::string::FromUtf8Error| CliError::Parse {
        path: path.to_owned(),
        source: error.into(),
    };
    String::from_utf8(file::read(path)?).map_err(parse)
}

fn record(certificate: &push_certificates::PushCertificate) -> String {
    show::record(&[
        ("Topic", certificate.topic.clone()),
        ("Subject", certificate.subject.clone()),
        ("Serial number", certificate.serial_number.clone()),
        ("Valid from", show::instant(certificate.not_before)),
        ("Expires", show::instant(certificate.expires_at)),
        ("Uploaded", show::instant(certificate.uploaded_at)),
        ("By", certificate.uploaded_by.clone()),
    ])
}
