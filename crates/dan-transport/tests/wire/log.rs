//! What the log is told, and what it is not.

use std::io::Write;
use std::sync::{Arc, Mutex};

use dan_auth::Secret;
use dan_transport::{Operation, Transport};
use tracing::Instrument as _;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::server::{KEY, Part, Server, TOKEN, answer, harvest, key, quick};

const PERSON: &str = "15867010022";
const FORWARDED: &str = "of-the-source-0123456789";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// What is logged at every level, by every crate, while the future runs on this thread.
async fn logged(future: impl Future<Output = ()>) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    future.instrument(tracing::info_span!("test")).await;
    drop(guard);
    log.text()
}

async fn journey(transport: &Transport) {
    let person = format!(r#"{{"subject":"{PERSON}"}}"#);
    let forwarded = harvest().forward_access_token(&Secret::from(FORWARDED)).unwrap();
    let operations = [
        forwarded,
        Operation::post("/directharvest/{evidenceCode}", key(), person).path_value("FregPerson").repeatable(),
        Operation::get("/evidence/{accreditationId}/{evidenceCode}", key())
            .path_value("6f1c2a34-0000-4000-8000-15867abcdef0")
            .path_value("RestanserV2"),
        Operation::public_get("/ccr/{organizationNumber}/subunits").path_value("991825827"),
        harvest().query("person", PERSON),
    ];
    for operation in &operations {
        let _ = transport.send(operation).await.map(|answer| format!("{answer:?}"));
        let _ = transport.stream(operation).await.map(|answer| format!("{answer:?}"));
    }
    let debug = format!("{transport:?} {operations:?}");
    for secret in [TOKEN, KEY, FORWARDED, PERSON] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[tokio::test]
async fn no_secret_and_no_personal_number_is_logged_at_any_level() {
    let person = format!(
        r#"{{"code":3002,"description":"Bad","detailCode":"A-1","detailDescription":"no {PERSON}"}}"#
    );
    let location = format!("Location: https://example.no/{PERSON}?token={TOKEN}\r\n");
    let answers = vec![
        vec![Part::Bytes(answer("400 Bad Request", "", &person))],
        vec![Part::Bytes(answer("302 Found", &location, ""))],
        vec![Part::Bytes(Vec::new())],
        vec![Part::Bytes(answer("503 Service Unavailable", "Retry-After: 0\r\n", &person))],
        vec![Part::Bytes(answer("200 OK", "X-Signature-JWT: a.b.c\r\n", format!("{{\"number\":{PERSON}}}")))],
    ];
    let server = Server::start(answers).await;
    let transport = server.builder().retry_policy(quick()).build().unwrap();
    let log = logged(journey(&transport)).await;
    assert!(log.contains("the service answered") && log.contains("the service did not answer"), "{log}");
    assert!(log.contains("will be sent again"), "{log}");
    for secret in [TOKEN, KEY, FORWARDED, PERSON, "subject", "a.b.c", "6f1c2a34"] {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{secret}: {lines:#?}");
    }
}

#[tokio::test]
async fn a_call_and_its_attempts_are_told_in_the_words_of_opentelemetry() {
    let answers = vec![
        vec![Part::Bytes(Vec::new())],
        vec![Part::Bytes(answer("503 Service Unavailable", "", r#"{"code":1013,"invocationId":"7d0c"}"#))],
        vec![Part::Bytes(answer("200 OK", "", "[]"))],
    ];
    let server = Server::start(answers).await;
    let transport = server.builder().retry_policy(quick()).build().unwrap();
    let log = logged(async {
        transport.send(&harvest()).await.unwrap();
        let accreditation = Operation::get("/evidence/{accreditationId}", key()).path_value("7d0c");
        transport.send(&accreditation).await.unwrap();
    })
    .await;
    let own: Vec<&str> = log.lines().filter(|line| line.contains("dan_transport")).collect();
    insta::with_settings!({ filters => vec![
        (r"server\.port=\d+", "server.port=PORT"),
        (r"(elapsed_ms|pause_ms)=[0-9.]+", "$1=N"),
        (r"time\.(busy|idle)=\S+", "time.$1=N"),
    ], omit_expression => true }, { insta::assert_snapshot!(own.join("\n")) });
}
