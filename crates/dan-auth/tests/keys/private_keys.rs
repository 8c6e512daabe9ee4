//! Unencrypted keys in every form, and what is said of files that are none.

use dan_auth::{AuthErrorKind, KeyProblem, KeyType, PrivateKey};

use crate::openssl::{quotes, workshop};

#[test]
fn every_form_of_an_rsa_key_is_the_same_key() {
    let Some(files) = workshop() else { return };
    files.run("rsa -in auth.key -traditional -out rsa-pkcs1.pem");
    files.run("rsa -in auth.key -traditional -outform DER -out rsa-pkcs1.der");
    files.run("pkcs8 -topk8 -nocrypt -in auth.key -out rsa-pkcs8.pem");
    files.run("pkcs8 -topk8 -nocrypt -in auth.key -outform DER -out rsa-pkcs8.der");
    let expected = PrivateKey::from_pem(&files.read("auth.key")).unwrap();
    assert_eq!(expected.key_type(), KeyType::Rsa { bits: 2048 });
    for name in ["rsa-pkcs1.pem", "rsa-pkcs1.der", "rsa-pkcs8.pem", "rsa-pkcs8.der"] {
        let key = PrivateKey::from_bytes(&files.read(name), None).unwrap();
        assert_eq!(key.public_jwk("key").parameters, expected.public_jwk("key").parameters, "{name}");
    }
    // The label was changed by hand.
    let renamed =
        String::from_utf8(files.read("auth.key")).unwrap().replace("PRIVATE KEY", "RSA PRIVATE KEY");
    PrivateKey::from_pem(renamed.as_bytes()).unwrap();
    assert_eq!(
        format!("{expected:?}"),
        "PrivateKey { key_type: RSA 2048, key_id: None, key: [redacted], .. }"
    );
}

#[test]
fn every_form_of_an_elliptic_curve_key_is_the_same_key() {
    let Some(files) = workshop() else { return };
    for (curve, key_type) in
        [("prime256v1", KeyType::P256), ("secp384r1", KeyType::P384), ("secp521r1", KeyType::P521)]
    {
        files.run(&format!("ecparam -name {curve} -genkey -noout -out {curve}.pem"));
        files.run(&format!("ec -in {curve}.pem -outform DER -out {curve}.der"));
        files.run(&format!("pkcs8 -topk8 -nocrypt -in {curve}.pem -out {curve}-pkcs8.pem"));
        files.run(&format!("pkcs8 -topk8 -nocrypt -in {curve}.pem -outform DER -out {curve}-pkcs8.der"));
        // The parameters of the curve may stand in a block of their own.
        files.run(&format!("ecparam -name {curve} -out {curve}-parameters.pem"));
        let with_parameters = files.joined(&[&format!("{curve}-parameters.pem"), &format!("{curve}.pem")]);
        let expected = PrivateKey::from_pem(&with_parameters).unwrap();
        assert_eq!(expected.key_type(), key_type);
        for form in [".der", "-pkcs8.pem", "-pkcs8.der"] {
            let key = PrivateKey::from_bytes(&files.read(&format!("{curve}{form}")), None).unwrap();
            assert_eq!(key.public_jwk("key").parameters, expected.public_jwk("key").parameters, "{form}");
        }
    }
}

#[test]
fn each_unusable_file_is_called_by_what_it_is() {
    let Some(files) = workshop() else { return };
    files.run("genrsa -out short.pem 1024");
    files.run("ecparam -name secp256k1 -genkey -noout -out bitcoin.pem");
    files.run("genpkey -algorithm ed25519 -out ed25519.pem");
    files.run("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out rsa-pss.pem");
    files.run("rsa -in auth.key -traditional -aes128 -passout pass:test -out legacy.pem");
    files.run("rsa -in auth.key -pubout -out public.pem");
    files.run("rsa -in auth.key -RSAPublicKey_out -out public-pkcs1.pem");
    files.run("rsa -in auth.key -pubout -outform DER -out public.der");
    files.run("x509 -in auth.pem -outform DER -out certificate.der");
    files.run("x509 -in auth.pem -trustout -out trusted.pem");
    files.run("crl2pkcs7 -nocrl -certfile auth.pem -out pkcs7.pem");
    files.run("crl2pkcs7 -nocrl -certfile auth.pem -outform DER -out pkcs7.p7b");
    files.run("pkcs8 -topk8 -nocrypt -in auth.key -outform DER -out whole.der");
    let (key, der) = (files.read("auth.key"), files.read("whole.der"));
    files.write("truncated.pem", &key[..key.len() / 2]);
    files.write("truncated.der", &der[..der.len() / 2]);
    files.write("altered.pem", String::from_utf8(key.clone()).unwrap().replacen('M', "*", 4));
    files.write("text.pem", "not a key");
    files.write("empty.pem", "");
    files.write("java.jks", [0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2]);
    files.write(
        "openssh.pem",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n",
    );
    files.write("several.pem", files.joined(&["auth.key", "ec.key"]));

    let mut report = String::new();
    for name in [
        "short.pem",
        "bitcoin.pem",
        "ed25519.pem",
        "rsa-pss.pem",
        "legacy.pem",
        "public.pem",
        "public-pkcs1.pem",
        "public.der",
        "auth.pem",
        "certificate.der",
        "trusted.pem",
        "pkcs7.pem",
        "pkcs7.p7b",
        "auth.csr",
        "truncated.pem",
        "truncated.der",
        "altered.pem",
        "text.pem",
        "empty.pem",
        "java.jks",
        "openssh.pem",
        "several.pem",
    ] {
        let content = files.read(name);
        let error = PrivateKey::from_bytes(&content, None).unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Key);
        assert!(!quotes(&format!("{error} {error:?}"), &content), "{name}");
        report.push_str(&format!("{name}: {:?}: {error}\n", error.key_problem().unwrap()));
    }
    insta::assert_snapshot!(report);
}

/// One bit of the private half is not what it was: the form is right, and every signature would be wrong.
#[test]
fn a_key_that_cannot_sign_fails_when_it_is_loaded() {
    let Some(files) = workshop() else { return };
    files.run("rsa -in auth.key -traditional -outform DER -out whole-pkcs1.der");
    let mut der = files.read("whole-pkcs1.der");
    let last = der.len() - 1;
    der[last] ^= 2;
    let error = PrivateKey::from_bytes(&der, None).unwrap_err();
    assert_eq!(error.key_problem(), Some(KeyProblem::Damaged));
}
