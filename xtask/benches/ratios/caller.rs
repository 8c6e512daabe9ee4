//! Two who ask the same of one service, with one token: the client, and bare reqwest with `serde_json`.

use std::collections::HashMap;
use std::sync::Arc;

use dan_auth::AccessTokenProvider;
use dan_client::{Configuration, DanClient, DirectHarvest};
use reqwest::header::ACCEPT;
use serde::Deserialize;

const DATASET: &str = "UnitBasicInformation";
const BINARY_DATASET: &str = "EksempelBinaer";
const SUBJECT: &str = "991825827";
const SERVICE_CONTEXT: &str = "eBevis";
/// What configures the key of that context.
const KEY_VARIABLE: &str = "DAN_SUBSCRIPTION_KEY_EBEVIS";

/// The answer without its envelope, as a caller describes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "read, not used")]
pub(crate) struct Unit {
    organization_number: u64,
    organization_name: String,
    organization_form: Option<String>,
    business_address_street: Option<String>,
    business_address_zip: Option<String>,
    business_address_city: Option<String>,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Client,
    Reqwest,
}

/// Both, ready to ask.
pub(crate) struct Caller {
    client: DanClient,
    http: reqwest::Client,
    provider: Arc<dyn AccessTokenProvider>,
    base_url: String,
    subscription_key: String,
    authority: String,
}

/// Where the answer as a type stands, and what it takes to get it, for callers of other kinds.
pub(crate) struct Address<'c> {
    pub(crate) url: String,
    pub(crate) subscription_key: &'c str,
    /// The file of the certificate authority.
    pub(crate) authority: &'c str,
}

impl Caller {
    /// Callers of the service that the variables configure.
    pub(crate) fn new(variables: Vec<(String, String)>) -> Self {
        let named: HashMap<_, _> = variables.iter().cloned().collect();
        let configuration = Configuration::from_variables(variables).unwrap();
        let provider = configuration.access_token_provider().unwrap();
        let client = configuration.builder().unwrap().access_token_provider(Arc::clone(&provider));
        Self {
            client: client.build().unwrap(),
            http: bare_client(&named["DAN_CA_FILE"]),
            provider,
            base_url: named["DAN_BASE_URL"].clone(),
            subscription_key: named[KEY_VARIABLE].clone(),
            authority: named["DAN_CA_FILE"].clone(),
        }
    }

    /// The token that both use: the provider serves it from memory, and renews it in time.
    pub(crate) async fn token(&self) -> String {
        self.provider.access_token().await.unwrap().expose().to_owned()
    }

    /// A harvest as a type.
    pub(crate) async fn harvest(&self, who: Who, token: &str) -> Unit {
        match who {
            Who::Client => self.harvest_of(DATASET).typed().await.unwrap(),
            Who::Reqwest => {
                let query = [("subject", SUBJECT), ("envelope", "false")];
                self.get(DATASET, &query, token).await.json().await.unwrap()
            }
        }
    }

    /// Reads so many bytes part by part, and keeps none.
    pub(crate) async fn stream(&self, who: Who, token: &str, bytes: u64) {
        let size = bytes.to_string();
        let mut received = 0;
        match who {
            Who::Client => {
                let harvest = self.harvest_of(BINARY_DATASET).parameter("antallBytes", size);
                let mut stream = harvest.stream().await.unwrap();
                while let Some(part) = stream.next_part().await.unwrap() {
                    received += part.len() as u64;
                }
            }
            Who::Reqwest => {
                let query = [("subject", SUBJECT), ("antallBytes", &size), ("envelope", "false")];
                let mut answer = self.get(BINARY_DATASET, &query, token).await;
                while let Some(part) = answer.chunk().await.unwrap() {
                    received += part.len() as u64;
                }
            }
        }
        assert_eq!(received, bytes);
    }

    fn harvest_of(&self, dataset: &str) -> DirectHarvest<'_> {
        self.client.direct_harvest(dataset).service_context(SERVICE_CONTEXT).subject(SUBJECT)
    }

    async fn get(&self, dataset: &str, query: &[(&str, &str)], token: &str) -> reqwest::Response {
        let request = self
            .http
            .get(format!("{}/v1/directharvest/{dataset}", self.base_url))
            .query(query)
            .header(ACCEPT, "application/json")
            .header("Ocp-Apim-Subscription-Key", &self.subscription_key)
            .bearer_auth(token);
        request.send().await.unwrap().error_for_status().unwrap()
    }

    /// For callers of other kinds.
    pub(crate) fn address(&self) -> Address<'_> {
        let url = format!("{}/v1/directharvest/{DATASET}?subject={SUBJECT}&envelope=false", self.base_url);
        Address { url, subscription_key: &self.subscription_key, authority: &self.authority }
    }
}

fn bare_client(authority: &str) -> reqwest::Client {
    let authority = reqwest::Certificate::from_pem(&std::fs::read(authority).unwrap()).unwrap();
    let client = reqwest::Client::builder().user_agent("bare/1.0").tls_certs_only([authority]);
    client.build().unwrap()
}
