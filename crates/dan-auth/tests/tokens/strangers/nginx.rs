//! nginx, which lets nobody in without a certificate of the authority.

use std::path::Path;
use std::process::Command;

use super::authorities::Authorities;
use super::process::{Running, free_ports};

/// An nginx that runs until this is dropped.
pub(crate) struct Nginx {
    /// Ports by the version of TLS, over HTTP.
    pub(crate) http: [(&'static str, u16); 2],
    _folder: tempfile::TempDir,
    _running: Running,
}

impl Nginx {
    pub(crate) fn start(authorities: &Authorities) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
        let (certificate, key) = authorities.server_pem();
        write("server.pem", &certificate);
        write("server.key", &key);
        write("root.pem", &authorities.root_pem());
        write("revoked.pem", &authorities.revocation_lists_pem().concat());
        let [older, newer] = free_ports();
        let http = [("TLSv1.2", older), ("TLSv1.3", newer)];
        write("nginx.conf", &configuration(folder.path(), http));
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
        command.args(["-e", "stderr"]);
        let running = Running::start(&mut command, &[older, newer])?;
        Some(Self { http, _folder: folder, _running: running })
    }
}

fn configuration(folder: &Path, ports: [(&str, u16); 2]) -> String {
    let folder = folder.display();
    let servers: String = ports
        .iter()
        .map(|(protocol, port)| {
            format!(
                "server {{
                    listen 127.0.0.1:{port} ssl http2;
                    ssl_protocols {protocol};
                    ssl_certificate {folder}/server.pem;
                    ssl_certificate_key {folder}/server.key;
                    ssl_client_certificate {folder}/root.pem;
                    ssl_crl {folder}/revoked.pem;
                    ssl_verify_client on;
                    ssl_verify_depth 3;
                    location / {{ return 200 \"$ssl_protocol $ssl_client_verify $ssl_client_s_dn\"; }}
                }}"
            )
        })
        .collect();
    let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
        .collect();
    format!(
        "daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr emerg;
        events {{}}
        http {{ access_log off; {places} {servers} }}"
    )
}
