//! What OpenSSL makes: authorities, an enterprise's certificates of every profile, keys of every form.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

pub(crate) const ORGANIZATION: &str = "310123455";
pub(crate) const NAME: &str = "ØVRE ÅS TEST AS";

/// The extensions of each kind of certificate, as Norwegian issuers set them.
const EXTENSIONS: &str = "
[authority]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[authentication]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
[seal]
basicConstraints=CA:FALSE
keyUsage=critical,nonRepudiation
[encryption]
basicConstraints=CA:FALSE
keyUsage=critical,keyEncipherment,dataEncipherment
[authentication-and-seal]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature,nonRepudiation
[authentication-and-encryption]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment,dataEncipherment
[everything]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment
[server]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
";

/// Settings of `openssl ca`, which alone sets the dates of a certificate freely.
const REGISTRY: &str = "
[ca]
default_ca=registry
[registry]
database=index.txt
serial=serial.txt
new_certs_dir=.
default_md=sha256
policy=any
unique_subject=no
[any]
countryName=optional
organizationName=optional
commonName=supplied
organizationIdentifier=optional
";

/// A folder that OpenSSL works in.
#[derive(Clone)]
pub(crate) struct Workshop {
    folder: PathBuf,
}

/// The folder with everything made once, or `None` where OpenSSL is missing. In CI it may not be.
pub(crate) fn workshop() -> Option<Workshop> {
    static WORKSHOP: LazyLock<Option<Workshop>> = LazyLock::new(|| {
        if let Err(error) = Command::new("openssl").arg("version").output() {
            assert!(std::env::var_os("CI").is_none(), "OpenSSL is needed and cannot be run: {error}");
            let message = format!("NOT TESTED: OpenSSL cannot be run: {error}; install it: .ci/install\n");
            std::io::stderr().write_all(message.as_bytes()).unwrap();
            return None;
        }
        let folder = folder_of_this_run(Path::new(env!("CARGO_TARGET_TMPDIR")));
        let workshop = Workshop { folder };
        workshop.make_all();
        Some(workshop)
    });
    WORKSHOP.clone()
}

/// A new folder; those of runs more than an hour ago go.
fn folder_of_this_run(parent: &Path) -> PathBuf {
    let an_hour = Duration::from_secs(60 * 60);
    for entry in std::fs::read_dir(parent).unwrap().flatten() {
        let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
        let is_old = age.is_ok_and(|age| age.is_ok_and(|age| age > an_hour));
        if is_old && entry.file_name().to_string_lossy().starts_with("keys-") {
            // Another run may have been faster.
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
    let folder = parent.join(format!("keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Workshop {
    /// Runs OpenSSL with arguments that are separated by blanks.
    pub(crate) fn run(&self, arguments: &str) {
        self.run_with(&arguments.split_whitespace().collect::<Vec<_>>());
    }

    pub(crate) fn run_with(&self, arguments: &[&str]) {
        self.output(arguments);
    }

    /// What OpenSSL prints. It leaves no file behind that another test could write at the same time.
    pub(crate) fn printed(&self, arguments: &str) -> Vec<u8> {
        self.output(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    fn output(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("openssl").args(arguments).current_dir(&self.folder).output().unwrap();
        assert!(
            output.status.success(),
            "openssl {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// The contents of several files, one after the other.
    pub(crate) fn joined(&self, names: &[&str]) -> Vec<u8> {
        names.iter().flat_map(|name| self.read(name)).collect()
    }

    fn make_all(&self) {
        self.write("extensions.cnf", EXTENSIONS);
        self.make_authorities();
        let enterprise = format!("/C=NO/O={NAME}/CN={NAME}/2.5.4.97=NTRNO-{ORGANIZATION}");
        let older = format!("/C=NO/O={NAME}/OU=Drift/CN={NAME}/serialNumber={ORGANIZATION}");
        for (name, kind) in [("auth", "authentication"), ("seal", "seal"), ("crypt", "encryption")] {
            self.request(name, &enterprise, "rsa:2048");
            self.issue(name, kind, "issuing", 1095);
        }
        self.request("older", &older, "rsa:2048");
        self.issue("older", "everything", "issuing", 1095);
        self.request("other", "/C=NO/O=ANNEN AS/CN=ANNEN AS/2.5.4.97=NTRNO-910000012", "rsa:2048");
        self.issue("other", "authentication", "issuing", 1095);
        self.request("person", "/C=NO/CN=Test Person/serialNumber=UN:NO-9578-4050-100000000", "rsa:2048");
        self.issue("person", "authentication", "issuing", 1095);
        self.run("ecparam -name prime256v1 -genkey -noout -out ec.key");
        self.run_with(&["req", "-new", "-key", "ec.key", "-utf8", "-subj", &enterprise, "-out", "ec.csr"]);
        self.issue("ec", "authentication", "issuing", 1095);
        self.make_dated_certificates();
    }

    fn make_authorities(&self) {
        self.run_with(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "3650",
            "-keyout",
            "root.key",
            "-out",
            "root.pem",
            "-subj",
            "/C=NO/O=Test CA AS/CN=Test Root CA",
            "-addext",
            "basicConstraints=critical,CA:TRUE",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        ]);
        self.request("issuing", "/C=NO/O=Test CA AS/CN=Test Issuing CA", "rsa:2048");
        self.issue("issuing", "authority", "root", 3650);
        // An authority of the same name with another key: not the issuer, whatever its name says.
        self.request("namesake", "/C=NO/O=Test CA AS/CN=Test Issuing CA", "rsa:2048");
        self.issue("namesake", "authority", "root", 3650);
    }

    /// The same key again, in certificates of another time.
    fn make_dated_certificates(&self) {
        self.write("index.txt", "");
        self.write("serial.txt", "1000");
        self.write("registry.cnf", REGISTRY);
        for (name, begin, end) in [
            ("expired", "20200101000000Z", "20210101000000Z"),
            ("future", "20500101000000Z", "20510101000000Z"),
            ("twin", "20250101000000Z", "20490101000000Z"),
            ("other-twin", "20250101000000Z", "20490101000000Z"),
        ] {
            self.run(&format!(
                "ca -batch -notext -utf8 -config registry.cnf -cert issuing.pem -keyfile issuing.key -extfile \
                 extensions.cnf -extensions authentication -startdate {begin} -enddate {end} -in auth.csr -out {name}.pem"
            ));
        }
        self.run(
            "x509 -req -in auth.csr -CA issuing.pem -CAkey issuing.key -CAcreateserial -days 20 -extfile \
             extensions.cnf -extensions authentication -out expiring.pem",
        );
    }

    /// A new key and a request for a certificate.
    pub(crate) fn request(&self, name: &str, subject: &str, key: &str) {
        let (key_file, request) = (format!("{name}.key"), format!("{name}.csr"));
        self.run_with(&[
            "req", "-new", "-newkey", key, "-nodes", "-utf8", "-keyout", &key_file, "-out", &request,
            "-subj", subject,
        ]);
    }

    pub(crate) fn issue(&self, name: &str, kind: &str, authority: &str, days: u32) {
        self.run(&format!(
            "x509 -req -in {name}.csr -CA {authority}.pem -CAkey {authority}.key -CAcreateserial -days {days} \
             -sha256 -extfile extensions.cnf -extensions {kind} -out {name}.pem"
        ));
    }
}

/// Whether any twelve characters in a row of a secret stand in the message, as they are or as numbers of bytes.
pub(crate) fn quotes(message: &str, secret: &[u8]) -> bool {
    let text = String::from_utf8_lossy(secret);
    // Labels of blocks and headers above them are no secret.
    let mut content = text.lines().filter(|line| !line.contains("-----") && !line.contains(": "));
    let as_text = content.any(|line| {
        line.as_bytes()
            .chunks_exact(12)
            .any(|part| message.as_bytes().windows(part.len()).any(|window| window == part))
    });
    let as_numbers = secret.chunks_exact(12).any(|part| {
        let numbers = format!("{part:?}");
        message.contains(numbers.trim_matches(['[', ']']))
    });
    as_text || as_numbers
}
