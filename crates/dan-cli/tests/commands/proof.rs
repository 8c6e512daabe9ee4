//! `dan verify`, and what it verifies.

use std::path::{Path, PathBuf};

use crate::support::RunningSandbox;

/// A harvest in a file, with its signature beside it and a record in an archive.
struct Harvested {
    sandbox: RunningSandbox,
    file: PathBuf,
    key: String,
}

impl Harvested {
    fn new() -> Self {
        let sandbox = RunningSandbox::start();
        let file = sandbox.folder.path().join("unit.json");
        let archive = sandbox.folder.path().join("archive");
        sandbox.succeed(&[
            "harvest",
            "UnitBasicInformation",
            "--subject",
            "991825827",
            "--out",
            text(&file),
            "--archive",
            text(&archive),
        ]);
        let key = sandbox.ready["signing_key_file"].as_str().unwrap().to_owned();
        Self { sandbox, file, key }
    }

    fn record(&self) -> PathBuf {
        let mut records = std::fs::read_dir(self.sandbox.folder.path().join("archive")).unwrap();
        records.next().unwrap().unwrap().path()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_file_and_a_record_are_genuine_until_they_are_changed() {
    let harvested = Harvested::new();
    let record = harvested.record();
    for path in [&harvested.file, &record] {
        let said = harvested.sandbox.succeed(&["verify", text(path), "--key", &harvested.key]);
        assert_eq!(said, "genuine: it is what the service signed with this key\n");
        let said = harvested.sandbox.succeed(&["verify", text(path)]);
        assert!(said.starts_with("unchanged: "), "{said}");
    }
    assert_eq!(
        harvested.sandbox.json(&["verify", text(&record), "--key", &harvested.key]),
        serde_json::json!({ "intact": true, "signed_by_key": true })
    );

    let bytes = std::fs::read_to_string(&harvested.file).unwrap();
    std::fs::write(&harvested.file, bytes.replace("EKSEMPEL", "EKSEMPLA")).unwrap();
    let said = harvested.sandbox.fail(&["verify", text(&harvested.file)], &[]);
    assert_eq!(said, "1: dan: the answer is not what was signed: it was changed since");
    std::fs::remove_file(harvested.file.with_extension("json.jws")).unwrap();
    let said = harvested.sandbox.fail(&["verify", text(&harvested.file)], &[]);
    assert!(said.starts_with("1: dan: the answer is not signed"), "{said}");
}

#[test]
fn a_file_that_is_there_is_replaced_by_force_only() {
    let harvested = Harvested::new();
    let again = ["harvest", "UnitBasicInformation", "--subject", "998997801", "--out", text(&harvested.file)];
    let said = harvested.sandbox.fail(&again, &[]);
    assert!(said.starts_with("2: ") && said.contains("--force replaces it"), "{said}");
    harvested.sandbox.succeed(&[&again[..], &["--force"]].concat());
    assert!(std::fs::read_to_string(&harvested.file).unwrap().contains("998997801"));
    harvested.sandbox.succeed(&["verify", text(&harvested.file), "--key", &harvested.key]);

    // A part of an answer is not signed, and what was there before is gone with its signature.
    harvested.sandbox.succeed(&[&again[..], &["--force", "--field", "OrganizationName"]].concat());
    let said = harvested.sandbox.fail(&["verify", text(&harvested.file)], &[]);
    assert!(said.starts_with("1: dan: the answer is not signed"), "{said}");
}

#[test]
fn a_signature_is_required_where_a_key_is_given() {
    let harvested = Harvested::new();
    let harvest = ["harvest", "UnitBasicInformation", "--subject", "991825827", "--key"];
    harvested.sandbox.succeed(&[&harvest[..], &[&harvested.key]].concat());
    let other = RunningSandbox::start();
    let said = harvested
        .sandbox
        .fail(&[&harvest[..], &[other.ready["signing_key_file"].as_str().unwrap()]].concat(), &[]);
    assert!(said.contains("signed with another key"), "{said}");
}

#[test]
fn a_binary_dataset_is_streamed_into_a_file() {
    let sandbox = RunningSandbox::start();
    let file = sandbox.folder.path().join("data.bin");
    let harvest = ["harvest", "EksempelBinaer", "--subject", "991825827", "--param", "antallBytes=3000000"];
    sandbox.succeed(&[&harvest[..], &["--no-envelope", "--out", text(&file)]].concat());
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 3_000_000);
    let folder = std::fs::read_dir(sandbox.folder.path()).unwrap();
    assert_eq!(folder.count(), 2, "only the file and the sandbox's variables");
}
