//! The check digits of Norwegian numbers.

/// The digits of a text that is so many digits and nothing else.
pub(super) fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|byte| byte - b'0'))
}

/// The modulus-11 check digit, or `None` for the digits that have none.
pub(super) fn check_digit(digits: &[u8], weights: &[u8]) -> Option<u8> {
    let sum: u16 = digits.iter().zip(weights).map(|(digit, weight)| u16::from(digit * weight)).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => u8::try_from(digit).ok(),
    }
}
