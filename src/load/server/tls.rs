//! How far a server's certificate is trusted: what libpq's `sslmode` and
//! `sslrootcert` mean, which the driver does not know.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Result};
use crate::load::url::DatabaseUrl;

/// What a certificate has to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// Nothing: the line is encrypted, whoever is at its end (`require`, `prefer`).
    None,
    /// That an authority we trust signed it (`verify-ca`, and `require` with a root certificate).
    Authority,
    /// That, and that it is this server's (`verify-full`).
    Server,
}

/// The TLS settings of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tls {
    /// As it was written, if it was.
    pub(super) mode: Option<String>,
    /// The authorities to trust; none means the system's.
    pub(super) root: Option<PathBuf>,
}

impl Tls {
    /// Takes the settings out of an address, and leaves what the driver understands.
    pub(super) fn take(url: &DatabaseUrl, variable: impl Fn(&str) -> Option<String>) -> (Self, String) {
        let mut text = url.expose().to_owned();
        let mode = take(&mut text, "sslmode");
        let root = take(&mut text, "sslrootcert").or_else(|| variable("PGSSLROOTCERT"));
        let root = root.filter(|root| root != "system").map(PathBuf::from);
        if let Some(mode) = &mode {
            let known = if mode.starts_with("verify-") { "require" } else { mode };
            let separator = match text.contains("://") {
                true if text.contains('?') => "&",
                true => "?",
                false => " ",
            };
            text += &format!("{separator}sslmode={known}");
        }
        (Self { mode, root }, text)
    }

    fn proof(&self) -> Proof {
        match (self.mode.as_deref(), &self.root) {
            (Some("verify-full"), _) => Proof::Server,
            (Some("verify-ca"), _) | (Some("require"), Some(_)) => Proof::Authority,
            _ => Proof::None,
        }
    }

    /// What makes connections that hold to these settings.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect> {
        let unusable = |source: rustls::Error| Error::Load {
            message: "TLS cannot be set up".into(),
            source: Some(source.into()),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let proof = self.proof();
        let config = if proof == Proof::Server {
            builder.with_root_certificates(self.roots()?).with_no_client_auth()
        } else {
            let authority = match proof {
                Proof::Authority => {
                    let roots = Arc::new(self.roots()?);
                    let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
                    Some(verifier.build().map_err(|source| Error::Load {
                        message: "TLS cannot be set up: there is no authority to trust".into(),
                        source: Some(source.into()),
                    })?)
                }
                _ => None,
            };
            let verifier = Arc::new(Lenient { authority, provider });
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        };
        Ok(MakeRustlsConnect::new(config))
    }

    fn roots(&self) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        let Some(path) = &self.root else {
            for certificate in rustls_native_certs::load_native_certs().certs {
                if let Err(error) = roots.add(certificate) {
                    tracing::debug!(%error, "a certificate of the system is not usable");
                }
            }
            return Ok(roots);
        };
        let unreadable = |reason: String| {
            Error::Usage(format!("sslrootcert {} is no file of PEM certificates ({reason})", path.display()))
        };
        for certificate in
            CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?
        {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
        }
        Ok(roots)
    }
}

/// Takes `key=value` out of an address of either form.
fn take(text: &mut String, key: &str) -> Option<String> {
    let is_url = text.contains("://");
    let start = text.match_indices(&format!("{key}=")).map(|(start, _)| start).find(|start| {
        let before = text[..*start].chars().next_back();
        if is_url { matches!(before, Some('?' | '&')) } else { before.is_none_or(char::is_whitespace) }
    })?;
    let rest = &text[start + key.len() + 1..];
    let (value, length) = match rest.strip_prefix('\'').filter(|_| !is_url) {
        Some(quoted) => {
            let end = quoted.find('\'').unwrap_or(quoted.len());
            (quoted[..end].to_owned(), (end + 2).min(rest.len()))
        }
        None => {
            let end = rest.find(if is_url { ['&', '#'] } else { [' ', '\t'] }).unwrap_or(rest.len());
            (rest[..end].replace("%2F", "/").replace("%2f", "/"), end)
        }
    };
    let end = start + key.len() + 1 + length;
    // With it goes the separator after it, else the one before.
    if text[end..].starts_with(['&', ' ']) {
        text.replace_range(start..=end, "");
    } else {
        text.replace_range(start.saturating_sub(1)..end, "");
    }
    Some(value)
}

/// Trusts any certificate, or any of an authority, whatever server it names.
#[derive(Debug)]
struct Lenient {
    authority: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<rustls::crypto::CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> (Option<String>, Option<String>, String) {
        let (tls, left) = Tls::take(&DatabaseUrl::new(text), |_| None);
        (tls.mode, tls.root.map(|root| root.to_string_lossy().into_owned()), left)
    }

    #[test]
    fn settings_are_taken_from_either_form_of_an_address() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            taken("postgresql://me@h/db?sslmode=verify-full&sslrootcert=/ca.pem"),
            (some("verify-full"), some("/ca.pem"), "postgresql://me@h/db?sslmode=require".into())
        );
        assert_eq!(
            taken("postgresql://me@h/db?sslrootcert=%2Fca.pem&user=x&sslmode=disable"),
            (some("disable"), some("/ca.pem"), "postgresql://me@h/db?user=x&sslmode=disable".into())
        );
        assert_eq!(
            taken("host=h sslmode='verify-ca' sslrootcert='/a b.pem' user=me"),
            (some("verify-ca"), some("/a b.pem"), "host=h user=me sslmode=require".into())
        );
        assert_eq!(taken("postgresql://me@h/db"), (None, None, "postgresql://me@h/db".into()));
    }

    #[test]
    fn what_a_certificate_has_to_prove_is_what_libpq_says() {
        let proof = |text: &str| Tls::take(&DatabaseUrl::new(text), |_| None).0.proof();
        assert_eq!(proof("host=h sslmode=require"), Proof::None);
        assert_eq!(proof("host=h sslmode=require sslrootcert=/ca.pem"), Proof::Authority);
        assert_eq!(proof("host=h sslmode=verify-ca"), Proof::Authority);
        assert_eq!(proof("host=h sslmode=verify-full"), Proof::Server);
    }
}
