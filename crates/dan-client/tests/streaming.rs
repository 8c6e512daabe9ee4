//! Datasets of any size, read while they arrive.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use dan_client::{Clock, Configuration, DanClient, Delivery, DirectHarvest, ErrorKind, async_trait};
use dan_sandbox::Sandbox;
use futures_util::TryStreamExt as _;

const SIZE: u64 = 3_000_000;

async fn start() -> (Sandbox, DanClient) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    (sandbox, client)
}

fn binary(client: &DanClient) -> DirectHarvest<'_> {
    client.direct_harvest("EksempelBinaer").subject("991825827").parameter("antallBytes", SIZE.to_string())
}

#[tokio::test]
async fn a_stream_gives_the_same_bytes_as_the_whole() {
    let (_sandbox, client) = start().await;
    let whole = binary(&client).bytes().await.unwrap();
    let parts: Vec<_> = binary(&client).stream().await.unwrap().try_collect().await.unwrap();
    assert!(parts.len() > 1);
    assert_eq!(parts.concat(), whole);
}

#[tokio::test]
async fn a_file_is_written_whole_and_never_over_another() {
    let (_sandbox, client) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.bin");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let callback = seen.clone();
    let stream = binary(&client).stream().await.unwrap();
    let stream = stream.on_progress(move |progress| callback.lock().unwrap().push(progress));
    assert_eq!(stream.save(&file).await.unwrap(), SIZE);
    assert_eq!(fs::metadata(&file).unwrap().len(), SIZE);
    let seen = seen.lock().unwrap().clone();
    assert!(seen.windows(2).all(|two| two[0].received < two[1].received));
    assert_eq!(seen.last().unwrap().received, SIZE);

    fs::write(&file, "mine").unwrap();
    let error = binary(&client).stream().await.unwrap().save(&file).await.unwrap_err();
    assert_eq!((error.kind(), fs::read_to_string(&file).unwrap().as_str()), (ErrorKind::File, "mine"));
    assert_eq!(binary(&client).stream().await.unwrap().replace(&file).await.unwrap(), SIZE);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_breaks_off_leaves_nothing_behind() {
    let (sandbox, client) = start().await;
    let folder = tempfile::tempdir().unwrap();
    sandbox.inject_fault(r#"{"path":"/v1/directharvest/*","fault":{"close":"midway"}}"#).unwrap();
    let error = match binary(&client).stream().await {
        Ok(stream) => stream.save(folder.path().join("data.bin")).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.kind(), ErrorKind::Network);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn what_cannot_be_written_is_told() {
    let (_sandbox, client) = start().await;
    let nowhere = binary(&client).stream().await.unwrap().save("/nowhere/data.bin").await.unwrap_err();
    // The service has answered, whatever became of the answer.
    assert_eq!((nowhere.kind(), nowhere.delivery()), (ErrorKind::File, Delivery::Answered));
    let mut small = [0_u8; 10];
    let mut writer = std::io::Cursor::new(&mut small[..]);
    let error = binary(&client).stream().await.unwrap().write_to(&mut writer).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::File, Delivery::Answered));
}

#[tokio::test]
async fn json_is_streamed_without_its_envelope() {
    let (_sandbox, client) = start().await;
    let mut written = Vec::new();
    let stream = client.direct_harvest("TildaMetadatav1").stream().await.unwrap();
    assert!(stream.signature().is_some() && stream.request_id().is_some());
    stream.write_to(&mut written).await.unwrap();
    let value: serde_json::Value = serde_json::from_slice(&written).unwrap();
    assert!(value.get("evidenceStatus").is_none() && value.is_object());
}

/// By which every step takes an hour.
#[derive(Default)]
struct RacingClock(Mutex<Duration>);

#[async_trait]
impl Clock for RacingClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn elapsed(&self) -> Duration {
        let mut elapsed = self.0.lock().unwrap();
        *elapsed += Duration::from_secs(3600);
        *elapsed
    }

    async fn sleep(&self, _: Duration) {}
}

#[tokio::test]
async fn what_precedes_a_stream_takes_of_its_time() {
    let sandbox = Sandbox::start().await.unwrap();
    let configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    let client = configuration.builder().unwrap().clock(Arc::new(RacingClock::default())).build().unwrap();
    let error = binary(&client).service_context("eBevis").stream().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(!sandbox.requests().iter().any(|request| request.path.contains("directharvest")));
}
