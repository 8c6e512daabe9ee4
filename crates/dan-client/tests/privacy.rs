//! What may be seen while the client works. Alone in its process, since the log is the process's.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

#[path = "journey/clock.rs"]
#[expect(dead_code, reason = "the tests of journeys need more clocks")]
mod clock;
#[path = "journey/tokens.rs"]
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use dan_client::{Configuration, DanClient, DatasetRequest, Secret, Watermark};
use dan_sandbox::Sandbox;

const PERSON: &str = "15867010022";
const OTHER_PERSON: &str = "23815010019";
const FORWARDED: &str = "a-token-for-the-source";

/// Nothing that is logged at any level, printed for a programmer or told in an error holds a person's number, a key, a
/// token or the link to a consent, whatever is done and however it goes wrong.
#[tokio::test]
async fn no_secret_is_shown() {
    use tracing_subscriber::util::SubscriberInitExt as _;

    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish()
        .set_default();
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    let mut shown = do_everything(&sandbox, &client).await;
    shown.push(format!("{client:?}"));
    let consent_url = lose_answers_about_a_consent(&sandbox, &mut shown).await;

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let seen =
        ["/v1/directharvest/FregPerson", "/v1/public/metadata/evidencecodes", "looking for its effect"];
    for seen in seen {
        assert!(logged.contains(seen), "not logged: {seen}");
    }
    let keys = sandbox.subscription_keys();
    let secrets = [PERSON, OTHER_PERSON, "158670 10022", "eyJ", FORWARDED, &consent_url];
    for secret in keys.values().map(String::as_str).chain(secrets) {
        let found = logged.lines().chain(shown.iter().map(String::as_str)).find(|line| line.contains(secret));
        assert!(found.is_none(), "a secret was shown: {found:?}");
    }
}

/// Every kind of call, those that go wrong included; what is there to be seen of each.
async fn do_everything(sandbox: &Sandbox, client: &DanClient) -> Vec<String> {
    let mut shown = Vec::new();
    for person in [PERSON, OTHER_PERSON, "158670 10022", "nor-freg::15867010022"] {
        let harvest = client.direct_harvest("FregPerson").subject(person);
        shown.push(format!("{harvest:?}"));
        shown.push(format!("{:?}", harvest.preflight().await));
        shown.push(format!("{:?}", harvest.clone().await));
        shown.push(format!("{:?}", harvest.clone().reuse_token().checked().enveloped().await));
        shown.push(format!("{:?}", harvest.clone().token_on_behalf_of_owner().stream().await));
        let forwarding = harvest.clone().forward_access_token(Secret::from(FORWARDED));
        shown.push(format!("{forwarding:?} {:?}", forwarding.clone().typed::<u8>().await));
        shown.push(format!("{:?}", harvest.clone().requestor(person).await));
        shown.push(format!("{:?}", harvest.clone().parameter("fnr", person).await));
        let parameter = harvest.clone().parameter("fnr", person);
        shown.push(format!("{parameter:?} {:?}", parameter.preflight().await));
        let query = harvest.query(person);
        shown.push(format!("{query:?} {:?}", query.clone().json().await));
        let dataset = client.direct_harvest(person).parameter(person, "1");
        shown.push(format!("{dataset:?} {:?}", dataset.preflight().await));
        shown.push(format!("{:?}", client.direct_harvest(person).await));
        shown.push(format!("{:?}", client.direct_harvest("UnitBasicInformation").subject(person).await));
        let open_data = client.open_data("UnitBasicInformation").identifier(person);
        shown.push(format!("{open_data:?} {:?}", open_data.clone().await));
        shown.push(format!("{:?}", client.metadata().evidence_codes_of(person).await));
    }
    shown.extend(go_the_whole_way(sandbox, client).await);
    for fault in [
        r#"{"status":500,"body":"15867010022 and Bearer eyJhbGciOi"}"#,
        r#"{"status":400,"body":"{\"code\":1004,\"description\":\"subject 15867010022 is unknown\"}"}"#,
        r#"{"status":200,"body":"{\"a\":\"15867010022\"","headers":{"content-type":"application/json"}}"#,
        r#"{"status":302,"headers":{"location":"https://example.com/15867010022"}}"#,
        r#"{"close":"midway"}"#,
    ] {
        sandbox
            .inject_fault(&format!(r#"{{"path":"/v1/directharvest/*","times":9,"fault":{fault}}}"#))
            .unwrap();
        let harvest = client.direct_harvest("FregPerson").subject(PERSON).reuse_token();
        shown.push(format!("{:?}", harvest.timeout(Duration::from_secs(5)).typed::<u8>().await));
        sandbox.reset();
    }
    shown
}

/// A permission about a person, from the request to its deletion.
async fn go_the_whole_way(sandbox: &Sandbox, client: &DanClient) -> Vec<String> {
    let mut shown = Vec::new();
    let request = client
        .request_authorization("991825827", PERSON)
        .service_context("DigitaleHelgeland")
        .dataset("SummertSkattegrunnlag")
        .external_reference("2026-17");
    shown.push(format!("{request:?}"));
    let authorization = request.await.unwrap();
    shown.push(format!("{authorization:?} {:?}", authorization.not_granted()));
    let accreditation = authorization.into_handle();
    shown.push(format!("{accreditation:?} {:?}", accreditation.status().await));
    shown.push(format!("{:?}", accreditation.wait_until_available().await));
    shown.push(format!("{:?}", accreditation.harvest_all().await));
    shown.push(format!("{:?} {:?}", accreditation.remind().await, accreditation.reminders().await));
    let list = client.accreditations().service_context("DigitaleHelgeland");
    shown.push(format!("{:?}", list.await));
    shown.push(format!("{:?}", client.accreditation(PERSON).service_context("eBevis").status().await));
    shown.push(format!("{:?}", client.request_authorization(PERSON, PERSON).dataset(PERSON).await));
    sandbox.inject_fault(r#"{"path":"/v1/authorization","fault":{"close":"after"}}"#).unwrap();
    let unanswered = client.request_authorization("991825827", PERSON).dataset("SummertSkattegrunnlag");
    shown.push(format!("{:?}", unanswered.service_context("DigitaleHelgeland").await));
    shown.push(format!("{:?}", accreditation.delete().await));
    shown
}

/// A permission whose answers get lost, and which is looked for by a reference that is a person's number itself; gives the
/// link to the consent. No test waits for real time.
async fn lose_answers_about_a_consent(sandbox: &Sandbox, shown: &mut Vec<String>) -> String {
    let mut configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    configuration.service_context = Some("eBevis".to_owned());
    let tokens = Arc::new(tokens::TokensOfJumpingTime::new(&configuration));
    let builder = configuration.builder().unwrap().access_token_provider(tokens);
    let client = builder.clock(Arc::new(clock::TestClock::default())).build().unwrap();
    let request = || {
        client
            .request_authorization("991825827", PERSON)
            .dataset(DatasetRequest::new("RestanserV2").request_consent())
            .consent_reference(format!("About {PERSON}"))
            .external_reference(PERSON)
    };
    let lose = |when: &str| {
        let fault = format!(r#"{{"path":"/v1/authorization","method":"POST","fault":{{"close":"{when}"}}}}"#);
        sandbox.inject_fault(&fault).unwrap();
    };
    lose("after");
    let authorization = request().await.unwrap();
    lose("before");
    shown.push(format!("{:?}", request().deadline(Duration::from_secs(60)).await.unwrap_err()));
    let accreditation = authorization.handle();
    let wait = accreditation.wait_until_available().deadline(Duration::from_secs(60));
    shown.push(format!("{:?}", wait.await.unwrap_err()));
    shown.push(format!("{authorization:?} {accreditation:?} {:?}", accreditation.remind().await));
    shown.push(format!("{:?}", authorization.harvest_all().await.unwrap()));
    shown.push(format!("{:?}", client.accreditations().await.unwrap()));
    let mut changes = client.accreditation_changes(Watermark::default());
    let read = changes.poll().await.unwrap();
    changes.acknowledge(&read[0]);
    shown.push(format!("{read:?} {changes:?} {}", serde_json::to_string(changes.watermark()).unwrap()));
    authorization.consent_url().unwrap().to_owned()
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
