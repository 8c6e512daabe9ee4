//! What the log is told, and what it is not. Apart from other tests, since one log is there for the whole process.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

#[path = "../wire/server.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod server;

use std::io::Write;
use std::sync::{LazyLock, Mutex};

use dan_auth::Secret;
use dan_transport::{ApiVersion, Operation, ServiceUrl, Transport};
use tracing_subscriber::fmt::format::FmtSpan;

use crate::server::{KEY, Part, Server, TOKEN, answer, harvest, key, quick};

const PERSON: &str = "15867010022";
const FORWARDED: &str = "of-the-source-0123456789";

/// What is logged at every level, by every crate and thread.
static LOG: LazyLock<tokio::sync::Mutex<()>> = LazyLock::new(|| {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_writer(|| Writer)
        .init();
    tokio::sync::Mutex::default()
});

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        WRITTEN.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is logged while the future runs, and no other test.
async fn logged(future: impl Future<Output = ()>) -> String {
    let _alone = LOG.lock().await;
    WRITTEN.lock().unwrap().clear();
    future.await;
    String::from_utf8(WRITTEN.lock().unwrap().clone()).unwrap()
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
    let own: Vec<&str> = log.lines().filter(|line| line.contains("dan_transport::")).collect();
    insta::with_settings!({ filters => vec![
        (r"server\.port=\d+", "server.port=PORT"),
        (r"(elapsed_ms|pause_ms)=[0-9.]+", "$1=N"),
        (r"time\.(busy|idle)=\S+", "time.$1=N"),
    ], omit_expression => true }, { insta::assert_snapshot!(own.join("\n")) });
}

#[tokio::test]
async fn an_attempt_that_gets_no_token_is_told_too() {
    let service = ServiceUrl::custom("https://dan.example.no", ApiVersion::V1).unwrap();
    let transport = Transport::builder(service).build().unwrap();
    let log = logged(async { drop(transport.send(&harvest()).await.unwrap_err()) }).await;
    let event = log.lines().find(|line| line.contains("the request did not reach the service")).unwrap();
    assert!(event.contains("error.type=\"configuration\""), "{event}");
    let attempt = log.lines().find(|line| line.contains("attempt{") && line.contains("close")).unwrap();
    assert!(attempt.contains("error.type=\"configuration\""), "{attempt}");
}
