//! No bytes whatever make the readers panic, and no error quotes them.

use dan_auth::{AuthError, Bundle, Certificate, CertificateChain, PrivateKey, Secret};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::openssl::{Workshop, quotes, workshop};

/// A change to a file that is right.
#[derive(Debug, Clone)]
enum Mangling {
    Flip(Index, u8),
    Remove(Index),
    Insert(Index, u8),
    Truncate(Index),
    Repeat(Index, Index),
}

impl Mangling {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        match self {
            Self::Flip(index, bits) => bytes[index.index(length)] ^= bits,
            Self::Remove(index) => {
                bytes.remove(index.index(length));
            }
            Self::Insert(index, byte) => bytes.insert(index.index(length), *byte),
            Self::Truncate(index) => bytes.truncate(index.index(length)),
            Self::Repeat(from, to) => {
                let part = bytes[from.index(length)..].to_vec();
                let to = to.index(length);
                bytes.splice(to..to, part);
            }
        }
    }
}

fn manglings() -> impl Strategy<Value = Vec<Mangling>> {
    let index = any::<Index>;
    let mangling = prop_oneof![
        (index(), 1u8..).prop_map(|(index, bits)| Mangling::Flip(index, bits)),
        index().prop_map(Mangling::Remove),
        (index(), any::<u8>()).prop_map(|(index, byte)| Mangling::Insert(index, byte)),
        index().prop_map(Mangling::Truncate),
        (index(), index()).prop_map(|(from, to)| Mangling::Repeat(from, to)),
    ];
    prop::collection::vec(mangling, 1..4)
}

/// Gives the bytes to every reader, and the errors of those that refuse them.
fn read_all(bytes: &[u8]) -> Vec<AuthError> {
    let password = Secret::from("test");
    let text = String::from_utf8_lossy(bytes);
    [
        Bundle::from_bytes(bytes, Some(&password)).err(),
        Bundle::from_bytes(bytes, None).err(),
        PrivateKey::from_bytes(bytes, Some(&password)).err(),
        PrivateKey::from_jwk(&text).err(),
        PrivateKey::from_jwk_set(&text, "key").err(),
        CertificateChain::from_pem(bytes).err(),
        Certificate::from_der(bytes).err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Files of every form that is read.
fn files(files: &Workshop) -> Vec<Vec<u8>> {
    files.run("pkcs8 -topk8 -nocrypt -in ec.key -outform DER -out mangled-ec.der");
    files.run("rsa -in auth.key -traditional -outform DER -out mangled-rsa.der");
    files.run("x509 -in auth.pem -outform DER -out mangled-certificate.der");
    files.run("pkcs8 -topk8 -in auth.key -iter 1 -passout pass:test -outform DER -out mangled-encrypted.der");
    files.run(
        "pkcs8 -topk8 -in auth.key -v1 PBE-SHA1-3DES -passout pass:test -outform DER -out mangled-older.der",
    );
    files.run(
        "pkcs12 -export -in auth.pem -inkey auth.key -certfile issuing.pem -iter 1 -maciter -passout pass:test -out \
         mangled.p12",
    );
    files.run(
        "pkcs12 -export -in auth.pem -inkey auth.key -nomac -keypbe NONE -certpbe NONE -passout pass: -out \
         mangled-plain.p12",
    );
    files.run("pkcs12 -export -in auth.pem -inkey auth.key -legacy -iter 1 -nomac -passout pass:test -out mangled-legacy.p12");
    let jwk = br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"key","d":"AQID","x":"AQID","y":"AQID"}]}"#;
    let names = [
        "mangled-ec.der",
        "mangled-rsa.der",
        "mangled-certificate.der",
        "mangled-encrypted.der",
        "mangled-older.der",
        "mangled.p12",
        "mangled-plain.p12",
        "mangled-legacy.p12",
        "auth.key",
        "ec.key",
    ];
    let mut all: Vec<Vec<u8>> = names.iter().map(|name| files.read(name)).collect();
    all.push(files.joined(&["auth.key", "auth.pem", "issuing.pem"]));
    all.push(jwk.to_vec());
    all
}

#[test]
fn no_bytes_make_a_reader_panic() {
    proptest!(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() }, |(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    )| {
        read_all(&bytes);
    });
}

#[test]
fn no_text_makes_a_reader_panic() {
    let piece = prop_oneof![
        Just("-----BEGIN ".to_owned()),
        Just("-----END ".to_owned()),
        Just("-----".to_owned()),
        Just("PRIVATE KEY".to_owned()),
        Just("CERTIFICATE".to_owned()),
        Just("\\n".to_owned()),
        Just("MIIB".to_owned()),
        Just("{\"keys\":[".to_owned()),
        Just("\u{feff}".to_owned()),
        "\\PC{0,8}",
    ];
    proptest!(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() }, |(
        pieces in prop::collection::vec(piece, 0..12),
    )| {
        read_all(pieces.concat().as_bytes());
    });
}

#[test]
fn no_mangled_file_makes_a_reader_panic_or_shows_in_an_error() {
    let Some(workshop) = workshop() else { return };
    let files = files(&workshop);
    let config = ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(which in any::<Index>(), manglings in manglings())| {
        let whole = which.get(&files);
        let mut bytes = whole.clone();
        for mangling in &manglings {
            mangling.apply(&mut bytes);
        }
        for error in read_all(&bytes) {
            prop_assert!(!quotes(&format!("{error} {error:?}"), whole), "an error quotes the file");
        }
    });
}
