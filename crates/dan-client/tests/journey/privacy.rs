use std::sync::{Arc, Mutex};

use dan_client::DatasetRequest;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{PERSON, REQUESTOR, start};

/// Keeps what is written.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Nothing that is logged, printed or told in an error on the whole way holds a person's number, a key, a token or the link
/// to the consent; also not while a lost answer is looked for, by a reference that is a person's number itself.
#[tokio::test]
async fn nothing_personal_and_no_secret_is_shown() {
    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish()
        .set_default();
    let (sandbox, _clock, client) = start().await;
    let request = || {
        client
            .request_authorization(REQUESTOR, PERSON)
            .dataset(DatasetRequest::new("RestanserV2").request_consent())
            .consent_reference(format!("About {PERSON}"))
            .external_reference(PERSON)
    };
    let mut shown = format!("{:?}", request());
    let lost = r#"{"path":"/v1/authorization","method":"POST","fault":{"close":"after"}}"#;
    sandbox.inject_fault(lost).unwrap();
    let authorization = request().await.unwrap();
    let accreditation = authorization.handle();
    sandbox
        .inject_fault(r#"{"path":"/v1/authorization","method":"POST","fault":{"close":"before"}}"#)
        .unwrap();
    let unknown = request().deadline(std::time::Duration::from_secs(60)).await.unwrap_err();
    let pending = accreditation.wait_until_available().deadline(std::time::Duration::from_secs(60));
    let pending = pending.await.unwrap_err();
    accreditation.remind().await.unwrap();
    let outcomes = authorization.harvest_all().await.unwrap();
    let listed = client.accreditations().await.unwrap();
    let mut changes = client.accreditation_changes(dan_client::Watermark::default());
    let read = changes.poll().await.unwrap();
    changes.acknowledge(&read[0]);
    let stored = serde_json::to_string(changes.watermark()).unwrap();
    for text in [
        format!("{authorization:?} {accreditation:?} {outcomes:?} {listed:?} {read:?} {changes:?} {stored}"),
        format!("{unknown} {unknown:?} {pending} {pending:?}"),
        String::from_utf8(log.0.lock().unwrap().clone()).unwrap(),
    ] {
        shown.push_str(&text);
    }

    assert!(shown.contains("looking for its effect"), "the log is not seen");
    let consent_url = authorization.consent_url().unwrap();
    let keys = sandbox.subscription_keys();
    for secret in keys.values().map(String::as_str).chain([PERSON, "158670", "eyJ", consent_url]) {
        let at = shown.find(secret);
        assert!(at.is_none(), "shown: …{}", at.map_or("", |at| &shown[at.saturating_sub(200)..at]));
    }
}
