//! The forms in which harvested data is had.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use dan_client::{DanClient, DirectHarvest, ErrorKind, Secret};
use dan_sandbox::Sandbox;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize, PartialEq)]
struct Roles {
    roller: Vec<Role>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Role {
    rolle: String,
}

async fn start() -> (Sandbox, DanClient) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    (sandbox, client)
}

fn of_unit<'a>(client: &'a DanClient, dataset: &str) -> DirectHarvest<'a> {
    client.direct_harvest(dataset).service_context("eBevis").subject("991825827")
}

/// A dataset of the sandbox's, with the values that are given.
fn put(sandbox: &Sandbox, name: &str, value_types: &[(&str, &str)], values: &Value) {
    let declared: Vec<Value> = value_types
        .iter()
        .map(|(name, value_type)| json!({ "evidenceValueName": name, "source": "", "valueType": value_type }))
        .collect();
    let dataset = json!({
        "evidenceCode": { "evidenceCodeName": name, "description": "", "isAsynchronous": false, "values": declared,
            "authorizationRequirements": [], "belongsToServiceContexts": ["eBevis"], "isPublic": false },
        "answer": { "values": values }
    });
    sandbox.put_dataset(name, &dataset.to_string()).unwrap();
}

#[tokio::test]
async fn a_document_is_had_as_a_type_in_each_way() {
    let (_sandbox, client) = start().await;
    let roles = || of_unit(&client, "Roller");
    let typed: Roles = roles().typed().await.unwrap();
    assert_eq!(typed.roller[0].rolle, "DAGL");
    assert_eq!(roles().document::<Roles>().await.unwrap(), typed);
    assert_eq!(roles().field::<Roles>("default").await.unwrap(), typed);
    assert_eq!(roles().unenveloped().await.unwrap().document::<Roles>().unwrap(), typed);
    assert_eq!(roles().json().await.unwrap()["roller"][0]["rolle"], "DAGL");
    assert_eq!(roles().query("roller[].rolle").typed::<Vec<String>>().await.unwrap()[0], "DAGL");
}

#[tokio::test]
async fn values_become_members_with_and_without_envelope() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "PascalCase")]
    struct Unit {
        organization_number: u32,
    }
    let (_sandbox, client) = start().await;
    let enveloped = of_unit(&client, "UnitBasicInformation").enveloped().await.unwrap();
    let unenveloped = of_unit(&client, "UnitBasicInformation").unenveloped().await.unwrap();
    assert_eq!(enveloped.typed::<Unit>().unwrap(), unenveloped.typed::<Unit>().unwrap());
    assert_eq!(enveloped.field::<u32>("OrganizationNumber").unwrap(), 991_825_827);
    assert_eq!(enveloped.fields().unwrap(), unenveloped.fields().unwrap());
    assert!(enveloped.is_enveloped() && !unenveloped.is_enveloped());
    assert!(enveloped.json().unwrap()["evidenceStatus"].is_object());
}

#[tokio::test]
async fn names_that_come_twice_are_told_and_kept() {
    let (_sandbox, client) = start().await;
    let reports = || client.direct_harvest("TildaTilsynsrapportv1").subject("998997801");
    let fields = reports().fields().await.unwrap();
    assert!(fields.iter().filter(|(name, _)| name == "tilsynsrapporter").count() > 1);

    let error = reports().typed::<Value>().await.unwrap_err();
    insta::assert_snapshot!(error, @"the answer does not fit what was expected: /tilsynsrapporter: the name comes more than once; read the values as a list");
    let error = reports().field::<Value>("tilsynsrapporter").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer);
    assert_eq!(reports().enveloped().await.unwrap().fields().unwrap().len(), fields.len());
}

#[tokio::test]
async fn one_value_alone_comes_bare() {
    let (sandbox, client) = start().await;
    let url: String = of_unit(&client, "CertificateOfRegistration").typed().await.unwrap();
    assert!(url.starts_with("https://"), "{url}");
    put(
        &sandbox,
        "Missing",
        &[("a", "string")],
        &json!([{ "evidenceValueName": "a", "expression": "unit.nothing" }]),
    );
    assert_eq!(of_unit(&client, "Missing").typed::<Option<String>>().await.unwrap(), None);
    assert_eq!(of_unit(&client, "Missing").json().await.unwrap(), Value::Null);
}

#[tokio::test]
async fn files_come_as_bytes() {
    let (_sandbox, client) = start().await;
    let report =
        || client.direct_harvest("TildaTilsynsrapportpdfv1").parameter("internTilsynsId", "T-2026-0001");
    let bytes = report().bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF"), "{bytes:?}");
    assert!(!report().unenveloped().await.unwrap().is_json());
    assert!(report().evidence().await.unwrap().evidence_values[0].value.is_some());

    let binary = of_unit(&client, "EksempelBinaer").enveloped().await.unwrap();
    assert!(!binary.is_enveloped());
    let errors = [
        binary.evidence().unwrap_err(),
        binary.typed::<Value>().unwrap_err(),
        of_unit(&client, "UnitBasicInformation").unenveloped().await.unwrap().evidence().unwrap_err(),
    ];
    for error in &errors {
        assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer);
        assert!(error.request_id().is_some());
    }
    insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
}

/// To have nothing is an answer.
#[tokio::test]
async fn nothing_is_empty_and_no_failure() {
    let (sandbox, client) = start().await;
    put(&sandbox, "Nothing", &[("a", "string"), ("b", "string")], &json!([]));
    let nothing = || of_unit(&client, "Nothing");
    assert!(nothing().enveloped().await.unwrap().is_empty().unwrap());
    let bare = nothing().unenveloped().await.unwrap();
    assert!(bare.is_empty().unwrap() && bare.signature().is_none());
    assert_eq!(nothing().json().await.unwrap(), Value::Null);
    assert_eq!(nothing().typed::<Option<Value>>().await.unwrap(), None);
    assert!(!of_unit(&client, "Roller").enveloped().await.unwrap().is_empty().unwrap());
}

#[tokio::test]
async fn what_the_service_would_pass_over_or_mix_up_is_refused_here() {
    let (sandbox, client) = start().await;
    let person = || client.direct_harvest("FregPerson").subject("15867010022");
    let token = || Secret::from("a-token-for-the-source");
    let errors = [
        of_unit(&client, "Roller").query("[0]").await.unwrap_err(),
        of_unit(&client, "Roller").query("[0]").document::<Value>().await.unwrap_err(),
        person().forward_access_token(token()).reuse_token().await.unwrap_err(),
        person().forward_access_token(token()).token_on_behalf_of_owner().await.unwrap_err(),
        person().forward_access_token(Secret::from("")).await.unwrap_err(),
        client.direct_harvest("Roller").parameter("Query", "x").await.unwrap_err(),
        client.direct_harvest("Roller").requestor("123").await.unwrap_err(),
    ];
    let told: Vec<String> = errors.iter().map(|error| format!("{:?}: {error}", error.kind())).collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(!sandbox.requests().iter().any(|request| request.path.contains("directharvest")));
}

/// A POST of a direct harvest stores nothing: it is sent again when its answer is lost.
#[tokio::test]
async fn a_harvest_about_a_person_is_repeated() {
    let (sandbox, client) = start().await;
    sandbox.inject_fault(r#"{"path":"/v1/directharvest/*","fault":{"close":"after"}}"#).unwrap();
    client.direct_harvest("FregPerson").subject("15867010022").reuse_token().await.unwrap();
    let harvests = sandbox.requests().into_iter().filter(|request| request.path.contains("directharvest"));
    assert_eq!(harvests.count(), 2);
}

#[tokio::test]
async fn the_name_of_a_value_may_be_mistyped() {
    let (_sandbox, client) = start().await;
    let told = async |name: &str| {
        let error = of_unit(&client, "Roller").field::<Value>(name).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedAnswer, Some(200)));
        error.to_string()
    };
    assert_eq!(told("defualt").await, "the answer has no value 'defualt'. Did you mean 'default'?");
    assert_eq!(told("Styre").await, "the answer has no value 'Styre'. It has default.");
    assert_eq!(told("15867010022").await, "the answer has no value '***********'. It has default.");
}
