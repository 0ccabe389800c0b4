//! Certificates for tests, made by the program `openssl`, and clients that trust who issued them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Whether certificates can be made. Where they cannot this says so loudly, and fails in CI.
pub fn can_be_made() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok_and(|done| done.status.success());
    assert!(there || std::env::var_os("CI").is_none(), "the program openssl is not installed, but CI must test TLS");
    if !there {
        eprintln!("SKIPPED: no certificates can be made here (install openssl)");
    }
    there
}

/// Who issues certificates, in a folder of its own.
pub struct Authority {
    folder: tempfile::TempDir,
}

/// Files of a certificate and its key.
pub struct Issued {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Authority {
    pub fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().expect("a folder") };
        authority.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test-root -days 2 -keyout root.key -out root.pem");
        authority
    }

    fn openssl(&self, arguments: &str) -> String {
        let ran = Command::new("openssl").args(arguments.split(' ')).current_dir(self.folder.path()).output();
        let ran = ran.expect("openssl");
        assert!(ran.status.success(), "{arguments}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).into_owned()
    }

    /// A certificate for 127.0.0.1 and localhost, valid for so many days.
    pub fn issue(&self, name: &str, days: u32) -> Issued {
        let names = self.folder.path().join("names");
        std::fs::write(&names, "subjectAltName=IP:127.0.0.1,DNS:localhost").expect("writes");
        self.openssl(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"
        ));
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA root.pem -CAkey root.key -CAcreateserial -days {days} -extfile names -out {name}.pem"
        ));
        let file = |ending: &str| self.folder.path().join(format!("{name}.{ending}"));
        Issued { certificate: file("pem"), key: file("key") }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// A client of HTTP that trusts this authority alone.
    pub fn agent(&self) -> ureq::Agent {
        let root =
            ureq::tls::Certificate::from_pem(&std::fs::read(self.root()).expect("reads")).expect("a certificate");
        let tls = ureq::tls::TlsConfig::builder().root_certs(ureq::tls::RootCerts::new_with_certs(&[root])).build();
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).tls_config(tls).build().into()
    }

    /// An encrypted connection, on which `before` was sent first in clear.
    pub fn connect(&self, address: &str, before: &[u8]) -> std::io::Result<Encrypted> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.root()).expect("a certificate")).expect("a root");
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let config = builder.with_safe_default_protocol_versions().expect("versions");
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("localhost").expect("a name");
        let client = ClientConnection::new(Arc::new(config), name).expect("a client");
        let mut socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(std::time::Duration::from_secs(60)))?;
        socket.write_all(before)?;
        let mut stream = StreamOwned::new(client, socket);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Encrypted(stream))
    }
}

pub struct Encrypted(StreamOwned<ClientConnection, TcpStream>);

impl Encrypted {
    /// The certificate that the server shows.
    pub fn shown(&self) -> Vec<u8> {
        self.0.conn.peer_certificates().and_then(|chain| chain.first()).expect("a certificate").to_vec()
    }

    /// Whether the server still takes anything.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).and_then(|()| self.0.flush()).is_ok()
    }

    /// The next answer: its status, and its body of an announced length.
    pub fn answer(&mut self) -> Option<(u16, Vec<u8>)> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if self.0.read(&mut byte).ok()? == 0 {
                return None;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse().ok()?;
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        Some((status, body))
    }

    /// Whether the server closes the connection now (within the read timeout).
    pub fn is_closed(&mut self) -> bool {
        !matches!(self.0.read(&mut [0; 16]), Ok(1..))
    }
}

/// The certificate in a file.
pub fn in_file(issued: &Issued) -> Vec<u8> {
    CertificateDer::from_pem_file(&issued.certificate).expect("a certificate").to_vec()
}
