//! What is published without a key.

use serde_json::{Value, json};

use crate::support::{self, Fixture};

async fn published(fixture: &Fixture, path: &str) -> Value {
    let response = fixture.http.get(fixture.url(&format!("/public/metadata/{path}"))).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers().contains_key("x-invocationid"));
    assert!(!response.headers().contains_key("x-signature-jwt"));
    support::json(response).await
}

fn names(codes: &Value) -> Vec<&str> {
    codes.as_array().unwrap().iter().map(|code| code["evidenceCodeName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn datasets_of_all_contexts_or_of_one() {
    let fixture = Fixture::start().await;
    let all = published(&fixture, "evidencecodes").await;
    for name in ["UnitBasicInformation", "TildaTilsynsrapportv1", "RestanserV2", "FregPerson"] {
        assert!(names(&all).contains(&name), "{name}");
    }
    let of_one = published(&fixture, "evidencecodes/digitalehelgeland").await;
    assert_eq!(names(&of_one), ["FregPerson", "SummertSkattegrunnlag", "UnitBasicInformation"]);
    let of_another = published(&fixture, "evidencecodes/Reelle%20rettighetshavere").await;
    assert_eq!(names(&of_another), ["UnitBasicInformation"]);
    assert_eq!(published(&fixture, "evidencecodes/none").await, json!([]));
}

#[tokio::test]
async fn a_dataset_as_the_wire_has_it() {
    let fixture = Fixture::start().await;
    let all = published(&fixture, "evidencecodes").await;
    for name in ["RestanserV2", "TildaTilsynsrapportv1", "FregPerson"] {
        let code = all.as_array().unwrap().iter().find(|code| code["evidenceCodeName"] == name).unwrap();
        insta::assert_json_snapshot!(name, code);
    }
}

#[tokio::test]
async fn codes_and_contexts() {
    let fixture = Fixture::start().await;
    insta::assert_json_snapshot!("service_contexts", published(&fixture, "servicecontexts").await);
    insta::assert_json_snapshot!("status_codes", published(&fixture, "statuscodes").await);
    insta::assert_json_snapshot!("error_codes", published(&fixture, "errorcodes").await);
}

#[tokio::test]
async fn a_query_is_applied() {
    let fixture = Fixture::start().await;
    assert_eq!(published(&fixture, "statuscodes?query=%5B0%5D.code").await, json!(1));
    let refused =
        fixture.http.get(fixture.url("/public/metadata/statuscodes?query=%5B")).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert_eq!(support::json(refused).await["code"], 1027);
}

#[tokio::test]
async fn browsers_may_read_most_of_it() {
    let fixture = Fixture::start().await;
    for (path, open) in
        [("evidencecodes", true), ("servicecontexts", true), ("statuscodes", true), ("errorcodes", false)]
    {
        let response =
            fixture.http.get(fixture.url(&format!("/public/metadata/{path}"))).send().await.unwrap();
        assert_eq!(response.headers().contains_key("access-control-allow-origin"), open, "{path}");
        assert_eq!(response.headers().contains_key("x-cache"), path == "evidencecodes", "{path}");
    }
}

#[tokio::test]
async fn without_the_public_segment_a_key_is_needed() {
    let fixture = Fixture::start().await;
    let response = fixture.get("NSG", "/metadata/StatusCodes/").send().await.unwrap();
    assert_eq!(support::json(response).await[0]["code"], 1);
}
