//! The certificate that the listener shows and its key: read from files, and read again when these change.
//!
//! Connections that stand go on with what they began with. A new pair that cannot be used is told, and the one before goes on:
//! a slip in a renewal must not shut everybody out. Knows nothing of connections, and of a certificate only until when it
//! holds; whether it is the right one for this host is for clients to judge.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::{DateTime, NaiveDateTime, Utc};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::error::{Error, Result};
use crate::limits;

/// Where certificate and key stand, both as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate of the server, and those between it and the root.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// What stood in both files, or why they cannot be read.
type Contents = Result<[Vec<u8>; 2], String>;

impl TlsFiles {
    fn read(&self) -> Contents {
        Ok([read("tls-certificate", &self.certificate)?, read("tls-key", &self.key)?])
    }
}

fn read(setting: &str, file: &Path) -> Result<Vec<u8>, String> {
    let told = |why: String| format!("{setting}: {}: {why}", file.display());
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(|error| told(error.to_string()))?;
    opened.take(limits::TLS_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| told(error.to_string()))?;
    let fits = bytes.len() as u64 <= limits::TLS_FILE_BYTES;
    if fits { Ok(bytes) } else { Err(told(format!("larger than {} bytes", limits::TLS_FILE_BYTES))) }
}

/// A certificate that fits its key.
#[derive(Clone, Debug)]
struct Pair {
    key: Arc<CertifiedKey>,
    /// Until when it holds; absent when that cannot be read.
    expires: Option<DateTime<Utc>>,
}

impl Pair {
    fn of(files: &TlsFiles, [certificate, key]: &[Vec<u8>; 2]) -> Result<Self, String> {
        let in_certificate = |why: String| format!("tls-certificate: {}: {why}", files.certificate.display());
        let in_key = |why: String| format!("tls-key: {}: {why}", files.key.display());
        let chain = CertificateDer::pem_slice_iter(certificate).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| in_certificate(format!("no PEM ({error})")))?;
        let Some(first) = chain.first() else {
            return Err(in_certificate("holds no certificate; PEM begins with -----BEGIN CERTIFICATE-----".into()));
        };
        let expires = not_after(first);
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|_| in_key("holds no private key as PEM without a password (PKCS#8, PKCS#1 or SEC1)".into()))?;
        let fits = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let key = fits.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => in_key("the key is not that of tls-certificate".into()),
            other => in_key(format!("certificate and key cannot be used: {other}")),
        })?;
        Ok(Self { key: Arc::new(key), expires })
    }
}

/// What new connections are shown.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Pair>,
    /// What was found last, so that what has not changed is looked at, and told, once.
    found: Mutex<Contents>,
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// Which file cannot be used, and why.
    pub fn open(files: &TlsFiles) -> Result<Arc<Self>> {
        let contents = files.read().map_err(Error::Internal)?;
        let pair = Pair::of(files, &contents).map_err(Error::Internal)?;
        let (current, found) = (RwLock::new(pair), Mutex::new(Ok(contents)));
        let tls = Self { files: files.clone(), current, found };
        tls.tell(true);
        Ok(Arc::new(tls))
    }

    /// Looks at the files again, and takes over what they hold now if it can be used.
    pub fn look_again(&self) {
        let contents = self.files.read();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if *found == contents {
            return;
        }
        let pair = contents.as_ref().map_err(String::clone).and_then(|contents| Pair::of(&self.files, contents));
        *found = contents;
        match pair {
            Ok(pair) => {
                tracing::info!(expires = ?pair.expires, "a new certificate is shown to new connections");
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = pair;
                self.tell(true);
            }
            Err(why) => {
                tracing::error!(why, "the new certificate cannot be used; the one before goes on");
                self.tell(false);
            }
        }
    }

    fn tell(&self, is_taken: bool) {
        metrics::gauge!("entrepost_tls_certificate_refused").set(if is_taken { 0.0 } else { 1.0 });
        if let Some(expires) = self.expires() {
            metrics::gauge!("entrepost_tls_certificate_expiry_timestamp_seconds").set(expires.timestamp() as f64);
        }
    }

    /// Until when the certificate holds.
    pub fn expires(&self) -> Option<DateTime<Utc>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).expires
    }

    /// What shakes hands with clients: TLS 1.2 or 1.3, HTTP/1.1 on it.
    ///
    /// # Errors
    /// When the library does not offer that, which would be a fault of the build.
    pub(super) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::clone(self) as Arc<_>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).key))
    }
}

/// The end of a certificate's validity (RFC 5280, 4.1).
fn not_after(certificate: &[u8]) -> Option<DateTime<Utc>> {
    let (_, whole, _) = value(certificate)?;
    let (_, mut rest, _) = value(whole)?;
    let has_version = rest.first() == Some(&0xA0);
    // Serial number, signature algorithm and issuer stand before it.
    for _ in 0..(3 + usize::from(has_version)) {
        rest = value(rest)?.2;
    }
    let (_, validity, _) = value(rest)?;
    let (tag, text, _) = value(value(validity)?.2)?;
    let text = std::str::from_utf8(text).ok()?;
    let time = match tag {
        // UTCTime has two digits of the year, from 1950 to 2049.
        0x17 => format!("{}{text}", if text < "50" { "20" } else { "19" }),
        _ => text.to_owned(),
    };
    NaiveDateTime::parse_from_str(&time, "%Y%m%d%H%M%SZ").ok().map(|time| time.and_utc())
}

/// The first value of some DER: tag, content, and what follows.
fn value(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let ([tag, length], rest) = der.split_first_chunk()?;
    let (length, rest) = match length {
        0..=0x7F => (usize::from(*length), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7F))?;
            (bytes.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read_and_nothing_makes_it_panic() {
        let time = |tag: u8, text: &str| [&[tag, text.len() as u8], text.as_bytes()].concat();
        let wrapped = |content: &[u8]| [&[0x30, content.len() as u8], content].concat();
        let certificate = |before: &[u8], end: Vec<u8>| {
            let validity = wrapped(&[time(0x17, "200101000000Z"), end].concat());
            wrapped(&wrapped(&[before, &[2, 1, 1, 0x30, 0, 0x30, 0], &validity].concat()))
        };
        let told = |der: &[u8]| not_after(der).map(|end| end.to_rfc3339());
        let version = [0xA0, 3, 2, 1, 2];
        for before in [&version[..], &[]] {
            let der = certificate(before, time(0x17, "491231235959Z"));
            assert_eq!(told(&der).as_deref(), Some("2049-12-31T23:59:59+00:00"));
            let der = certificate(before, time(0x18, "20610102030405Z"));
            assert_eq!(told(&der).as_deref(), Some("2061-01-02T03:04:05+00:00"));
        }
        assert_eq!(
            told(&certificate(&version, time(0x17, "500101000000Z"))).as_deref(),
            Some("1950-01-01T00:00:00+00:00")
        );
        let der = certificate(&version, time(0x17, "491231235959Z"));
        for end in 0..der.len() {
            assert_eq!(told(&der[..end]), None);
            let mut other = der.clone();
            for byte in [0, 0x7F, 0x80, 0x83, 0x84, 0xFF] {
                other[end] = byte;
                let _ = told(&other);
            }
        }
    }
}
