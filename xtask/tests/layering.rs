//! Dependencies between the crates point downward only.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// The workspace's crates, and those of them that each may depend on.
const LAYERS: [(&str, &[&str]); 8] = [
    ("dan-model", &[]),
    ("dan-codegen", &[]),
    ("dan-auth", &[]),
    ("dan-transport", &["dan-model", "dan-auth"]),
    ("dan-client", &["dan-model", "dan-auth", "dan-transport"]),
    ("dan-sandbox", &["dan-model"]),
    ("dan-cli", &["dan-client", "dan-codegen", "dan-sandbox"]),
    ("xtask", &["dan-codegen"]),
];

/// What does I/O, tells the time or runs tasks: none of it is for `dan-model`.
const NOT_FOR_THE_MODEL: [&str; 10] =
    ["async-trait", "futures-util", "http", "hyper", "jiff", "reqwest", "rustls", "tokio", "tracing", "url"];

/// The names of each crate's normal and build dependencies. Tests may use anything.
type Dependencies = BTreeMap<String, Vec<String>>;

fn workspace() -> Dependencies {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap();
            let names = dependencies
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

/// Every dependency that the layering does not allow, as a sentence.
fn violations(workspace: &Dependencies) -> Vec<String> {
    let mut violations = Vec::new();
    for (name, dependencies) in workspace {
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| layer == name) else {
            violations.push(format!("{name} has no place in the layering"));
            continue;
        };
        for dependency in dependencies {
            let ours = workspace.contains_key(dependency);
            let upward = ours && !allowed.contains(&dependency.as_str());
            let impure = name == "dan-model" && NOT_FOR_THE_MODEL.contains(&dependency.as_str());
            if upward || impure {
                violations.push(format!("{name} may not depend on {dependency}"));
            }
        }
    }
    violations
}

#[test]
fn dependencies_point_downward() {
    let workspace = workspace();
    assert_eq!(workspace.len(), LAYERS.len(), "{workspace:?}");
    assert_eq!(violations(&workspace), Vec::<String>::new());
}

#[test]
fn a_broken_layering_is_seen() {
    let depend = |pairs: &[(&str, &[&str])]| -> Dependencies {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        pairs.iter().map(|(name, dependencies)| ((*name).to_owned(), owned(dependencies))).collect()
    };
    let broken = depend(&[
        ("dan-auth", &["reqwest", "dan-model"]),
        ("dan-model", &["serde", "tokio"]),
        ("dan-new", &[]),
        ("dan-sandbox", &["dan-auth", "dan-model"]),
    ]);
    assert_eq!(
        violations(&broken),
        [
            "dan-auth may not depend on dan-model",
            "dan-model may not depend on tokio",
            "dan-new has no place in the layering",
            "dan-sandbox may not depend on dan-auth",
        ]
    );
}
