use dan_client::model::LegalBasisKind;
use dan_client::{DatasetRequest, Secret};
use dan_sandbox::RecordedRequest;

use super::{PERSON, REQUESTOR, authorization, start};

/// A request as it left: method, path, query, headers that are not the HTTP library's own, body.
fn shown(request: &RecordedRequest) -> String {
    let headers: String = request
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "host" | "content-length" | "accept-encoding"))
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    let question_mark = if request.query.is_empty() { "" } else { "?" };
    let address = format!("{} {}{question_mark}{}", request.method, request.path, request.query);
    format!("{address}\n{headers}\n{}\n\n", request.body)
}

#[tokio::test]
async fn every_request_as_it_leaves() {
    let (sandbox, _clock, client) = start().await;
    let whole = client
        .request_authorization(REQUESTOR, PERSON)
        .dataset(DatasetRequest::new("RestanserV2").request_consent())
        .dataset(
            DatasetRequest::new("MvaMeldingsOpplysning")
                .request_consent()
                .legal_basis_id("tender")
                .legal_basis_reference("4.2"),
        )
        .dataset(DatasetRequest::new("Roller").parameter("RolleFilter", "DAGL"))
        .legal_basis("tender", LegalBasisKind::Cpv, "45000000-7")
        .consent_reference("Tender 2026/17")
        .external_reference("17/2026")
        .valid_to("2999-12-24T00:00:00+01:00")
        .language_code("no-nb")
        .consent_receipt_redirect_url("https://example.no/done")
        .skip_altinn_notification()
        .forward_access_token(Secret::from("token-for-the-source"));
    // The sandbox has a limit for the end; the request is looked at alone.
    whole.await.unwrap_err();

    let accreditation = authorization(&client).await.into_handle();
    accreditation.status().await.unwrap();
    accreditation.clone().reuse_token().harvest("UnitBasicInformation").await.unwrap();
    let on_behalf = accreditation.clone().token_on_behalf_of_owner();
    on_behalf.harvest("UnitBasicInformation").query("OrganizationName").json().await.unwrap();
    accreditation.remind().await.unwrap();
    client
        .accreditations()
        .requestor(REQUESTOR)
        .changed_after("2026-09-24T14:00:00+02:00")
        .only_available()
        .query("[].id")
        .await
        .unwrap();
    accreditation.delete().await.unwrap();

    let requests: String =
        sandbox.requests().iter().filter(|request| request.path != "/token").map(shown).collect();
    insta::with_settings!({ filters => vec![
        ("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[id]"),
        (r"dan-rust/\d+\.\d+\.\d+", "dan-rust/[version]"),
        ("traceparent: .*\n", ""),
    ]}, { insta::assert_snapshot!(requests) });
}
