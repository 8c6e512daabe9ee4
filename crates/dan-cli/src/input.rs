//! What the command reads beside its command line.

use std::io::Read as _;
use std::path::Path;

use crate::failure::Failure;

/// What some editors put before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

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
    } else if argument == "@" {
        return Err(Failure::Usage("'@' stands before the name of a file, which is missing".to_owned()));
    } else if let Some(path) = argument.strip_prefix('@') {
        text(Path::new(path))?
    } else {
        argument
    };
    match number.trim_start_matches(BYTE_ORDER_MARK).trim() {
        "" => Err(Failure::Usage("the subject is empty; give one number".to_owned())),
        several if several.contains('\n') => {
            Err(Failure::Usage("the subject is more than one line; give one number".to_owned()))
        }
        number => Ok(number.to_owned()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_party_is_one_number() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("subject");
        let in_file = format!("@{}", file.display());
        for (text, number) in
            [("998997801\n", "998997801"), ("\u{feff}998997801\r\n", "998997801"), ("  a b\t", "a b")]
        {
            std::fs::write(&file, text).unwrap();
            assert_eq!(party(in_file.clone()).await.unwrap(), number);
        }
        for text in ["", " \n", "998997801\n991825827\n"] {
            std::fs::write(&file, text).unwrap();
            assert!(matches!(party(in_file.clone()).await, Err(Failure::Usage(_))), "{text:?}");
        }
        for argument in ["", " ", "@", "@no-such-file"] {
            assert!(matches!(party(argument.to_owned()).await, Err(Failure::Usage(_))), "{argument:?}");
        }
    }
}
