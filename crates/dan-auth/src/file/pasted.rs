//! What people paste, put right where that is safe.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// A secret store encodes once, and the person before it did, too.
const MOST_LAYERS: usize = 3;

/// Shorter text is a slip, not base64 of a key.
const SHORTEST_BASE64: usize = 16;

/// Content without what came along on the way: byte order marks, quotation marks, base64.
pub(crate) enum Pasted {
    /// Text with at least one `-----BEGIN`, with its line ends.
    Pem(Zeroizing<String>),
    /// Text that begins as a JSON object.
    Json(Zeroizing<String>),
    /// Bytes that are no text, such as DER.
    Binary(Zeroizing<Vec<u8>>),
    /// Text that is none of these.
    Unrecognized,
}

impl Pasted {
    pub(crate) fn normalise(input: &[u8]) -> Self {
        let mut layer = Zeroizing::new(input.to_vec());
        for _ in 0..=MOST_LAYERS {
            let Some(text) = text(&layer) else { return Self::Binary(layer) };
            let trimmed = unquoted(&text);
            if trimmed.contains("-----BEGIN") {
                return Self::Pem(with_line_ends(trimmed));
            }
            if trimmed.starts_with('{') {
                return Self::Json(unescaped(trimmed));
            }
            match unpacked(trimmed) {
                Some(inner) => layer = inner,
                None => return Self::Unrecognized,
            }
        }
        Self::Unrecognized
    }
}

/// The text without its byte order mark, from UTF-8 or UTF-16. A PEM may have letters of any encoding around its blocks.
fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => text(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match str::from_utf8(bytes) {
            Ok(text) => Some(Zeroizing::new(text.to_owned())),
            Err(_) if is_der(bytes) => None,
            Err(_) => {
                let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
                text.contains("-----BEGIN").then_some(text)
            }
        },
    }
}

/// PowerShell writes UTF-16 when output is redirected. The first bytes of a Java keystore are no byte order mark.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Zeroizing<String>> {
    let units =
        Zeroizing::new(bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect::<Vec<_>>());
    String::from_utf16(&units).ok().map(Zeroizing::new)
}

/// A sequence whose length takes several bytes, or is left open.
fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x80..=0x84, ..])
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return inner.trim();
        }
    }
    text
}

/// Line ends that became two characters on the way through a variable, and Windows's, become line ends again.
fn with_line_ends(text: &str) -> Zeroizing<String> {
    let text = Zeroizing::new(text.replace("\\r", "\r"));
    let text = Zeroizing::new(text.replace("\\n", "\n"));
    let text = Zeroizing::new(text.replace("\r\n", "\n"));
    Zeroizing::new(text.replace('\r', "\n"))
}

/// JSON that was once a text in JSON or in code. No object has a backslash at its beginning, and a key has none at all.
fn unescaped(json: &str) -> Zeroizing<String> {
    if json.starts_with("{\\") {
        Zeroizing::new(with_line_ends(json).replace("\\\"", "\""))
    } else {
        Zeroizing::new(json.to_owned())
    }
}

/// Base64 in either alphabet, padded or not, in any number of lines.
fn unpacked(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = with_line_ends(text);
    let packed = Zeroizing::new(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>());
    if packed.len() < SHORTEST_BASE64 {
        return None;
    }
    STANDARD
        .decode(packed.as_slice())
        .or_else(|_| URL_SAFE.decode(packed.as_slice()))
        .ok()
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    const PEM: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";

    fn pem(input: &[u8]) -> Option<String> {
        match Pasted::normalise(input) {
            Pasted::Pem(text) => Some(text.to_string()),
            _ => None,
        }
    }

    #[test]
    fn what_comes_along_on_the_way_is_left_out() {
        let utf16: Vec<u8> =
            "\u{feff}".encode_utf16().chain(PEM.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let once = BASE64_STANDARD.encode(PEM);
        let twice = BASE64_STANDARD.encode(&once);
        let ways: [Vec<u8>; 9] = [
            PEM.into(),
            format!("\u{feff}{PEM}").into(),
            PEM.replace('\n', "\r\n").into(),
            PEM.replace('\n', "\\n").into(),
            format!("\"{}\"", PEM.replace('\n', "\\r\\n")).into(),
            utf16,
            once.clone().into(),
            format!("  {}\n{}\n", &once[..20], &once[20..]).into(),
            twice.into(),
        ];
        for way in ways {
            assert_eq!(pem(&way).as_deref(), Some(PEM), "{}", String::from_utf8_lossy(&way));
        }
    }

    #[test]
    fn letters_in_an_old_encoding_around_the_blocks_do_no_harm() {
        let mut bag = b"friendlyName: \xC5s kommune\n".to_vec();
        bag.extend_from_slice(PEM.as_bytes());
        assert!(pem(&bag).is_some_and(|text| text.ends_with(PEM)));
    }

    #[test]
    fn what_is_neither_text_nor_base64_stays_as_it_is() {
        assert!(matches!(Pasted::normalise(&[0x30, 0x82, 1, 2]), Pasted::Binary(_)));
        assert!(matches!(Pasted::normalise(&[0xFE, 0xED, 0xFE, 0xED]), Pasted::Binary(_)));
        assert!(matches!(Pasted::normalise(b"secretly a passphrase"), Pasted::Unrecognized));
        assert!(matches!(Pasted::normalise(b""), Pasted::Unrecognized));
        assert!(matches!(Pasted::normalise(b" {}"), Pasted::Json(_)));
    }
}
