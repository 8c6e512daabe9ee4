//! Generated code in a crate of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Compiles the modules of a crate, with every lint that this workspace has, and writes its documentation.
#[track_caller]
pub(crate) fn assert_compiles(name: &str, modules: impl Iterator<Item = (String, String)>) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let source = folder.join("src");
    if source.exists() {
        fs::remove_dir_all(&source).unwrap();
    }
    fs::create_dir_all(&source).unwrap();
    let mut root = "//! Generated code.\n".to_owned();
    for (module, code) in modules {
        fs::write(source.join(format!("{module}.rs")), code).unwrap();
        root += &format!("#[rustfmt::skip]\npub mod {module};\n");
    }
    fs::write(source.join("lib.rs"), root).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest(name, &workspace)).unwrap();
    // The same versions as here, which are there already.
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for arguments in [&["clippy", "--offline"][..], &["doc", "--offline", "--no-deps"]] {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"))
            .env("RUSTFLAGS", "--deny warnings")
            .env("RUSTDOCFLAGS", "--deny warnings")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn manifest(name: &str, workspace: &Path) -> String {
    format!(
        "[package]
name = \"generated-{name}\"
version = \"0.0.0\"
edition = \"2024\"

[workspace]

[lints.rust]
missing_docs = \"warn\"
unreachable_pub = \"warn\"

[lints.clippy]
all = {{ level = \"warn\", priority = -1 }}
pedantic = {{ level = \"warn\", priority = -1 }}
doc_markdown = \"allow\"
must_use_candidate = \"allow\"
module_name_repetitions = \"allow\"

[dependencies]
dan-model = {{ path = '{}' }}
schemars = \"1\"
serde = {{ version = \"1\", features = [\"derive\"] }}
serde_json = \"1\"
",
        workspace.join("crates/dan-model").display()
    )
}
