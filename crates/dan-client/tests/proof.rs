//! Signatures, over the sandbox's answers and over what has become of them.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::error::Error as _;
use std::fs;
use std::time::SystemTime;

use dan_client::auth::CertificateChain;
use dan_client::{
    Archive, ArchiveRecord, Configuration, DanClient, Delivery, ErrorKind, Signature, SignatureError,
    SignatureKey,
};
use dan_sandbox::Sandbox;

async fn start() -> (Sandbox, DanClient, SignatureKey) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    let key = signing_key(&sandbox);
    (sandbox, client, key)
}

fn signing_key(sandbox: &Sandbox) -> SignatureKey {
    SignatureKey::from_pem(fs::read(sandbox.signing_key_file()).unwrap()).unwrap()
}

/// The key of an enterprise that has nothing to do with the service, and its certificate.
fn other_key(sandbox: &Sandbox) -> (SignatureKey, String) {
    let other = sandbox.issue_enterprise_certificate(&"974760673".parse().unwrap()).unwrap();
    (SignatureKey::from_pem(&other.chain_pem).unwrap(), other.chain_pem)
}

#[tokio::test]
async fn what_the_service_signs_is_proved_in_every_form() {
    let (sandbox, client, key) = start().await;
    let unit =
        || client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827");
    for harvest in [
        unit().enveloped().await.unwrap(),
        unit().unenveloped().await.unwrap(),
        unit().query("OrganizationName").unenveloped().await.unwrap(),
        client.open_data("UnitBasicInformation").identifier("991825827").await.unwrap(),
    ] {
        assert_eq!(harvest.verify(&key), Ok(()));
        let signature = Signature::parse(harvest.signature().unwrap()).unwrap();
        assert!(signature.fits(harvest.bytes()) && !signature.fits(b"{}"));
        assert_eq!(signature.verify(b"{}", &key), Err(SignatureError::Tampered));
        assert_eq!(harvest.verify(&other_key(&sandbox).0), Err(SignatureError::OtherKey));
    }
}

#[tokio::test]
async fn bytes_are_never_signed() {
    let (_sandbox, client, key) = start().await;
    let binary = client.direct_harvest("EksempelBinaer").subject("991825827");
    assert_eq!(binary.clone().enveloped().await.unwrap().verify(&key), Err(SignatureError::Unsigned));

    let required = binary.clone().require_signature(key.clone());
    let error = required.clone().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer);
    assert_eq!(error.source().unwrap().downcast_ref(), Some(&SignatureError::Unsigned));
    assert!(error.request_id().is_some());
    assert_eq!(required.clone().stream().await.unwrap_err().kind(), ErrorKind::UnexpectedAnswer);
    assert_eq!(required.accept_unsigned().bytes().await.unwrap().len(), 256);
}

#[tokio::test]
async fn a_client_can_insist_on_signatures() {
    let (sandbox, _, key) = start().await;
    let (other, _) = other_key(&sandbox);
    let strict = |key: SignatureKey| {
        let configuration = Configuration::from_variables(sandbox.variables()).unwrap();
        configuration.builder().unwrap().require_signature(key).build().unwrap()
    };
    let client = strict(key.clone());
    client.direct_harvest("TildaMetadatav1").await.unwrap();
    client.direct_harvest("TildaMetadatav1").stream().await.unwrap().write_to(&mut Vec::new()).await.unwrap();

    let client = strict(other);
    let harvest = client.direct_harvest("TildaMetadatav1");
    let error = harvest.clone().await.unwrap_err();
    assert_eq!(error.source().unwrap().downcast_ref(), Some(&SignatureError::OtherKey));
    let stream = harvest.clone().accept_unsigned().stream().await.unwrap();
    let error = stream.write_to(&mut Vec::new()).await.unwrap_err();
    assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
    assert!(error.request_id().is_some());
    assert_eq!(error.source().unwrap().downcast_ref(), Some(&SignatureError::OtherKey));
    // Whoever takes unsigned answers takes no falsely signed ones.
    let error = harvest.clone().accept_unsigned().await.unwrap_err();
    assert_eq!(error.source().unwrap().downcast_ref(), Some(&SignatureError::OtherKey));
    // A call's own word goes before the client's.
    harvest.require_signature(key.clone()).await.unwrap();
    let open = client.open_data("UnitBasicInformation").identifier("991825827");
    let error = open.clone().await.unwrap_err();
    assert_eq!(error.source().unwrap().downcast_ref(), Some(&SignatureError::OtherKey));
    open.require_signature(key).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_was_changed_on_the_way_is_refused() {
    let (sandbox, client, key) = start().await;
    let genuine = client.direct_harvest("TildaMetadatav1").enveloped().await.unwrap();
    let fault = serde_json::json!({ "path": "/v1/directharvest/*", "fault": { "status": 200, "body": "{}", "headers": {
        "content-type": "application/json", "x-signature-jwt": genuine.signature().unwrap() } } });
    sandbox.inject_fault(&fault.to_string()).unwrap();
    sandbox.inject_fault(&fault.to_string()).unwrap();
    let harvest = client.direct_harvest("TildaMetadatav1").require_signature(key);
    let error = harvest.clone().json().await.unwrap_err();
    assert_eq!(error.source().unwrap().downcast_ref(), Some(&SignatureError::Tampered));
    let error = harvest.stream().await.unwrap().write_to(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.source().unwrap().downcast_ref(), Some(&SignatureError::Tampered));
}

#[tokio::test]
async fn keys_come_as_keys_and_certificates_and_several_at_once() {
    let (sandbox, client, _) = start().await;
    let harvest = client.direct_harvest("TildaMetadatav1").enveloped().await.unwrap();
    let (_, other) = other_key(&sandbox);
    let own = fs::read_to_string(sandbox.signing_key_file()).unwrap();
    let both = SignatureKey::from_pem(format!("Before the renewal:\n{other}After it:\n{own}")).unwrap();
    assert_eq!(harvest.verify(&both), Ok(()));

    let chain = CertificateChain::from_pem(other.as_bytes()).unwrap();
    let of_certificate = SignatureKey::from_certificate(chain.certificate()).unwrap();
    assert_eq!(harvest.verify(&of_certificate), Err(SignatureError::OtherKey));

    let issued = sandbox.issue_enterprise_certificate(&"974760673".parse().unwrap()).unwrap();
    let damaged = own.replacen("MII", "MIX", 1);
    let refused = ["", "-----BEGIN", &damaged, &issued.private_key_pem];
    let told: Vec<String> =
        refused.iter().map(|pem| SignatureKey::from_pem(pem).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_no_signature_is_told_as_such() {
    // Headers that name no algorithm, a secret for a key, and something that must be understood.
    let none = "eyJhbGciOiJub25lIn0.eyJTSEEyNTZQYXlsb2FkRGlnZXN0IjoiYWEifQ.";
    let secret = "eyJhbGciOiJIUzI1NiJ9.eyJTSEEyNTZQYXlsb2FkRGlnZXN0IjoiYWEifQ.c2ln";
    let critical = "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsiZXhwIl19.eyJTSEEyNTZQYXlsb2FkRGlnZXN0IjoiYWEifQ.c2ln";
    let without_digest = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";
    for jws in ["", "a.b.c", "a.b", none, secret, critical, without_digest] {
        assert_eq!(Signature::parse(jws).unwrap_err(), SignatureError::Malformed, "{jws}");
    }
}

#[tokio::test]
async fn a_record_is_read_and_proved_later() {
    let (_sandbox, client, key) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::new(folder.path().join("new"));
    let unit = client.direct_harvest("UnitBasicInformation").service_context("eBevis").subject("991825827");
    let harvest = unit.unenveloped().await.unwrap();
    let stored = archive.store(&harvest).unwrap();

    let record = ArchiveRecord::read(stored.path()).unwrap();
    assert_eq!((record.body(), record.signature()), (harvest.bytes(), harvest.signature()));
    assert_eq!(record.dataset(), "UnitBasicInformation");
    assert_eq!(record.request().path, "/directharvest/UnitBasicInformation");
    assert_eq!(record.header("X-InvocationId"), harvest.request_id());
    assert_eq!((record.verify(&key), record.is_intact()), (Ok(()), true));
    assert_eq!((record.status(), record.is_enveloped()), (200, false));

    // It is the same through any of its files, and nothing is written over.
    let through_file = ArchiveRecord::read(stored.path().join("body.json")).unwrap();
    assert_eq!(through_file.body(), record.body());
    assert_eq!(archive.store(&harvest).unwrap_err().kind(), ErrorKind::File);
    assert_eq!(archive.records().unwrap().len(), 1);

    fs::write(stored.path().join("body.json"), "{}").unwrap();
    let changed = ArchiveRecord::read(stored.path()).unwrap();
    assert_eq!((changed.verify(&key), changed.is_intact()), (Err(SignatureError::Tampered), false));
}

#[tokio::test]
async fn records_come_in_the_order_of_their_names_which_begin_with_the_time() {
    let (_sandbox, client, _) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::new(folder.path());
    let before = SystemTime::now();
    let harvest = client.direct_harvest("TildaMetadatav1").enveloped().await.unwrap();
    let first = archive.store(&harvest).unwrap();
    assert!(first.received() >= before && first.received() <= SystemTime::now());
    let name = first.path().file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("20") && name.contains("Z-TildaMetadatav1-"), "{name}");
    for earlier in ["19990101T000000000Z-A-3", "19990101T000000000Z-A-1", "19990101T000000000Z-A-2"] {
        let copy = folder.path().join(earlier);
        fs::create_dir(&copy).unwrap();
        for file in ["record.json", "body.json"] {
            fs::copy(first.path().join(file), copy.join(file)).unwrap();
        }
    }
    let records = archive.records().unwrap();
    let ends: Vec<_> = records.iter().map(|record| record.path().to_str().unwrap().chars().last()).collect();
    assert_eq!(ends[..3], [Some('1'), Some('2'), Some('3')]);
    assert_eq!(records[3].path(), first.path());
}

#[tokio::test]
async fn unsigned_records_are_told_from_tampered_ones() {
    let (_sandbox, client, key) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::new(folder.path());
    let harvest = client.direct_harvest("EksempelBinaer").subject("991825827").enveloped().await.unwrap();
    let record = archive.store(&harvest).unwrap();
    assert_eq!((record.verify(&key), record.is_intact()), (Err(SignatureError::Unsigned), true));
}

#[tokio::test]
async fn a_record_holds_no_secret_and_no_persons_number_but_in_the_bytes() {
    let (sandbox, client, _) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::new(folder.path());
    let person = client.direct_harvest("FregPerson").subject("15867010022").reuse_token();
    let record = archive.store(&person.enveloped().await.unwrap()).unwrap();

    let description = fs::read_to_string(record.path().join("record.json")).unwrap();
    for secret in sandbox.subscription_keys().values().map(String::as_str).chain(["15867010022", "Bearer"]) {
        assert!(!description.contains(secret), "{description}");
    }
    assert!(record.request().body_withheld);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(record.path()), mode(&record.path().join("body.json"))), (0o700, 0o600));
    }
}

#[tokio::test]
async fn a_record_holds_no_cookie() {
    let (sandbox, client, _) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let fault = serde_json::json!({ "path": "/v1/directharvest/*", "fault": { "status": 200, "body": {}, "headers": {
        "content-type": "application/json", "x-kept": "yes", "set-cookie": "session=of-the-gateway" } } });
    sandbox.inject_fault(&fault.to_string()).unwrap();
    let harvest = client.direct_harvest("TildaMetadatav1").unenveloped().await.unwrap();
    let record = Archive::new(folder.path()).store(&harvest).unwrap();
    assert_eq!((record.header("X-Kept"), record.header("Set-Cookie")), (Some("yes"), None));
}

#[tokio::test]
async fn a_record_that_cannot_be_written_leaves_nothing() {
    let (_sandbox, client, _) = start().await;
    let harvest = client.direct_harvest("TildaMetadatav1").enveloped().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let error = Archive::new(&in_the_way).store(&harvest).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert_eq!(ArchiveRecord::read(folder.path()).unwrap_err().kind(), ErrorKind::File);

    // What a killed process left behind is no record.
    fs::create_dir(folder.path().join(".partial-1")).unwrap();
    fs::write(folder.path().join(".partial-1/record.json"), "{").unwrap();
    assert!(Archive::new(folder.path()).records().unwrap().is_empty());
}
