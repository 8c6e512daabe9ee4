//! The settings that the command `dan` needs to use a sandbox, as variables and as a file of them.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// The service context whose subscription key is the default one.
const DEFAULT_CONTEXT: &str = "eBevis";

/// The variable with the subscription key of a service context.
pub(crate) fn subscription_key_variables<'a>(
    keys: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    for (context, key) in keys {
        if context == DEFAULT_CONTEXT {
            variables.push(("DAN_SUBSCRIPTION_KEY".to_owned(), key.clone()));
        }
        variables.push((format!("DAN_SUBSCRIPTION_KEY_{}", variable_part(context)), key.clone()));
    }
    variables
}

/// A name in capitals, with `_` for everything that a variable's name cannot have.
fn variable_part(name: &str) -> String {
    let part = |character: char| {
        if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' }
    };
    name.chars().map(part).collect()
}

/// Writes variables as a file that a shell can read with `.`: whole or not at all, for its owner alone.
pub(crate) fn write_file(path: &Path, variables: &[(String, String)]) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are made with mode 0600.
    let mut file = NamedTempFile::new_in(directory)?;
    for (name, value) in variables {
        writeln!(file, "export {name}={}", quoted(value))?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A text between single quotes, as every POSIX shell reads it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn names_the_keys_by_context() {
        let keys = [("Altinn Studio-apps", "1"), ("eBevis", "2")]
            .map(|(name, key)| (name.to_owned(), key.to_owned()));
        let variables = subscription_key_variables(keys.iter().map(|(name, key)| (name, key)));
        let expected = [
            ("DAN_SUBSCRIPTION_KEY_ALTINN_STUDIO_APPS", "1"),
            ("DAN_SUBSCRIPTION_KEY", "2"),
            ("DAN_SUBSCRIPTION_KEY_EBEVIS", "2"),
        ];
        assert_eq!(variables, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_shell_reads_what_was_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sandbox.env");
        let value = r#"it's "$HOME" `x` \ {"a":1} æøå"#;
        write_file(&path, &[("FIRST".into(), "overwritten".into())]).unwrap();
        write_file(&path, &[("FIRST".into(), value.into()), ("SECOND".into(), String::new())]).unwrap();
        let shell = Command::new("sh")
            .args(["-c", ". \"$0\" && printf '%s|%s' \"$FIRST\" \"${SECOND-unset}\""])
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(shell.stdout).unwrap(), format!("{value}|"));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sandbox.env");
        std::fs::write(&path, "readable by all").unwrap();
        write_file(&path, &[]).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        assert!(write_file(&directory.path().join("none/sandbox.env"), &[]).is_err());
    }
}
