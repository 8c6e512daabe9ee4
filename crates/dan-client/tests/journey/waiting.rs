use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dan_client::model::{LegalBasisKind, Retry, StatusCode};
use dan_client::{Clock, Configuration, DatasetRequest, ErrorKind, SignatureKey, WaitProgress, async_trait};
use dan_sandbox::{ConsentDecision, RecordedRequest, Sandbox};
use futures_util::StreamExt;
use serde_json::json;

use super::clock::SteppedClock;
use super::tokens::TokensOfJumpingTime;
use super::{REQUESTOR, SUBJECT, at_once, authorization, client, client_of_several, keep_step, start};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn lists(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.path == "/v1/accreditations").count()
}

/// The harvests that were not refused for a token that had expired.
fn harvests(sandbox: &Sandbox) -> usize {
    let is_harvest = |request: &RecordedRequest| {
        let path = &request.path;
        path.starts_with("/v1/evidence/") && path.matches('/').count() == 4 && request.answer.status != 401
    };
    sandbox.requests().iter().filter(|request| is_harvest(request)).count()
}

/// Decides once so much time has passed.
fn decide_after(
    sandbox: &Arc<Sandbox>,
    clock: &super::clock::TestClock,
    after: Duration,
    id: &str,
    decision: ConsentDecision,
    receipt: bool,
) {
    let (sandbox, id, mut is_open) = (Arc::clone(sandbox), id.to_owned(), true);
    clock.when_asleep(move |elapsed| {
        if is_open && elapsed >= after {
            sandbox.decide_consent(&id, decision, receipt).unwrap();
            is_open = false;
        }
    });
}

#[tokio::test]
async fn a_consent_is_noticed_soon_and_with_few_calls() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let accreditation = authorization(&client).await.into_handle();
    decide_after(&sandbox, &clock, 40 * MINUTE, accreditation.id(), ConsentDecision::Grant, true);
    let available = accreditation.wait_until_available().await.unwrap();
    assert_eq!(available.datasets(), ["UnitBasicInformation", "RestanserV2"]);
    assert_eq!(available.status_of("restanserv2").unwrap().status.code, StatusCode::Available);
    assert!(available.harvested("RestanserV2").is_none());
    assert!(clock.elapsed() < 45 * MINUTE, "{:?}", clock.elapsed());
    assert!(lists(&sandbox) < 60, "{}", lists(&sandbox));
    assert_eq!(harvests(&sandbox), 0);
    let statuses = sandbox.requests().iter().filter(|request| request.path.contains("/evidence/")).count();
    assert!(statuses <= 3, "the list tells when to look: {statuses}");
}

#[tokio::test]
async fn a_lost_receipt_is_found_out_by_a_harvest() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let authorization = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .dataset(DatasetRequest::new("MvaMeldingsOpplysning").request_consent().legal_basis_id("1"))
        .legal_basis("1", LegalBasisKind::Cpv, "45000000-7")
        .consent_reference("Tender 2026/17")
        .await
        .unwrap();
    let accreditation = authorization.handle();
    decide_after(&sandbox, &clock, 30 * MINUTE, accreditation.id(), ConsentDecision::Grant, false);
    let available = accreditation.wait_until_available().await.unwrap();
    assert!(clock.elapsed() >= HOUR && clock.elapsed() < HOUR + 15 * MINUTE, "{:?}", clock.elapsed());
    assert_eq!(available.status_of("RestanserV2").unwrap().status.code, StatusCode::PendingConsent);
    assert_eq!(available.datasets(), ["RestanserV2", "MvaMeldingsOpplysning"]);
    assert!(available.harvested("RestanserV2").unwrap().evidence().is_ok());
    assert_eq!(harvests(&sandbox), 2);
}

#[tokio::test]
async fn a_lost_receipt_is_found_out_also_when_the_harvest_fails_at_first() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let accreditation = authorization(&client).await.into_handle();
    decide_after(&sandbox, &clock, 30 * MINUTE, accreditation.id(), ConsentDecision::Grant, false);
    harvest_fails(&sandbox, accreditation.id(), 3);
    accreditation.wait_until_available().await.unwrap();
    assert!(clock.elapsed() >= HOUR && clock.elapsed() < HOUR + 15 * MINUTE, "{:?}", clock.elapsed());
}

#[tokio::test]
async fn a_harvest_that_never_succeeds_is_tried_less_and_less() {
    let (sandbox, clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    harvest_fails(&sandbox, accreditation.id(), 1000);
    let error = accreditation.wait_until_available().deadline(72 * HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentPending);
    assert_eq!(clock.elapsed(), 72 * HOUR);
    assert!((10..20).contains(&harvests(&sandbox)), "{}", harvests(&sandbox));
}

/// Lets the next harvests fail in passing.
fn harvest_fails(sandbox: &Sandbox, id: &str, times: u32) {
    let down = json!({ "status": 503, "body": { "statusCode": 503, "message": "Down" } });
    let fault = json!({ "path": format!("/v1/evidence/{id}/*"), "times": times, "fault": down });
    sandbox.inject_fault(&fault.to_string()).unwrap();
}

#[tokio::test]
async fn a_wait_ends_when_it_is_of_no_use() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let accreditation = authorization(&client).await.into_handle();
    decide_after(&sandbox, &clock, MINUTE, accreditation.id(), ConsentDecision::Deny, true);
    let error = accreditation.wait_until_available().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentDenied);
    assert!(error.to_string().starts_with("RestanserV2: "), "{error}");
    assert!(clock.elapsed() < 2 * MINUTE);

    // What needs no consent can still be had.
    let any = accreditation.wait_until_available().any().await.unwrap();
    assert_eq!(any.datasets(), ["UnitBasicInformation"]);
    accreditation.wait_until_available().dataset("unitbasicinformation").await.unwrap();
    let error = accreditation.wait_until_available().dataset("Roller").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);

    sandbox.remove_dataset("UnitBasicInformation");
    let error = accreditation.wait_until_available().any().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_denial_without_receipt_is_found_out_too() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let accreditation = authorization(&client).await.into_handle();
    decide_after(&sandbox, &clock, MINUTE, accreditation.id(), ConsentDecision::Deny, false);
    let error = accreditation.wait_until_available().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentDenied);
    assert!(clock.elapsed() >= HOUR);
}

#[tokio::test]
async fn a_deadline_ends_a_wait() {
    let (sandbox, clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    let error = accreditation.wait_until_available().deadline(10 * MINUTE).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ConsentPending, &Retry::AfterConsent));
    assert_eq!(clock.elapsed(), 10 * MINUTE);
    insta::assert_snapshot!(error, @"after 600 s, nobody has answered the request for consent to RestanserV2. Wait longer.");
    let calls = sandbox.requests().len();
    let error = accreditation.wait_until_available().deadline(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentPending);
    assert_eq!(sandbox.requests().len(), calls + 1, "a wait without time looks once");
}

#[tokio::test]
async fn the_last_look_is_made_at_the_deadline() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let accreditation = authorization(&client).await.into_handle();
    let shortly_before = Duration::from_secs(599);
    decide_after(&sandbox, &clock, shortly_before, accreditation.id(), ConsentDecision::Grant, true);
    accreditation.wait_until_available().deadline(10 * MINUTE).await.unwrap();
    assert_eq!(clock.elapsed(), 10 * MINUTE);
}

#[tokio::test]
async fn an_accreditation_that_nobody_answers_expires() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let three_days = SystemTime::now() + 72 * HOUR;
    let authorization = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .consent_reference("Tender 2026/17")
        .valid_to(three_days)
        .await
        .unwrap();
    let accreditation = authorization.handle();
    keep_step(&sandbox, &clock);
    let error = accreditation.wait_until_available().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentExpired);
    assert!(clock.elapsed() >= 72 * HOUR && clock.elapsed() < 72 * HOUR + MINUTE, "{:?}", clock.elapsed());
}

#[tokio::test]
async fn an_accreditation_expires_by_the_clock_of_the_service() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    sandbox.advance_clock(24 * HOUR);
    let authorization = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .consent_reference("Tender 2026/17")
        .valid_to(SystemTime::now() + 96 * HOUR)
        .await
        .unwrap();
    keep_step(&sandbox, &clock);
    let error = authorization.handle().wait_until_available().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentExpired);
    assert!(clock.elapsed() >= 72 * HOUR && clock.elapsed() < 72 * HOUR + MINUTE, "{:?}", clock.elapsed());
}

#[tokio::test]
async fn a_source_is_asked_when_it_says() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let authorization =
        client.request_authorization(REQUESTOR, SUBJECT).dataset("EksempelAsynkron").await.unwrap();
    let accreditation = authorization.handle();
    keep_step(&sandbox, &clock);
    let available = accreditation.wait_until_available().await.unwrap();
    assert!(available.harvested("EksempelAsynkron").unwrap().evidence().is_ok());
    assert_eq!(available.datasets(), ["EksempelAsynkron"]);
    assert_eq!(harvests(&sandbox), 2, "once to hear when, and then");
    assert!(clock.elapsed() >= HOUR && clock.elapsed() < HOUR + MINUTE, "{:?}", clock.elapsed());
}

#[tokio::test]
async fn a_source_that_fails_in_passing_is_asked_again_after_a_pause() {
    let (sandbox, _clock, client) = start().await;
    let request = client.request_authorization(REQUESTOR, SUBJECT);
    let authorization = request.dataset("EksempelAsynkron").await.unwrap();
    sandbox.inject_fault(r#"{"path":"*/EksempelAsynkron","fault":{"status":503}}"#).unwrap();
    let mut progress = authorization.handle().wait_until_available().progress();
    let Some(Ok(WaitProgress::Waiting { trouble, next_look_in, .. })) = progress.next().await else {
        panic!("it goes on")
    };
    assert!(trouble.is_some() && next_look_in > Duration::from_secs(10), "{next_look_in:?} {trouble:?}");
}

#[tokio::test]
async fn one_that_is_denied_does_not_end_a_wait_for_any() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let request = client.request_authorization(REQUESTOR, SUBJECT).consent_reference("Tender 2026/17");
    let request = request.dataset(DatasetRequest::new("RestanserV2").request_consent());
    let authorization = request.dataset("EksempelAsynkron").await.unwrap();
    sandbox.decide_consent(authorization.handle().id(), ConsentDecision::Deny, true).unwrap();
    keep_step(&sandbox, &clock);
    let available = authorization.handle().wait_until_available().any().await.unwrap();
    assert_eq!(available.datasets(), ["EksempelAsynkron"]);
}

#[tokio::test]
async fn a_pause_that_the_gateway_names_is_kept() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let authorization =
        client.request_authorization(REQUESTOR, SUBJECT).dataset("EksempelAsynkron").await.unwrap();
    let throttled = json!({
        "status": 429, "headers": { "Retry-After": "7200" },
        "body": { "statusCode": 429, "message": "Rate limit is exceeded." }
    });
    let fault = json!({ "path": "/v1/evidence/*/*", "times": 1, "fault": throttled });
    sandbox.inject_fault(&fault.to_string()).unwrap();
    keep_step(&sandbox, &clock);
    authorization.handle().wait_until_available().await.unwrap();
    assert_eq!(harvests(&sandbox), 2);
    assert!(clock.elapsed() >= 2 * HOUR, "{:?}", clock.elapsed());
}

#[tokio::test]
async fn what_passes_by_itself_does_not_end_a_wait() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let accreditation = authorization(&client).await.into_handle();
    decide_after(&sandbox, &clock, 5 * MINUTE, accreditation.id(), ConsentDecision::Grant, true);
    let down = r#"{"path":"/v1/accreditations","times":20,"fault":{"status":503,"body":{"statusCode":503,"message":"Down"}}}"#;
    sandbox.inject_fault(down).unwrap();
    let mut progress = accreditation.wait_until_available().progress();
    let (mut looks, mut troubles) = (0, 0);
    loop {
        match progress.next().await.unwrap().unwrap() {
            WaitProgress::Waiting { statuses, trouble, next_look_in, .. } => {
                looks += 1;
                troubles += usize::from(trouble.is_some());
                assert_eq!(statuses.len(), 2);
                assert!(!next_look_in.is_zero());
            }
            WaitProgress::Available(available) => break assert_eq!(available.datasets().len(), 2),
            _ => panic!("there is no other progress"),
        }
    }
    assert!(progress.next().await.is_none());
    assert!(troubles > 0 && looks > troubles, "{troubles} of {looks}");
}

/// Lets the next reads of the status fail, in passing, once so much time has passed.
fn status_fails_after(sandbox: &Arc<Sandbox>, id: &str, times: u32) {
    let down = json!({ "status": 503, "body": { "statusCode": 503, "message": "Down" } });
    let fault = json!({ "path": format!("/v1/evidence/{id}"), "times": times, "fault": down });
    sandbox.inject_fault(&fault.to_string()).unwrap();
}

#[tokio::test]
async fn an_answer_is_noticed_also_when_the_status_cannot_be_read_at_first() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let accreditation = authorization(&client).await.into_handle();
    let (service, id, mut is_open) = (Arc::clone(&sandbox), accreditation.id().to_owned(), true);
    clock.when_asleep(move |elapsed| {
        if is_open && elapsed >= MINUTE {
            is_open = false;
            service.decide_consent(&id, ConsentDecision::Grant, true).unwrap();
            status_fails_after(&service, &id, 12);
        }
    });
    accreditation.wait_until_available().deadline(5 * MINUTE).await.unwrap();
}

#[tokio::test]
async fn an_end_is_noticed_also_when_the_status_cannot_be_read_at_first() {
    let (sandbox, clock, client) = start().await;
    let sandbox = Arc::new(sandbox);
    let authorization = client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .consent_reference("Tender 2026/17")
        .valid_to(SystemTime::now() + 72 * HOUR)
        .await
        .unwrap();
    let accreditation = authorization.handle();
    let (service, id) = (Arc::clone(&sandbox), accreditation.id().to_owned());
    let (mut told, mut is_open) = (Duration::ZERO, true);
    clock.when_asleep(move |elapsed| {
        service.advance_clock(elapsed.saturating_sub(std::mem::replace(&mut told, elapsed)));
        if is_open && elapsed >= 72 * HOUR {
            is_open = false;
            status_fails_after(&service, &id, 12);
        }
    });
    let error = accreditation.wait_until_available().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentExpired);
    assert!(clock.elapsed() < 76 * HOUR, "{:?}", clock.elapsed());
}

/// The time of Tokio, which goes on by itself while everybody waits once the test has paused it.
struct PausedClock(tokio::time::Instant);

#[async_trait]
impl Clock for PausedClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[tokio::test]
async fn a_slow_service_does_not_hold_up_the_end_of_a_wait() {
    let sandbox = Sandbox::start().await.unwrap();
    let clock = Arc::new(PausedClock(tokio::time::Instant::now()));
    let client = client(&sandbox, "eBevis", clock.clone());
    let accreditation = authorization(&client).await.into_handle();
    let slow = json!({ "path": "/v1/evidence/*", "times": 9, "fault": { "delay_ms": 60_000 } });
    sandbox.inject_fault(&slow.to_string()).unwrap();
    tokio::time::pause();
    let began = clock.elapsed();
    let error = accreditation.wait_until_available().deadline(Duration::from_secs(8)).await.unwrap_err();
    let took = clock.elapsed().saturating_sub(began);
    assert_eq!(error.kind(), ErrorKind::Timeout, "no status was ever read: {error}");
    assert!(took <= Duration::from_secs(11), "{took:?}");
}

#[tokio::test]
async fn what_is_never_signed_is_waited_for_also_where_signatures_are_required() {
    let (sandbox, clock, _client) = start().await;
    let sandbox = Arc::new(sandbox);
    sandbox.put_dataset("Scan", SLOW_FILE).unwrap();
    let mut configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    configuration.service_context = Some("eBevis".to_owned());
    let key = SignatureKey::from_pem(std::fs::read(sandbox.signing_key_file()).unwrap()).unwrap();
    let tokens = Arc::new(TokensOfJumpingTime::new(&configuration));
    let builder = configuration.builder().unwrap().access_token_provider(tokens).clock(clock.clone());
    let client = builder.retry_policy(at_once()).require_signature(key).build().unwrap();
    keep_step(&sandbox, &clock);
    let request = client.request_authorization(REQUESTOR, SUBJECT);
    let authorization = request.dataset("Scan").dataset("EksempelAsynkron").await.unwrap();
    let available = authorization.handle().wait_until_available().await.unwrap();
    assert_eq!(available.datasets(), ["Scan", "EksempelAsynkron"]);
    assert!(available.harvested("EksempelAsynkron").is_some());
    assert!(available.harvested("Scan").is_none(), "it is not signed, and nobody said that it may be");
    let scan = authorization.handle().harvest("Scan");
    assert!(scan.clone().bytes().await.is_err());
    assert_eq!(scan.accept_unsigned().bytes().await.unwrap().len(), 8);
}

#[tokio::test]
async fn no_other_source_is_asked_once_one_that_is_enough_has_answered() {
    let (sandbox, _clock, client) = start().await;
    let at_once = SLOW_FILE.replace(r#""readyAfterSeconds": 60"#, r#""readyAfterSeconds": 0"#);
    for name in ["Scan", "Copy"] {
        sandbox.put_dataset(name, &at_once.replace("Scan", name)).unwrap();
    }
    let request = client.request_authorization(REQUESTOR, SUBJECT);
    let authorization = request.dataset("Scan").dataset("Copy").await.unwrap();
    let available = authorization.handle().wait_until_available().any().await.unwrap();
    assert_eq!(available.datasets(), ["Scan"]);
    assert_eq!(harvests(&sandbox), 1);
}

const SLOW_FILE: &str = r#"{
    "evidenceCode": {
        "evidenceCodeName": "Scan", "isAsynchronous": true, "isPublic": false, "authorizationRequirements": [],
        "values": [{ "evidenceValueName": "file", "source": "a", "valueType": "binary" }],
        "belongsToServiceContexts": ["eBevis"]
    },
    "readyAfterSeconds": 60,
    "answer": { "values": [{ "evidenceValueName": "file", "bytes": "`8`" }] }
}"#;

/// However many wait, the list is read at the pace of one.
#[tokio::test]
async fn all_waits_of_a_client_share_their_looks() {
    const WAITS: usize = 10;
    let sandbox = Sandbox::start().await.unwrap();
    let clock = Arc::new(SteppedClock::default());
    let client = client(&sandbox, "eBevis", clock.clone());
    let mut waits = Vec::new();
    let mut ids = Vec::new();
    for _ in 0..WAITS {
        let accreditation = authorization(&client).await.into_handle();
        ids.push(accreditation.id().to_owned());
        waits.push(tokio::spawn(async move { accreditation.wait_until_available().await }));
    }
    let mut steps = 0;
    while clock.elapsed() < 10 * MINUTE {
        clock.step(Duration::from_secs(1), WAITS).await;
        steps += 1;
    }
    clock.until_asleep(WAITS).await;
    let alone = 600 / 5;
    assert!(lists(&sandbox) > 10 && lists(&sandbox) <= alone, "{} lists in {steps} steps", lists(&sandbox));

    // One of them is answered; the others go on, also when some are given up.
    sandbox.decide_consent(&ids[3], ConsentDecision::Grant, true).unwrap();
    for _ in 0..120 {
        clock.step(Duration::from_secs(1), WAITS - 1).await;
    }
    assert!(waits.remove(3).await.unwrap().is_ok());
    waits.remove(0).abort();
    sandbox.decide_consent(&ids[9], ConsentDecision::Grant, true).unwrap();
    for _ in 0..120 {
        clock.step(Duration::from_secs(1), WAITS - 3).await;
    }
    assert!(waits.pop().unwrap().await.unwrap().is_ok());
    assert!(waits.iter().all(|wait| !wait.is_finished()));
    for wait in waits {
        wait.abort();
    }
}

#[tokio::test]
async fn without_a_known_service_context_each_wait_looks_for_itself() {
    let (sandbox, clock, client) = start().await;
    let accreditation = authorization(&client).await.into_handle();
    let several = client_of_several(&sandbox, &["Tilda", "eBevis"], clock);
    let rebuilt = several.accreditation(accreditation.id());
    let error = rebuilt.wait_until_available().deadline(MINUTE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentPending);
    assert_eq!(lists(&sandbox), 0);
    sandbox.decide_consent(rebuilt.id(), ConsentDecision::Grant, true).unwrap();
    rebuilt.wait_until_available().await.unwrap();
    rebuilt.harvest("RestanserV2").service_context("eBevis").await.unwrap();
}
