//! Which legal bases the service accepts.

use super::authorization_request::{LegalBasis, LegalBasisKind};

/// The codes of the Common Procurement Vocabulary that make a legal basis: construction, repair, catering, transport,
/// cleaning.
const QUALIFYING_CODES: [&str; 24] = [
    "45000000-7",
    "45100000-8",
    "45200000-9",
    "45300000-0",
    "45400000-1",
    "45500000-2",
    "50000000-5",
    "51000000-9",
    "55000000-0",
    "55100000-1",
    "55200000-2",
    "55300000-3",
    "55400000-4",
    "55500000-5",
    "55900000-9",
    "60000000-8",
    "60100000-9",
    "60112000-6",
    "90000000-7",
    "90610000-6",
    "90900000-6",
    "90911000-6",
    "90913000-0",
    "90919000-2",
];

/// Whether a legal basis is of one of the kinds, which are flags, and valid.
pub(super) fn is_accepted(legal_basis: &LegalBasis, kinds: u8) -> bool {
    let content = legal_basis.content.as_deref().unwrap_or_default();
    match legal_basis.kind {
        Some(LegalBasisKind::Espd) => kinds & 1 != 0,
        Some(LegalBasisKind::Cpv) => {
            kinds & 2 != 0 && content.split([',', ' ']).any(|code| QUALIFYING_CODES.contains(&code))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accepted(kind: &str, content: &str, kinds: u8) -> bool {
        let legal_basis = json!({ "id": "1", "type": kind, "content": content });
        is_accepted(&serde_json::from_value(legal_basis).unwrap(), kinds)
    }

    #[test]
    fn kinds_are_flags_and_codes_must_qualify() {
        assert!(
            accepted("espd", "<xml/>", 1) && accepted("espd", "<xml/>", 3) && !accepted("espd", "<xml/>", 2)
        );
        assert!(accepted("cpv", "1, 90911000-6", 2) && accepted("CPV", "45000000-7", 3));
        assert!(
            !accepted("cpv", "90911000", 2) && !accepted("cpv", "", 2) && !accepted("cpv", "45000000-7", 1)
        );
    }
}
