//! The examples run as they stand.

#[path = "../examples/archive_and_verify.rs"]
mod archive_and_verify;
#[path = "../examples/consent_journey.rs"]
mod consent_journey;
#[path = "../examples/direct_harvest.rs"]
mod direct_harvest;
#[path = "../examples/mutual_tls.rs"]
mod mutual_tls;
#[path = "../examples/own_token_provider.rs"]
mod own_token_provider;
#[path = "../examples/streaming.rs"]
mod streaming;

#[test]
fn archive_and_verify_runs() {
    archive_and_verify::main().unwrap();
}

#[test]
fn consent_journey_runs() {
    consent_journey::main().unwrap();
}

#[test]
fn direct_harvest_runs() {
    direct_harvest::main().unwrap();
}

#[test]
fn mutual_tls_runs() {
    mutual_tls::main().unwrap();
}

#[test]
fn own_token_provider_runs() {
    own_token_provider::main().unwrap();
}

#[test]
fn streaming_runs() {
    streaming::main().unwrap();
}

/// A new example is run here, too.
#[test]
fn every_example_is_among_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let this = include_str!("examples.rs");
    for example in std::fs::read_dir(folder).unwrap() {
        let name = example.unwrap().file_name().into_string().unwrap();
        assert!(this.contains(&format!("../examples/{name}")), "{name} is not run");
    }
}
