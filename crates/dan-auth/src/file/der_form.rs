//! What a file without any label holds, by the first things in it.

use pkcs8::der::asn1::AnyRef;
use pkcs8::der::{Decode as _, SliceReader, Tag, Tagged as _};

/// The forms of DER that hold keys and certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DerForm {
    Pkcs1,
    Pkcs8,
    EncryptedPkcs8,
    Sec1,
    Pkcs12,
    PublicKey,
    Certificate,
    /// Certificates without keys, as Windows exports them.
    Pkcs7,
    /// A Java keystore, which is no DER but takes its place.
    JavaKeystore,
    /// BER that leaves lengths open.
    OpenLength,
    /// It says that it is longer than it is.
    Truncated,
    Unknown,
}

impl DerForm {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xFE, 0xED, 0xFE, 0xED, ..] => Self::JavaKeystore,
            [0x30, 0x80, ..] => Self::OpenLength,
            _ => match declared_length(bytes) {
                Some(length) if length > bytes.len() => Self::Truncated,
                Some(_) => {
                    first_two(bytes).map_or(Self::Unknown, |(first, second)| Self::with(first, second))
                }
                None => Self::Unknown,
            },
        }
    }

    fn with(first: AnyRef<'_>, second: AnyRef<'_>) -> Self {
        match (first.tag(), second.tag()) {
            (Tag::Integer, Tag::Sequence) if first.value() == [3] => Self::Pkcs12,
            (Tag::Integer, Tag::Sequence) => Self::Pkcs8,
            (Tag::Integer, Tag::Integer) if first.value().len() == 1 => Self::Pkcs1,
            (Tag::Integer, Tag::Integer) | (Tag::Sequence, Tag::BitString) => Self::PublicKey,
            (Tag::Integer, Tag::OctetString) => Self::Sec1,
            (Tag::Sequence, Tag::OctetString) => Self::EncryptedPkcs8,
            (Tag::Sequence, Tag::Sequence) => Self::Certificate,
            (Tag::ObjectIdentifier, Tag::ContextSpecific { .. }) => Self::Pkcs7,
            _ => Self::Unknown,
        }
    }
}

/// The sequence alone: copying through a terminal may leave a line end after it.
pub(crate) fn without_line_end(bytes: &[u8]) -> &[u8] {
    match declared_length(bytes).and_then(|length| bytes.split_at_checked(length)) {
        Some((sequence, rest)) if rest.iter().all(u8::is_ascii_whitespace) => sequence,
        _ => bytes,
    }
}

fn first_two(bytes: &[u8]) -> Option<(AnyRef<'_>, AnyRef<'_>)> {
    let (tag_and_length, content) = (header_length(bytes)?, declared_length(bytes)?);
    let mut reader = SliceReader::new(bytes.get(tag_and_length..content)?).ok()?;
    Some((AnyRef::decode(&mut reader).ok()?, AnyRef::decode(&mut reader).ok()?))
}

/// How long the whole sequence is by its own word.
fn declared_length(bytes: &[u8]) -> Option<usize> {
    let header = header_length(bytes)?;
    let content = match bytes.get(1)? {
        short @ 0..=0x7F => usize::from(*short),
        _ => bytes.get(2..header)?.iter().try_fold(0usize, |length, byte| {
            length.checked_mul(256).map(|length| length + usize::from(*byte))
        })?,
    };
    content.checked_add(header)
}

fn header_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x30, 0..=0x7F, ..] => Some(2),
        [0x30, long @ 0x81..=0x84, ..] => Some(2 + usize::from(long & 0x7F)),
        _ => None,
    }
}
