//! Encrypted PKCS#8.

use dan_auth::{KeyProblem, PrivateKey, Secret};

use crate::openssl::workshop;

#[cfg(feature = "encrypted-keys")]
#[test]
fn every_encryption_that_openssl_writes_is_read() {
    let Some(files) = workshop() else { return };
    let expected = PrivateKey::from_pem(&files.read("auth.key")).unwrap().public_jwk("key").parameters;
    for (name, options) in [
        ("aes256", "-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 100000"),
        ("aes128", "-v2 aes-128-cbc -v2prf hmacWithSHA512"),
        ("aes256-sha1", "-v2 aes-256-cbc -v2prf hmacWithSHA1"),
        ("des3", "-v2 des3"),
        ("scrypt", "-scrypt -v2 aes-256-cbc"),
        #[cfg(feature = "pkcs12")]
        ("older-3des", "-v1 PBE-SHA1-3DES"),
        #[cfg(feature = "pkcs12")]
        ("older-rc2", "-v1 PBE-SHA1-RC2-40 -provider default -provider legacy"),
    ] {
        files.run(&format!("pkcs8 -topk8 -in auth.key {options} -passout pass:pæsswørd -out {name}.enc"));
        files.run(&format!(
            "pkcs8 -topk8 -in auth.key {options} -passout pass:pæsswørd -outform DER -out {name}.enc.der"
        ));
        for file in [format!("{name}.enc"), format!("{name}.enc.der")] {
            let key = PrivateKey::from_bytes(&files.read(&file), Some(&Secret::from("pæsswørd")))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(key.public_jwk("key").parameters, expected, "{file}");
            let error =
                PrivateKey::from_bytes(&files.read(&file), Some(&Secret::from("another"))).unwrap_err();
            assert_eq!(error.key_problem(), Some(KeyProblem::WrongPassword), "{file}: {error}");
            let error = PrivateKey::from_bytes(&files.read(&file), None).unwrap_err();
            assert_eq!(error.key_problem(), Some(KeyProblem::PasswordMissing), "{file}: {error}");
        }
    }
}

#[cfg(feature = "encrypted-keys")]
#[test]
fn an_obsolete_encryption_is_refused_with_a_way_out() {
    let Some(files) = workshop() else { return };
    files.run(
        "pkcs8 -topk8 -in auth.key -v1 PBE-MD5-DES -provider default -provider legacy -passout pass:test -out md5.enc",
    );
    let error = PrivateKey::from_bytes(&files.read("md5.enc"), Some(&Secret::from("test"))).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::UnsupportedAlgorithm));
    insta::assert_snapshot!(error);
    // The way out works.
    files.run(
        "pkcs8 -topk8 -v2 aes-256-cbc -provider default -provider legacy -in md5.enc -out anew.enc -passin pass:test \
         -passout pass:test",
    );
    PrivateKey::from_bytes(&files.read("anew.enc"), Some(&Secret::from("test"))).unwrap();
}

/// The ways that PKCS#12 brought come with its feature.
#[cfg(all(feature = "encrypted-keys", not(feature = "pkcs12")))]
#[test]
fn without_pkcs12_the_error_names_it() {
    let Some(files) = workshop() else { return };
    files.run("pkcs8 -topk8 -in auth.key -v1 PBE-SHA1-3DES -passout pass:test -out older.enc");
    let error = PrivateKey::from_bytes(&files.read("older.enc"), Some(&Secret::from("test"))).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::NotBuiltIn));
    assert!(error.to_string().contains("'pkcs12'"), "{error}");
}

#[cfg(not(feature = "encrypted-keys"))]
#[test]
fn without_the_feature_the_error_names_it() {
    let Some(files) = workshop() else { return };
    files.run("pkcs8 -topk8 -in auth.key -passout pass:test -out encrypted.pem");
    let error =
        PrivateKey::from_bytes(&files.read("encrypted.pem"), Some(&Secret::from("test"))).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::NotBuiltIn));
    assert!(error.to_string().contains("encrypted-keys"));
}
