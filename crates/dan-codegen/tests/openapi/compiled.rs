//! Generated code in a crate of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How the documents are written that code comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// By us: neither the lints of this workspace nor rustdoc have anything to say.
    Own,
    /// By others: the compiler takes the code.
    Foreign,
}

/// The folder that cargo builds into.
pub(crate) fn target_folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    workspace.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Compiles the modules of a crate.
#[track_caller]
pub(crate) fn assert_compiles(name: &str, modules: impl Iterator<Item = (String, String)>, care: Care) {
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
    let commands: &[&[&str]] = match care {
        Care::Own => &[&["clippy", "--offline"], &["doc", "--offline", "--no-deps"]],
        Care::Foreign => &[&["check", "--offline"]],
    };
    for arguments in commands {
        let output = Command::new(env!("CARGO"))
            .args(*arguments)
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
