//! PKCS#12 in the old encryption and the new.

use dan_auth::{Bundle, Secret};

use crate::openssl::workshop;

#[cfg(not(feature = "pkcs12"))]
#[test]
fn without_the_feature_the_error_names_it() {
    use dan_auth::KeyProblem;

    let Some(files) = workshop() else { return };
    files.run("pkcs12 -export -in auth.pem -inkey auth.key -passout pass:test -out file.p12");
    let error = Bundle::from_bytes(&files.read("file.p12"), Some(&Secret::from("test"))).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::NotBuiltIn));
    assert!(error.to_string().contains("'pkcs12'"));
}

#[cfg(feature = "pkcs12")]
mod with_feature {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use dan_auth::{CertificateSelection, PrivateKey, Purpose};

    use super::*;
    use crate::openssl::Workshop;

    const MODERN: &str = "-keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256";
    const OLD: &str = "-legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg sha1";

    fn export(files: &Workshop, name: &str, options: &str, password: &str) {
        let password = format!("pass:{password}");
        let mut arguments: Vec<&str> =
            "pkcs12 -export -in auth.pem -inkey auth.key -certfile chain.pem".split(' ').collect();
        arguments.extend(options.split_whitespace());
        arguments.extend(["-passout", &password, "-out", name]);
        files.write("chain.pem", files.joined(&["root.pem", "issuing.pem"]));
        files.run_with(&arguments);
    }

    fn for_signing() -> CertificateSelection {
        CertificateSelection::for_purpose(Purpose::Signing)
    }

    #[test]
    fn every_encryption_is_read_with_every_kind_of_password() {
        let Some(files) = workshop() else { return };
        let expected = PrivateKey::from_pem(&files.read("auth.key")).unwrap().public_jwk("key").parameters;
        for options in [
            MODERN,
            "-keypbe AES-128-CBC -certpbe AES-256-CBC -macalg sha512 -iter 20000",
            OLD,
            "-legacy",
            "-legacy -keypbe PBE-SHA1-RC2-40 -certpbe PBE-SHA1-RC2-40",
            "-legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -descert",
            "-legacy -certpbe NONE",
            "-keypbe NONE -certpbe NONE -nomac",
        ] {
            for password in ["", "correct horse", "pæsswørdÅ"] {
                export(&files, "kinds.p12", options, password);
                let content = files.read("kinds.p12");
                let bundle = Bundle::from_bytes(&content, Some(&Secret::from(password)))
                    .unwrap_or_else(|error| panic!("{options} '{password}': {error}"));
                let identity = bundle.identity(&for_signing()).unwrap();
                assert_eq!(identity.private_key().public_jwk("key").parameters, expected);
                // Both authorities came along, and the root is told from the other.
                assert_eq!(identity.chain().issuers().len(), 2);
                if password.is_empty() {
                    Bundle::from_bytes(BASE64_STANDARD.encode(&content).as_bytes(), None).unwrap();
                }
            }
        }
    }

    #[test]
    fn each_unusable_file_is_called_by_what_it_is() {
        let Some(files) = workshop() else { return };
        let mut report = String::new();
        let mut told = |what: &str, bytes: &[u8], password: Option<&str>| {
            let password = password.map(Secret::from);
            let error = Bundle::from_bytes(bytes, password.as_ref()).unwrap_err();
            report.push_str(&format!("{what}: {:?}: {error}\n", error.key_problem().unwrap()));
        };
        export(&files, "modern.p12", MODERN, "test");
        export(&files, "old.p12", OLD, "test");
        export(&files, "without-mac.p12", "-nomac", "test");
        export(&files, "rc4.p12", "-legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-128", "test");
        let modern = files.read("modern.p12");
        told("wrong password", &modern, Some("tset"));
        told("wrong password, old", &files.read("old.p12"), Some("tset"));
        told("wrong password, no MAC", &files.read("without-mac.p12"), Some("tset"));
        told("no password", &modern, None);
        told("emoji", &modern, Some("\u{1f511}"));
        told("truncated", &modern[..modern.len() / 2], Some("test"));
        told("RC4", &files.read("rc4.p12"), Some("test"));
        told("BER", &[&[0x30, 0x80], &modern[4..], &[0, 0]].concat(), Some("test"));
        let mut damaged = modern.clone();
        damaged[30] ^= 0xFF;
        told("damaged", &damaged, Some("test"));
        files.run("pkcs12 -export -nokeys -in auth.pem -passout pass:test -out no-key.p12");
        let without_key = Bundle::from_bytes(&files.read("no-key.p12"), Some(&Secret::from("test"))).unwrap();
        let error = without_key.identity(&for_signing()).unwrap_err();
        report.push_str(&format!("no key: {:?}: {error}\n", error.key_problem().unwrap()));
        insta::assert_snapshot!(report);
    }

    /// OpenSSL puts one key into a file. Issuers put several, which here are taken from files of OpenSSL's.
    #[test]
    fn of_several_keys_in_one_file_the_right_one_is_taken() {
        let Some(files) = workshop() else { return };
        for encryption in ["", "-legacy"] {
            let mut safes = Vec::new();
            for name in ["seal", "crypt", "auth"] {
                files.run(&format!(
                    "pkcs12 -export -in {name}.pem -inkey {name}.key -name {name} {encryption} -nomac -passout pass:test \
                     -out part.p12"
                ));
                safes.extend_from_slice(safe_contents(&files.read("part.p12")));
            }
            let bundle = Bundle::from_bytes(&file_of(&safes), Some(&Secret::from("test"))).unwrap();
            assert_eq!((bundle.private_keys().len(), bundle.certificates().len()), (3, 3));
            let identity = bundle.identity(&for_signing()).unwrap();
            let expected = dan_auth::Certificate::from_bytes(&files.read("auth.pem")).unwrap();
            assert_eq!((identity.certificate(), identity.choice().passed_over.len()), (&expected, 2));
        }
    }

    /// Enterprises that run Java have files of its keytool.
    #[test]
    fn a_file_of_keytool_is_read() {
        let Some(files) = workshop() else { return };
        if std::process::Command::new("keytool").arg("-help").output().is_err() {
            return;
        }
        let store = files.path("keytool.p12");
        drop(std::fs::remove_file(&store));
        for name in ["seal", "auth"] {
            files.run(&format!(
                "pkcs12 -export -in {name}.pem -inkey {name}.key -name {name} -passout pass:testtest -out part-{name}.p12"
            ));
            let import = "-J-Dkeystore.pkcs12.legacy -importkeystore -noprompt -srcstoretype PKCS12 -deststoretype PKCS12 \
                          -srcstorepass testtest -deststorepass testtest -destkeypass testtest";
            let output = std::process::Command::new("keytool")
                .args(import.split_whitespace())
                .args(["-srcalias", name, "-destkeystore"])
                .arg(&store)
                .arg("-srckeystore")
                .arg(files.path(&format!("part-{name}.p12")))
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        let bundle = Bundle::from_bytes(&files.read("keytool.p12"), Some(&Secret::from("testtest"))).unwrap();
        assert_eq!(bundle.private_keys().len(), 2);
        bundle.identity(&for_signing()).unwrap();
    }

    /// `PFX { 3, ContentInfo { data, [0] { OCTET STRING { SEQUENCE { safes … } } } } }`: what the sequence holds.
    fn safe_contents(file: &[u8]) -> &[u8] {
        let pfx = content(file);
        let content_info = content(&pfx[3..]);
        content(content(content(&content_info[11..])))
    }

    fn file_of(safes: &[u8]) -> Vec<u8> {
        const DATA: [u8; 11] = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
        let octets = element(0x04, &element(0x30, safes));
        let content_info = element(0x30, &[&DATA[..], &element(0xA0, &octets)].concat());
        element(0x30, &[&[2, 1, 3][..], &content_info].concat())
    }

    fn content(element: &[u8]) -> &[u8] {
        match element[1] {
            short @ 0..=0x7F => &element[2..][..usize::from(short)],
            long => {
                let header = 2 + usize::from(long & 0x7F);
                let length =
                    element[2..header].iter().fold(0, |length, byte| length * 256 + usize::from(*byte));
                &element[header..][..length]
            }
        }
    }

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        match length {
            [0, short @ 0..=0x7F] => [&[tag, short][..], content].concat(),
            [0, byte] => [&[tag, 0x81, byte][..], content].concat(),
            _ => [&[tag, 0x82][..], &length, content].concat(),
        }
    }
}
