//! PEM (RFC 7468), read by rustls-pemfile. Nothing else here knows that crate.
//!
//! That parser wants its text in lines, passes over blocks whose label it does not know, and quotes the line that it
//! chokes on, which may be the key. So the blocks are found here, each is written tidily before the parser sees it, and
//! the parser's errors are never passed on.

use rustls_pemfile::Item;
use zeroize::{Zeroize as _, Zeroizing};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
const LINE_LENGTH: usize = 64;

/// A block, from its `BEGIN` line to its `END` line.
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    /// `None` when the block has no end of its own.
    body: Option<&'a str>,
}

/// All blocks of the text, in their order. What stands around them is passed over.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        rest = after;
        let Some((label, content)) = after.split_once(DASHES).filter(|(label, _)| is_label(label)) else {
            continue;
        };
        match content.split_once(END) {
            Some((body, after_end)) if !body.contains(BEGIN) && ends(after_end, label) => {
                blocks.push(Block { label, body: Some(body) });
                rest = after_end;
            }
            _ => {
                blocks.push(Block { label, body: None });
                rest = content;
            }
        }
    }
    blocks
}

impl Block<'_> {
    /// Whether it breaks off before its end, or ends as something else than it began.
    pub(crate) fn is_truncated(&self) -> bool {
        self.body.is_none()
    }

    /// Whether it is encrypted in OpenSSL's own way (RFC 1421 section 4.6), before PKCS#8.
    pub(crate) fn is_encrypted_in_the_old_way(&self) -> bool {
        self.body.is_some_and(|body| body.contains("Proc-Type:") || body.contains("DEK-Info:"))
    }

    /// What it holds, in DER; `None` when that is no base64.
    pub(crate) fn der(&self) -> Option<Zeroizing<Vec<u8>>> {
        let tidy = self.tidied()?;
        match rustls_pemfile::read_one(&mut tidy.as_bytes()) {
            Ok(Some(Item::Pkcs8Key(mut key))) => {
                let der = Zeroizing::new(key.secret_pkcs8_der().to_vec());
                key.zeroize();
                Some(der)
            }
            _ => None,
        }
    }

    /// The block in lines, with nothing else in it. It gets a label that the parser knows; which it is makes no difference
    /// to the bytes.
    fn tidied(&self) -> Option<Zeroizing<String>> {
        let body = self.body?;
        let capacity = body.len() + body.len() / LINE_LENGTH + 64;
        let mut tidy = Zeroizing::new(String::with_capacity(capacity));
        tidy.push_str("-----BEGIN PRIVATE KEY-----\n");
        let characters = body.chars().filter(|character| !character.is_whitespace());
        for (index, character) in characters.enumerate() {
            if index > 0 && index % LINE_LENGTH == 0 {
                tidy.push('\n');
            }
            tidy.push(character);
        }
        tidy.push_str("\n-----END PRIVATE KEY-----\n");
        Some(tidy)
    }
}

fn is_label(text: &str) -> bool {
    text.len() <= LINE_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ')
}

fn ends(after_end: &str, label: &str) -> bool {
    after_end.strip_prefix(label).is_some_and(|rest| rest.starts_with(DASHES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_in_one_line_is_read() {
        let text = "Bag Attributes\n-----BEGIN EC PRIVATE KEY----- AQID BAUG -----END EC PRIVATE KEY-----";
        let blocks = blocks(text);
        assert_eq!((blocks.len(), blocks[0].label), (1, "EC PRIVATE KEY"));
        assert_eq!(blocks[0].der().as_deref(), Some(&vec![1, 2, 3, 4, 5, 6]));
    }

    #[test]
    fn a_block_without_its_end_takes_nothing_from_the_next() {
        let text = "-----BEGIN A-----\nAQID\n-----BEGIN B-----\nAQID\n-----END B-----\n-----BEGIN C-----";
        let found: Vec<_> =
            blocks(text).iter().map(|block| (block.label.to_owned(), block.is_truncated())).collect();
        let expected = [("A", true), ("B", false), ("C", true)];
        assert_eq!(found, expected.map(|(label, truncated)| (label.to_owned(), truncated)));
    }
}
