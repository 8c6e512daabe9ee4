//! Keys that are replaced while the client runs.

use std::path::Path;
use std::sync::Arc;

use dan_auth::{
    AccessTokenProvider, CertificateSelection, ClientCredential, CredentialSource, KeySource,
    MaskinportenClient, PrivateKey, Purpose, RefusalCause, ReloadingCredential,
};
use dan_sandbox::Sandbox;
use serde_json::json;

use crate::support::{for_sandbox, register_keys, token_requests};

/// A new private key as a JWK with this key id, written to the file, and its public half.
fn write_key(path: &Path, key_id: &str) -> serde_json::Value {
    let (jwk, public) = new_jwk(key_id);
    std::fs::write(path, jwk).unwrap();
    public
}

fn new_jwk(key_id: &str) -> (String, serde_json::Value) {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let public = PrivateKey::from_pem(pair.serialize_pem().as_bytes()).unwrap().public_jwk(key_id);
    let info = pkcs8::PrivateKeyInfoRef::try_from(pair.serialized_der()).unwrap();
    let key = pkcs1::RsaPrivateKeyRef::try_from(info.private_key.as_bytes()).unwrap();
    let number = |number: pkcs1::der::asn1::UintRef<'_>| {
        use base64::Engine as _;
        base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(number.as_bytes())
    };
    let private = json!({
        "kty": "RSA", "kid": key_id, "n": number(key.modulus), "e": number(key.public_exponent),
        "d": number(key.private_exponent), "p": number(key.prime1), "q": number(key.prime2),
        "dp": number(key.exponent1), "dq": number(key.exponent2), "qi": number(key.coefficient),
    });
    (private.to_string(), serde_json::to_value(public).unwrap())
}

struct Rotating {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    client: MaskinportenClient,
}

impl Rotating {
    /// A client with the key `old` in a file.
    async fn start() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.jwk");
        register_keys(&sandbox, "client", json!({ "keys": [write_key(&file, "old")] }));
        let credential = ReloadingCredential::registered_jwk(KeySource::path(&file)).unwrap();
        let client = for_sandbox(&sandbox, MaskinportenClient::with_credential_source("client", credential))
            .build()
            .unwrap();
        Self { sandbox, folder, client }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("key.jwk")
    }

    /// Another token, whatever is kept.
    async fn another_token(&self) -> Result<(), dan_auth::AuthError> {
        let token = self.client.access_token().await?;
        self.client.invalidate(&token).await;
        self.client.access_token().await.map(drop)
    }
}

#[tokio::test]
async fn a_new_key_with_another_key_id_is_used_from_the_next_grant_on() {
    let rotating = Rotating::start().await;
    rotating.another_token().await.unwrap();
    let new = write_key(&rotating.file(), "new");
    register_keys(&rotating.sandbox, "client", json!({ "keys": [new] }));
    let before = token_requests(&rotating.sandbox);
    rotating.another_token().await.unwrap();
    assert_eq!(token_requests(&rotating.sandbox) - before, 1, "the old key was not tried");
}

#[tokio::test]
async fn the_old_key_goes_on_while_the_file_is_half_written() {
    let rotating = Rotating::start().await;
    let whole = std::fs::read(rotating.file()).unwrap();
    std::fs::write(rotating.file(), &whole[..whole.len() / 2]).unwrap();
    rotating.another_token().await.unwrap();
    std::fs::remove_file(rotating.file()).unwrap();
    rotating.another_token().await.unwrap();
}

/// A key that is replaced after it was read, and before the token server has judged it.
struct Overtaken {
    sandbox: Arc<Sandbox>,
    before: ClientCredential,
    after: ClientCredential,
}

#[dan_auth::async_trait]
impl CredentialSource for Overtaken {
    async fn credential(&self) -> Result<ClientCredential, dan_auth::AuthError> {
        let judged = token_requests(&self.sandbox) > 0;
        Ok(if judged { &self.after } else { &self.before }.clone())
    }
}

#[tokio::test]
async fn a_refused_key_is_read_again_and_tried_once_when_it_has_changed() {
    let ((old, _), (new, public)) = (new_jwk("old"), new_jwk("new"));
    let credential =
        |jwk: &str| ClientCredential::registered_jwk(PrivateKey::from_jwk(jwk).unwrap()).unwrap();
    let (old, new) = (credential(&old), credential(&new));
    for (after, requests, refused) in [(&new, 2, None), (&old, 1, Some(RefusalCause::KeyUnknown))] {
        let sandbox = Arc::new(Sandbox::start().await.unwrap());
        register_keys(&sandbox, "client", json!({ "keys": [public] }));
        let source = Overtaken { sandbox: Arc::clone(&sandbox), before: old.clone(), after: after.clone() };
        let client = MaskinportenClient::with_credential_source("client", source);
        let result = for_sandbox(&sandbox, client).build().unwrap().access_token().await;
        let cause = result.err().and_then(|error| Some(error.refusal()?.cause));
        assert_eq!((token_requests(&sandbox), cause), (requests, refused));
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let sandbox = Sandbox::start().await.unwrap();
    register_keys(&sandbox, "client", json!(null));
    let folder = tempfile::tempdir().unwrap();
    let places = ["key.pem", "chain.pem"].map(|name| folder.path().join(name));
    let issue = || {
        let issued = sandbox.issue_enterprise_certificate(&sandbox.organisation().parse().unwrap()).unwrap();
        std::fs::write(&places[0], issued.private_key_pem).unwrap();
        std::fs::write(&places[1], issued.chain_pem).unwrap();
    };
    issue();
    let sources = places.each_ref().map(KeySource::path);
    let selection = CertificateSelection::for_purpose(Purpose::Signing);
    let credential = ReloadingCredential::enterprise_certificate(sources, selection).unwrap();
    let first = credential.credential().await.unwrap();
    let client =
        for_sandbox(&sandbox, MaskinportenClient::with_credential_source("client", credential.clone()))
            .build()
            .unwrap();
    let token = client.access_token().await.unwrap();
    issue();
    client.invalidate(&token).await;
    client.access_token().await.unwrap();
    let second = credential.credential().await.unwrap();
    assert_ne!(first.certificate().unwrap().serial_number(), second.certificate().unwrap().serial_number());
}
