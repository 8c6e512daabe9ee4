//! The document about the sandbox names tests that there are.

use std::fs;
use std::path::Path;

/// The functions of all files below a folder, in one text.
fn sources(folder: &Path) -> String {
    let mut sources = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources.push_str(&self::sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    sources
}

#[test]
fn every_oddity_has_its_test() {
    let document = include_str!("../../../../docs/sandbox.md");
    let (_, table) = document.split_once("| the service | test").unwrap();
    let rows: Vec<_> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 30, "{}", rows.len());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = sources(&folder.join("src")) + &sources(&folder.join("tests"));
    for row in rows {
        let (_, tests) = row.trim_end_matches('|').rsplit_once('|').unwrap();
        let quoted = tests.split('`').skip(1).step_by(2).filter_map(|name| name.rsplit("::").next());
        // A module may stand before the name of its test.
        let names: Vec<_> = quoted.filter(|name| name.contains('_')).collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            assert!(sources.contains(&format!("fn {name}()")), "{name}");
        }
    }
}
