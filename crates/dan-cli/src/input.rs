//! What the command reads beside its command line.

use std::io::Read as _;
use std::path::Path;

use crate::failure::Failure;

/// A party's number. A command line can be seen by others; `-` and `@FILE` keep a person's number off it.
pub(crate) async fn party(argument: String) -> Result<String, Failure> {
    let number = if argument == "-" {
        // On a thread of its own, so that an interrupt ends the waiting.
        let read = tokio::task::spawn_blocking(|| {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        });
        read.await.map_err(Failure::ended)?.map_err(|error| {
            Failure::Io("the subject cannot be read from standard input".to_owned(), error)
        })?
    } else if let Some(path) = argument.strip_prefix('@') {
        text(Path::new(path))?
    } else {
        argument
    };
    Ok(number.trim().to_owned())
}

/// `KEY=VALUE`
pub(crate) fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("give it as KEY=VALUE".to_owned()),
    }
}

pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("'{}' cannot be read: {error}", path.display()))
}
