//! What can be asked without a token.

use serde_json::Value;

use crate::support::{RunningSandbox, bare_dan};

#[test]
fn datasets_are_listed_for_people_and_programs() {
    let sandbox = RunningSandbox::start();
    assert!(sandbox.succeed(&["datasets", "list"]).contains("UnitBasicInformation"));
    let json: Value =
        serde_json::from_str(&sandbox.succeed(&["datasets", "list", "--output", "json"])).unwrap();
    assert!(
        json.as_array().unwrap().iter().any(|dataset| dataset["evidenceCodeName"] == "UnitBasicInformation")
    );
    let lines = sandbox.succeed(&["datasets", "list", "--output", "ndjson"]);
    assert_eq!(lines.lines().count(), json.as_array().unwrap().len());
    let of_tilda = sandbox.succeed(&["datasets", "list", "--service-context", "Tilda"]);
    assert!(of_tilda.contains("TildaMetadatav1") && !of_tilda.contains("RestanserV2"), "{of_tilda}");
    let none = sandbox.succeed(&["datasets", "list", "--search", "no such text"]);
    assert_eq!(none, "There is no such dataset.\n");
}

#[test]
fn a_dataset_is_told_in_plain_words() {
    let sandbox = RunningSandbox::start();
    let mut report = String::new();
    for name in
        ["UnitBasicInformation", "RestanserV2", "TildaTilsynsrapportv1", "FregPerson", "EksempelAsynkron"]
    {
        report.push_str(&sandbox.succeed(&["datasets", "show", name]));
        report.push('\n');
    }
    insta::assert_snapshot!(report);
    assert_eq!(sandbox.json(&["datasets", "show", "RestanserV2"])["evidenceCodeName"], "RestanserV2");
    let unknown = sandbox.fail(&["datasets", "show", "RestanserV1"], &[]);
    assert!(unknown.starts_with("4: "), "{unknown}");
}

#[test]
fn what_changed_since_the_metadata_was_saved_is_told() {
    let sandbox = RunningSandbox::start();
    let file = sandbox.folder.path().join("metadata.json");
    let saved = sandbox.succeed(&["datasets", "list", "--output", "json"]);
    std::fs::write(&file, &saved).unwrap();
    let check = ["datasets", "check", "--against", file.to_str().unwrap()];
    assert_eq!(sandbox.succeed(&check), "Nothing changed.\n");

    std::fs::write(&file, saved.replace("\"RestanserV2\"", "\"RestanserV3\"")).unwrap();
    let output = sandbox.dan(&check, &[]);
    assert_eq!(output.status.code(), Some(8));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("RestanserV3") && said.contains("is gone"), "{said}");
    for nothing in ["[{}]", "[]", "{}", ""] {
        std::fs::write(&file, nothing).unwrap();
        assert!(sandbox.fail(&check, &[]).starts_with("2: "), "{nothing}");
    }

    std::fs::write(&file, sandbox.succeed(&["datasets", "show", "Roller", "--output", "json"])).unwrap();
    assert_eq!(sandbox.succeed(&check), "Nothing changed.\n");
}

#[test]
fn public_data_needs_neither_key_nor_token() {
    let sandbox = RunningSandbox::start();
    let ask = |arguments: &[&str]| {
        let mut command = bare_dan(arguments);
        command
            .env("DAN_BASE_URL", &sandbox.variables["DAN_BASE_URL"])
            .env("DAN_CA_FILE", &sandbox.variables["DAN_CA_FILE"]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        format!("$ dan {}\n{}\n", arguments.join(" "), String::from_utf8(output.stdout).unwrap())
    };
    let mut report = String::new();
    for arguments in [
        &["service-contexts"][..],
        &["codes", "statuses"],
        &["unit", "991825827"],
        &["unit", "991825827", "--is-public"],
        &["unit", "998997801", "--hierarchy", "--output", "ndjson"],
        &["unit", "998997801", "--subunits"],
        &["usage", "month"],
        &["open-data", "UnitBasicInformation", "991825827", "--query", "OrganizationName"],
        &["version"],
    ] {
        report.push_str(&ask(arguments));
    }
    assert!(ask(&["codes", "errors", "--output", "json"]).contains("\"code\":1024"));
    insta::with_settings!({ filters => vec![
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    ] }, { insta::assert_snapshot!(report) });
}

#[test]
fn a_unit_that_is_not_there_is_told_as_such() {
    let sandbox = RunningSandbox::start();
    assert!(sandbox.fail(&["unit", "999999999"], &[]).starts_with("4: "));
    assert!(sandbox.fail(&["unit", "999999999", "--hierarchy"], &[]).starts_with("4: "));
}
