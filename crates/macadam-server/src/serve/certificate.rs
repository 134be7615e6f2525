//! The certificate that HTTPS is served with: from files, or issued by our own authority. It is
//! made anew once in a while, so that neither a renewed file nor an expiry needs a restart.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use macadam_pki::{IssueCertificateError, KeyKind, PrivateKey};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Tls;
use crate::tls::{ClientCertificates, server_config};

/// Files are read again this often; a certificate of our own is issued as often.
const PERIOD: Duration = Duration::from_hours(12);

/// HTTPS cannot be served.
#[derive(Debug, Error)]
pub enum CertificateError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: rustls_pki_types::pem::Error },
    #[error("{path} holds no certificate")]
    Empty { path: PathBuf },
    #[error("our authority could not issue a certificate for the public URL")]
    Issue(#[from] IssueCertificateError),
    #[error("the certificate and its key cannot be used")]
    Unusable(#[from] rustls::Error),
}

/// The configuration of HTTPS as of now.
pub(super) fn tls_config(app: &App) -> Result<ServerConfig, CertificateError> {
    let (chain, key) = match &app.config.tls {
        Tls::Files { certificate, key } => (read_chain(certificate)?, read_key(key)?),
        Tls::SelfIssued => self_issued(app)?,
    };
    let client_certificates = if app.config.asks_for_certificates {
        ClientCertificates::Asked
    } else {
        ClientCertificates::Ignored
    };
    Ok(server_config(chain, key, client_certificates)?)
}

/// Makes the configuration anew from time to time. A failure leaves the one in use.
pub(super) async fn keep_fresh(
    app: App,
    config: Arc<ArcSwap<ServerConfig>>,
    stop: CancellationToken,
) {
    while stop.run_until_cancelled(app.wall_clock.sleep(PERIOD)).await.is_some() {
        match tls_config(&app) {
            Ok(fresh) => config.store(Arc::new(fresh)),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the certificate of HTTPS could not be renewed"
            ),
        }
    }
}

type ChainAndKey = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn self_issued(app: &App) -> Result<ChainAndKey, CertificateError> {
    let key = PrivateKey::generate(KeyKind::P256);
    let names = [app.config.public_host().to_owned()];
    let issuance = app.issuance(app.wall_clock.now());
    let certificate = app.authority.issue_tls_server(key.public_key(), &names, &issuance)?;
    let chain = [certificate.der(), app.authority.certificate().der()];
    let chain = chain.into_iter().map(|der| CertificateDer::from(der.to_vec())).collect();
    let key = PrivatePkcs8KeyDer::from(key.to_pkcs8_der().to_vec());
    Ok((chain, PrivateKeyDer::Pkcs8(key)))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let failed = |source| CertificateError::Read { path: path.to_owned(), source };
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(failed)?
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    if chain.is_empty() {
        return Err(CertificateError::Empty { path: path.to_owned() });
    }
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, CertificateError> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|source| CertificateError::Read { path: path.to_owned(), source })
}
