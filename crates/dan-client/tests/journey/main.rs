//! The way of a permission against the sandbox, over real TLS: asked for, waited for, harvested, reminded of, listed,
//! deleted; and what becomes of it when answers get lost. No test waits for real time.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod authorization;
mod changes;
mod clock;
mod faults;
mod list;
mod outcomes;
mod reconciliation;
mod reminders;
mod requests;
mod tokens;
mod waiting;

use std::sync::Arc;

use std::time::Duration;

use dan_client::{
    Authorization, Clock, Configuration, DanClient, DatasetRequest, RetryPolicy, Secret, SubscriptionKey,
    SubscriptionKeys,
};
use dan_sandbox::Sandbox;

const REQUESTOR: &str = "991825827";
const SUBJECT: &str = "998997801";
const PERSON: &str = "15867010022";

/// A client with the key of one service context, and a clock of the test's.
fn client(sandbox: &Sandbox, service_context: &str, clock: Arc<dyn Clock>) -> DanClient {
    let mut configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    configuration.service_context = Some(service_context.to_owned());
    client_with(&configuration, clock)
}

/// A client with a key for each of some service contexts, and none by default.
fn client_of_several(sandbox: &Sandbox, service_contexts: &[&str], clock: Arc<dyn Clock>) -> DanClient {
    let mut configuration = Configuration::from_variables(sandbox.variables()).unwrap();
    let mut keys = SubscriptionKeys::new();
    for name in service_contexts {
        let key = Secret::from(sandbox.subscription_keys()[*name].as_str());
        keys.set(name, SubscriptionKey::new(&key).unwrap());
    }
    configuration.subscription_keys = keys;
    client_with(&configuration, clock)
}

fn client_with(configuration: &Configuration, clock: Arc<dyn Clock>) -> DanClient {
    let tokens = Arc::new(tokens::TokensOfJumpingTime::new(configuration));
    let builder = configuration.builder().unwrap().access_token_provider(tokens);
    builder.clock(clock).retry_policy(at_once()).build().unwrap()
}

/// Sends again without pauses that a test would wait for.
fn at_once() -> RetryPolicy {
    RetryPolicy::default().first_pause(Duration::from_millis(1)).maximum_pause(Duration::from_millis(1))
}

/// Lets the sandbox's clock keep step with the client's.
fn keep_step(sandbox: &Arc<Sandbox>, clock: &clock::TestClock) {
    let (sandbox, mut told) = (Arc::clone(sandbox), 0);
    clock.when_asleep(move |elapsed| {
        sandbox.advance_clock(Duration::from_secs(elapsed.as_secs() - told));
        told = elapsed.as_secs();
    });
}

async fn start() -> (Sandbox, Arc<clock::TestClock>, DanClient) {
    let sandbox = Sandbox::start().await.unwrap();
    let clock = Arc::new(clock::TestClock::default());
    let client = client(&sandbox, "eBevis", clock.clone());
    (sandbox, clock, client)
}

/// A permission for one dataset that needs a consent, and one that does not.
async fn authorization(client: &DanClient) -> Authorization {
    client
        .request_authorization(REQUESTOR, SUBJECT)
        .dataset("UnitBasicInformation")
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .consent_reference("Tender 2026/17")
        .await
        .unwrap()
}
