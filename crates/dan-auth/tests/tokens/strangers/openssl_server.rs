//! OpenSSL's own server, which refuses in the words of TLS.

use std::process::{Command, Stdio};

use super::authorities::Authorities;
use super::process::{Running, free_ports};

/// A server that runs until this is dropped.
pub(crate) struct OpensslServer {
    pub(crate) port: u16,
    _folder: tempfile::TempDir,
    _running: Running,
}

impl OpensslServer {
    /// `protocol` is an option such as `-tls1_3`.
    pub(crate) fn start(authorities: &Authorities, protocol: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
        let (certificate, key) = authorities.server_pem();
        write("server.pem", &certificate);
        write("server.key", &key);
        write("root.pem", &authorities.root_pem());
        // It reads one list, and looks for the enterprise's certificate alone.
        let [.., issuing] = authorities.revocation_lists_pem();
        write("revoked.pem", &issuing);
        let [port] = free_ports();
        let mut command = Command::new("openssl");
        command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}"), protocol]);
        command.args(["-cert", "server.pem", "-key", "server.key", "-CAfile", "root.pem"]);
        command.args(["-Verify", "3", "-verify_return_error"]);
        command.args(["-CRL", "revoked.pem", "-crl_check"]);
        let running = Running::start(&mut command, &[port])?;
        Some(Self { port, _folder: folder, _running: running })
    }
}
