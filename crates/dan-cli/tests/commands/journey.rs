//! Accreditations, from the request to the harvest and the end.

use std::process::Output;

use dan_sandbox::{ConsentDecision, Sandbox};
use serde_json::Value;

use crate::support::{bare_dan, with};

const REQUEST: [&str; 5] = ["request", "--subject", "998997801", "--service-context", "eBevis"];
const CONSENT: [&str; 4] = ["--dataset", "RestanserV2:consent", "--consent-reference", "Tender 2026/17"];

/// A sandbox in this process, so that consents can be given by calls.
pub(crate) struct Journey {
    runtime: tokio::runtime::Runtime,
    pub(crate) sandbox: Sandbox,
}

impl Journey {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start()).unwrap();
        Self { runtime, sandbox }
    }

    fn dan(&self, arguments: &[&str]) -> Output {
        bare_dan(arguments).envs(self.sandbox.variables()).output().unwrap()
    }

    fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.dan(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn code(&self, arguments: &[&str]) -> i32 {
        self.dan(arguments).status.code().unwrap()
    }

    /// The accreditation that a request gives.
    fn accreditation(&self, request: &[&str]) -> String {
        let accreditation: Value =
            serde_json::from_str(&self.succeed(&with(request, &["--output", "json"]))).unwrap();
        accreditation["id"].as_str().unwrap().to_owned()
    }

    fn decide(&self, accreditation: &str, decision: ConsentDecision) {
        self.sandbox.decide_consent(accreditation, decision, true).unwrap();
    }
}

impl Drop for Journey {
    fn drop(&mut self) {
        // The sandbox's connections end within its runtime.
        let _entered = self.runtime.enter();
    }
}

/// Texts without what changes from run to run.
fn stable(text: &str, accreditation: &str) -> String {
    text.replace(accreditation, "ID")
}

#[test]
fn a_request_leads_to_a_harvest_and_ends_by_deletion() {
    let journey = Journey::start();
    let id = journey.accreditation(&with(&REQUEST, &["--dataset", "UnitBasicInformation"]));
    let mut report = String::new();
    for arguments in [
        &["status", id.as_str()][..],
        &["status", id.as_str(), "--wait"],
        &["accreditations", "list", "--service-context", "eBevis"],
        &["evidence", id.as_str(), "UnitBasicInformation", "--field", "OrganizationName"],
        &["accreditations", "delete", id.as_str()],
        &["accreditations", "list", "--service-context", "eBevis", "--only-available", "--query", "[].id"],
    ] {
        let command = stable(&arguments.join(" "), &id);
        report.push_str(&format!("$ dan {command}\n{}\n", stable(&journey.succeed(arguments), &id)));
    }
    insta::with_settings!({ filters => vec![
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
        (r"\d{4}-\d\d-\d\d", "DATE"),
    ] }, { insta::assert_snapshot!(report) });
    for gone in [
        &["status", id.as_str()][..],
        &["accreditations", "delete", id.as_str()],
        &["accreditations", "reminders", id.as_str()],
    ] {
        assert_eq!(journey.code(gone), 4, "{gone:?}");
    }
    let said = journey.dan(&["accreditations", "delete", &id]).stderr;
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("Check the accreditation id") && said.matches("HTTP 404").count() == 1, "{said}");
}

#[test]
fn consent_is_awaited_and_its_ends_have_codes() {
    let journey = Journey::start();
    let request = with(&REQUEST, &CONSENT);
    let id = journey.accreditation(&request);
    let harvest = ["evidence", id.as_str(), "RestanserV2"];
    assert_eq!(journey.code(&harvest), 5, "the consent is pending");
    assert_eq!(journey.code(&["status", &id, "--wait", "--timeout", "1s"]), 5, "the time is over");
    assert!(journey.succeed(&["accreditations", "remind", &id]).contains("sent"));
    assert_eq!(journey.code(&["accreditations", "remind", &id]), 5, "the last one is too recent");
    assert!(!journey.succeed(&["accreditations", "reminders", &id]).is_empty());

    journey.decide(&id, ConsentDecision::Grant);
    journey.succeed(&["status", &id, "--wait", "--timeout", "1m"]);
    let shown = journey.succeed(&harvest);
    assert!(shown.contains("12 500 NOK"), "{shown}");
    journey.decide(&id, ConsentDecision::Revoke);
    assert_eq!(journey.code(&harvest), 3, "the consent was withdrawn");

    let denied = journey.accreditation(&request);
    journey.decide(&denied, ConsentDecision::Deny);
    assert_eq!(journey.code(&["status", &denied, "--wait"]), 3, "the consent was denied");
}

#[test]
fn what_is_not_granted_is_told() {
    let journey = Journey::start();
    let skipped = ["--dataset", "UnitBasicInformation", "--dataset", "MvaMeldingsOpplysning:consent"];
    let request = [&REQUEST[..], &skipped, &["--consent-reference", "Tender 2026/17"]].concat();
    let output = journey.dan(&request);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(8), "{said}");
    assert!(said.contains("not everything was granted: MvaMeldingsOpplysning: "), "{said}");
    let output = journey.dan(&with(&request, &["--output", "json"]));
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "in_part");
    assert!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["id"].is_string());
}

/// Each line of the file is a code, as whoever keeps a list writes it.
#[test]
fn a_legal_basis_comes_from_a_file() {
    let journey = Journey::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("codes");
    std::fs::write(&file, "09000000-3\n45000000-7\n").unwrap();
    let basis = format!("cpv={}", file.display());
    let granted = journey.succeed(
        &[
            &REQUEST[..],
            &[
                "--dataset",
                "MvaMeldingsOpplysning:consent",
                "--consent-reference",
                "Tender",
                "--legal-basis",
                &basis,
            ],
        ]
        .concat(),
    );
    assert!(granted.contains("MvaMeldingsOpplysning"), "{granted}");
}

#[test]
fn a_request_that_cannot_be_right_is_not_sent() {
    let journey = Journey::start();
    for (options, code, word) in [
        (&["--dataset", "RestanserV2:consent"][..], 6, "consent"),
        (&["--dataset", "X", "--dataset", "X"], 6, "X"),
        (&["--dataset", "X", "--param", "Y.a=b"], 2, "belongs to no dataset"),
        (&["--dataset", "X", "--valid-to", "tomorrow"], 2, "no date"),
        (&["--dataset", "X", "--legal-basis", "law=x"], 2, "espd=FILE"),
        (&["--dataset", "X", "--legal-basis", "cpv=no-such-file"], 2, "cannot be read"),
    ] {
        let output = journey.dan(&with(&REQUEST, options));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{options:?} {said}");
        assert!(said.contains(word), "{options:?} {said}");
    }
    assert!(journey.sandbox.requests().iter().all(|request| !request.path.contains("authorization")));
}

#[test]
fn a_time_limit_is_kept_by_pauses_too() {
    let journey = Journey::start();
    let fault =
        r#"{"path":"/v1/directharvest/*","times":9,"fault":{"status":429,"headers":{"Retry-After":"100"}}}"#;
    journey.sandbox.inject_fault(fault).unwrap();
    let output = journey.dan(&[
        "harvest",
        "UnitBasicInformation",
        "--subject",
        "991825827",
        "--timeout",
        "30s",
        "--output",
        "json",
    ]);
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert!(error["error"]["retry_at"].is_string(), "{error}");
    let harvests = journey.sandbox.requests();
    assert_eq!(harvests.iter().filter(|request| request.path.contains("directharvest")).count(), 1);
}
