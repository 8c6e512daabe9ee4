//! A Redis server of a test's own.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// A server on a socket in a folder of its own, which ends with this.
pub(crate) struct RedisServer {
    folder: TempDir,
    arguments: Vec<String>,
    process: Option<Child>,
}

impl RedisServer {
    /// `None` where Redis is not installed. In CI it is.
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").output().is_err() {
            let message = "NOT TESTED: redis-server is missing; install it: .ci/install\n";
            assert!(std::env::var_os("CI").is_none(), "{message}");
            // Past what the test runner captures, so that it is seen.
            std::io::stderr().write_all(message.as_bytes()).unwrap();
            return None;
        }
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut server = Self { folder: TempDir::new().unwrap(), arguments, process: None };
        server.resume();
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
            let _ = fs::remove_file(self.socket());
        }
    }

    pub(crate) fn resume(&mut self) {
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--unixsocket"])
            .arg(self.socket())
            .args(&self.arguments)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.process = Some(process);
        while self.run(&["PING"]).is_empty() {
            assert!(self.process.as_mut().unwrap().try_wait().unwrap().is_none(), "Redis did not start");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Runs a command by the client that comes with the server, and gives its answer.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli").arg("-s").arg(self.socket()).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A server over TLS, by its URL and certificate authority.
pub(crate) fn start_over_tls() -> Option<(RedisServer, String, String)> {
    let folder = TempDir::new().unwrap();
    let (authority_key, server_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name = DistinguishedName::new();
    authority.distinguished_name.push(DnType::CommonName, "Authority of a Redis server");
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&server_key, &Issuer::new(authority, authority_key))
        .unwrap();

    let file = |name: &str, contents: &str| {
        let path = folder.path().join(name);
        fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (certificate, key) =
        (file("server.pem", &certificate.pem()), file("key.pem", &server_key.serialize_pem()));
    let trusted = file("authority.pem", &authority_pem);
    let port = free_port();
    let server = RedisServer::start(&[
        "--tls-port",
        &port.to_string(),
        "--bind",
        "127.0.0.1",
        "--tls-auth-clients",
        "no",
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &trusted,
    ])?;
    Some((server, format!("rediss://localhost:{port}/"), authority_pem))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
