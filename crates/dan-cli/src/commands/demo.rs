//! `dan demo`

use std::fmt::Display;
use std::io::Write as _;
use std::sync::Arc;

use dan_client::auth::{ClientCredential, Endpoints, MaskinportenClient, PrivateKey};
use dan_client::{AccessTokenProvider, DanClient, DatasetRequest, Secret, SignatureKey, SubscriptionKey};
use dan_sandbox::{ClientRegistration, ConsentDecision, Sandbox};
use serde::Deserialize;

use crate::failure::Failure;
use crate::input;
use crate::output::value;

const SERVICE_CONTEXT: &str = "eBevis";
const SCOPES: [&str; 2] = ["altinn:dataaltinnno", "altinn:dataaltinnno/ebevis"];
const DATASET: &str = "UnitBasicInformation";
const SUBJECT: &str = "991825827";
const CONSENT_DATASET: &str = "RestanserV2";
const CONSENT_SUBJECT: &str = "998997801";
const CLIENT_ID: &str = "demo-client";
const KEY_ID: &str = "demo-key";

/// The values of `UnitBasicInformation` that the demonstration reads.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnitBasicInformation {
    organization_number: u32,
    organization_name: String,
    organization_form: String,
    number_of_employees: Option<u32>,
    is_under_bankruptcy: bool,
}

/// Shows the whole journey; each step's exchanges are shown by the wire log as they happen.
pub(crate) async fn run() -> Result<(), Failure> {
    step("1. Start a DAN and a Maskinporten on this machine")?;
    let sandbox = Sandbox::start().await?;
    detail(format_args!("DAN at {}", sandbox.base_url()))?;
    detail(format_args!("Maskinporten at {}", sandbox.maskinporten().issuer))?;

    step("2. Make a private key, and register its public half on a client")?;
    let key = new_key().await?;
    register(&sandbox, &key)?;
    detail(format_args!(
        "client '{CLIENT_ID}' of organisation {}, key id '{KEY_ID}'",
        sandbox.organisation()
    ))?;

    step("3. Sign an assertion, and exchange it for an access token")?;
    let provider = maskinporten_client(&sandbox, key)?;
    describe_token(provider.as_ref()).await?;

    let client = dan_client(&sandbox, provider)?;
    list_datasets(&client).await?;
    harvest(&client).await?;
    consent(&sandbox, &client).await?;
    step("Done. 'dan sandbox' keeps such a pair running for your own programs.")
}

/// Making an RSA key keeps a processor busy for a moment.
async fn new_key() -> Result<PrivateKey, Failure> {
    let failed = || Failure::Sandbox("no RSA key can be made on this machine".into());
    let pem = tokio::task::spawn_blocking(|| {
        rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).map(|key| Secret::from(key.serialize_pem()))
    })
    .await
    .map_err(|_| failed())?
    .map_err(|_| failed())?;
    Ok(PrivateKey::from_pem(pem.expose().as_bytes())?)
}

fn register(sandbox: &Sandbox, key: &PrivateKey) -> Result<(), Failure> {
    sandbox.register_client(&ClientRegistration {
        client_id: CLIENT_ID.to_owned(),
        organisation: sandbox.organisation().to_owned(),
        scopes: SCOPES.map(str::to_owned).to_vec(),
        jwks: serde_json::json!({ "keys": [key.public_jwk(KEY_ID)] }),
    })?;
    Ok(())
}

fn maskinporten_client(sandbox: &Sandbox, key: PrivateKey) -> Result<Arc<dyn AccessTokenProvider>, Failure> {
    let maskinporten = sandbox.maskinporten();
    let client = MaskinportenClient::builder(CLIENT_ID, ClientCredential::registered_key(key, KEY_ID))
        .endpoints(Endpoints::new(&maskinporten.issuer, &maskinporten.token_endpoint)?)
        .scopes(SCOPES.join(" "))
        .certificate_authorities_pem(sandbox.ca_pem().unwrap_or_default())
        .build()?;
    Ok(Arc::new(client))
}

async fn describe_token(provider: &dyn AccessTokenProvider) -> Result<(), Failure> {
    let claims = provider.access_token().await?.claims().unwrap_or_default();
    for name in ["consumer", "scope", "exp"] {
        if let Some(value) = claims.get(name) {
            detail(format_args!("{name}: {value}"))?;
        }
    }
    Ok(())
}

fn dan_client(sandbox: &Sandbox, provider: Arc<dyn AccessTokenProvider>) -> Result<DanClient, Failure> {
    let keys = sandbox.subscription_keys();
    let key = keys.get(SERVICE_CONTEXT).map(String::as_str).unwrap_or_default();
    Ok(DanClient::builder()
        .base_url(sandbox.base_url())
        .certificate_authorities_pem(sandbox.ca_pem().unwrap_or_default())
        .subscription_key(SubscriptionKey::new(&Secret::from(key))?)
        .access_token_provider(provider)
        .build()?)
}

async fn list_datasets(client: &DanClient) -> Result<(), Failure> {
    step("4. List the datasets")?;
    let datasets = client.metadata().evidence_codes().await?;
    let names: Vec<&str> = datasets.iter().map(|dataset| dataset.evidence_code_name.as_str()).collect();
    detail(format_args!("{} datasets: {}", names.len(), names.join(", ")))
}

async fn harvest(client: &DanClient) -> Result<(), Failure> {
    step(format_args!("5. Harvest {DATASET} for {SUBJECT}, in its envelope"))?;
    let evidence = client.direct_harvest(DATASET).subject(SUBJECT).evidence().await?;
    for value in evidence.evidence_values.iter().take(3) {
        let shown = value.value.as_ref().map(ToString::to_string).unwrap_or_default();
        detail(format_args!("{} = {shown} ({})", value.evidence_value_name, value.source))?;
    }
    detail(format_args!("… and {} more", evidence.evidence_values.len().saturating_sub(3)))?;

    step(format_args!("6. Harvest {DATASET} for {SUBJECT} again, into a Rust struct"))?;
    let unit: UnitBasicInformation = client.direct_harvest(DATASET).subject(SUBJECT).typed().await?;
    detail(format_args!("organization_number: {}", unit.organization_number))?;
    detail(format_args!("organization_name: {:?}", unit.organization_name))?;
    detail(format_args!("organization_form: {:?}", unit.organization_form))?;
    detail(format_args!("number_of_employees: {:?}", unit.number_of_employees))?;
    detail(format_args!("is_under_bankruptcy: {}", unit.is_under_bankruptcy))
}

/// What takes a person's consent: asking, the person's answer, and the harvest, with proof of what was received.
async fn consent(sandbox: &Sandbox, client: &DanClient) -> Result<(), Failure> {
    step(format_args!("7. Ask for {CONSENT_DATASET} about {CONSENT_SUBJECT}, which takes consent"))?;
    let authorization = client
        .request_authorization(SUBJECT, CONSENT_SUBJECT)
        .dataset(DatasetRequest::new(CONSENT_DATASET).request_consent())
        .consent_reference("Demonstration")
        .send()
        .await?;
    let accreditation = authorization.handle();
    detail(format_args!("accreditation {}", accreditation.id()))?;
    detail(format_args!("consent at {}", authorization.consent_url().unwrap_or("no address")))?;
    let status = accreditation.status_of(CONSENT_DATASET).await?;
    detail(status.status.code.meaning())?;

    step("8. Consent, as somebody who represents the subject would in Altinn, and wait for it")?;
    sandbox.decide_consent(accreditation.id(), ConsentDecision::Grant, true)?;
    let available = accreditation.wait_until_available().await?;
    detail(format_args!("{} can be harvested", available.datasets().join(", ")))?;

    step(format_args!("9. Harvest {CONSENT_DATASET}, and check that the service signed it"))?;
    let harvest = accreditation.harvest(CONSENT_DATASET).enveloped().await?;
    for line in value::values(&harvest.evidence()?.evidence_values).lines() {
        detail(line)?;
    }
    let key = SignatureKey::from_pem(input::bytes(sandbox.signing_key_file())?)?;
    harvest.verify(&key).map_err(|error| Failure::Unsuccessful(error.to_string()))?;
    detail("genuine: the bytes are what the service signed")
}

fn step(text: impl Display) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{text}").map_err(Failure::output)
}

fn detail(text: impl Display) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "    {text}").map_err(Failure::output)
}
