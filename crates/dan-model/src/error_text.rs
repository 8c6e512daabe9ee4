//! What the service says in the text of an error alone: the time of the next try, where a consent stands, which
//! requirements were not met.

use std::fmt;

use crate::privacy::mask_personal_numbers;
use crate::{ErrorCode, ErrorModel, Retry, Timestamp};

/// Where a consent stands that does not allow a harvest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConsentRefusal {
    /// Nobody has answered yet.
    Pending,
    /// Denied, or granted and then withdrawn; the service gives one text for both.
    DeniedOrWithdrawn,
    /// The time of the permission is over.
    Expired,
}

/// A requirement that was not met, as error 1019 tells of it.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denial<'e> {
    /// The dataset that has the requirement; `None` when the text names none.
    pub evidence_code_name: Option<&'e str>,
    /// What the service says, as it was sent. It may hold a national identity number, which `Debug` masks.
    pub text: &'e str,
    /// What it is about, as far as the text tells.
    pub reason: DenialReason,
}

/// What an unmet requirement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenialReason {
    /// The authorization request has to ask for consent to the dataset.
    ConsentNotRequested,
    /// The authorization request has to say what the person who consents reads as the reason.
    ConsentReferenceMissing,
    /// The access token lacks a scope.
    ScopeMissing,
    /// A token of the caller's own has to be used towards the source.
    OwnTokenMissing,
    /// No legal basis was given that qualifies.
    LegalBasisMissing,
    /// The last reminder is too recent.
    ReminderTooSoon,
    /// The text does not tell, in words that this version knows.
    Unknown,
}

impl ErrorModel {
    /// Whether and when the same request can succeed, by the code and the text.
    ///
    /// ```
    /// use dan_model::{ErrorModel, Retry, Timestamp};
    ///
    /// let error: ErrorModel = serde_json::from_str(
    ///     r#"{"code":1016,"description":"Not yet available. Retry no earlier than: 2026-09-24T12:00:00"}"#,
    /// )?;
    /// let not_before = Some(Timestamp::from("2026-09-24T12:00:00"));
    /// assert_eq!(error.retry(), Retry::WhenReady { not_before });
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn retry(&self) -> Retry {
        match self.code.retry() {
            Retry::WhenReady { .. } => Retry::WhenReady { not_before: self.not_before() },
            Retry::AfterConsent => match self.consent_refusal() {
                Some(ConsentRefusal::Pending) => Retry::AfterConsent,
                _ => Retry::Never,
            },
            _ if self.is_quota_of_source() => Retry::AfterQuota,
            retry => retry,
        }
    }

    /// What to do about it, in one sentence for a person: by the text, where that tells more than the code.
    ///
    /// ```
    /// use dan_model::{ErrorCode, ErrorModel};
    ///
    /// let error = ErrorModel::new(ErrorCode::ConsentNotGranted).with_description("Consent: it is pending");
    /// assert_eq!(error.advice(), "Wait for the subject's answer.");
    /// ```
    pub fn advice(&self) -> &'static str {
        match self.consent_refusal() {
            Some(ConsentRefusal::Pending) => return "Wait for the subject's answer.",
            Some(ConsentRefusal::DeniedOrWithdrawn) => return "Only the subject can change that.",
            Some(ConsentRefusal::Expired) => return "Send a new authorization request.",
            None => {}
        }
        let reasons: Vec<DenialReason> = self.denials().map(|denial| denial.reason).collect();
        let common = match reasons.as_slice() {
            [first, others @ ..] if others.iter().all(|other| other == first) => Some(*first),
            // Whoever asks for consent has to give the reference, too, and is told so.
            [_, ..] if reasons.iter().all(|reason| reason.is_about_consent()) => {
                Some(DenialReason::ConsentNotRequested)
            }
            _ => None,
        };
        common.and_then(DenialReason::advice).unwrap_or_else(|| self.code.advice())
    }

    /// A source may be the one whose quota is used up: then the service's own code for that is the source's number.
    fn is_quota_of_source(&self) -> bool {
        let number = self.detail_code.as_deref().and_then(|code| code.rsplit('-').next());
        let number = number.and_then(|number| number.parse::<i64>().ok());
        number.map(ErrorCode::from) == Some(ErrorCode::QuotaExceeded)
    }

    /// Where the consent stands that error 1010 complains of; `None` for other errors, and when the text does not
    /// tell.
    pub fn consent_refusal(&self) -> Option<ConsentRefusal> {
        match self.code {
            ErrorCode::ConsentNotGranted => {}
            ErrorCode::ConsentExpired => return Some(ConsentRefusal::Expired),
            ErrorCode::ConsentRevoked => return Some(ConsentRefusal::DeniedOrWithdrawn),
            _ => return None,
        }
        let text = self.specific_text()?.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&["denied", "rejected", "revoked", "withdrawn"]) {
            Some(ConsentRefusal::DeniedOrWithdrawn)
        } else if says(&["expired"]) {
            Some(ConsentRefusal::Expired)
        } else if says(&["pending", "awaiting", "not yet", "not been given", "not been answered"]) {
            Some(ConsentRefusal::Pending)
        } else {
            None
        }
    }

    /// The requirements that error 1019 complains of; none for other errors.
    ///
    /// The service joins all of them into one text, in no fixed order.
    ///
    /// ```
    /// use dan_model::{DenialReason, ErrorModel};
    ///
    /// let error: ErrorModel = serde_json::from_str(
    ///     r#"{"code":1019,"description":"Denied: A: the field 'consentReference' must be supplied, B: no"}"#,
    /// )?;
    /// let denials: Vec<_> = error.denials().collect();
    /// assert_eq!(denials[0].evidence_code_name, Some("A"));
    /// assert_eq!(denials[0].reason, DenialReason::ConsentReferenceMissing);
    /// assert_eq!(denials[1].text, "no");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn denials(&self) -> impl Iterator<Item = Denial<'_>> {
        let text = match self.code {
            ErrorCode::AuthorizationDenied => self.specific_text(),
            _ => None,
        };
        text.into_iter().flat_map(split_denials).map(denial)
    }

    /// The text of the code, a colon and a blank come before what went wrong this time.
    fn specific_text(&self) -> Option<&str> {
        self.description.as_deref()?.split_once(": ").map(|(_, specific)| specific)
    }

    /// The service puts the time at the very end of the text.
    fn not_before(&self) -> Option<Timestamp> {
        let last = self.description.as_deref()?.split_whitespace().last()?;
        let time = last.trim_end_matches('.');
        is_date_with_time(time).then(|| Timestamp::from(time))
    }
}

impl fmt::Debug for Denial<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Denial")
            .field("evidence_code_name", &self.evidence_code_name.map(mask_personal_numbers))
            .field("text", &mask_personal_numbers(self.text))
            .field("reason", &self.reason)
            .finish()
    }
}

/// Whether a word begins as `2026-09-24T12:00:00` does.
fn is_date_with_time(word: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    word.len() >= FORM.len()
        && word.bytes().zip(FORM).all(|(byte, form)| byte == *form || *form == b'0' && byte.is_ascii_digit())
}

/// Texts hold commas of their own: a new part begins where a dataset's name and a colon follow.
fn split_denials(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (comma, separator) in text.match_indices(", ") {
        let next = comma + separator.len();
        if named(&text[next..]).is_some() {
            parts.push(&text[start..comma]);
            start = next;
        }
    }
    parts.push(&text[start..]);
    parts
}

fn denial(part: &str) -> Denial<'_> {
    let (evidence_code_name, text) = named(part).map_or((None, part), |(name, text)| (Some(name), text));
    Denial { evidence_code_name, text, reason: DenialReason::of(text) }
}

/// A dataset's name holds no blanks.
fn named(part: &str) -> Option<(&str, &str)> {
    part.split_once(": ").filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
}

impl DenialReason {
    /// What to do about it; `None` when the text did not tell what it is about.
    fn advice(self) -> Option<&'static str> {
        Some(match self {
            Self::ConsentNotRequested => "Ask for consent to the dataset, in an authorization request.",
            Self::ConsentReferenceMissing => {
                "Give the consent reference: what the person who consents reads."
            }
            Self::ScopeMissing => "Get a token with the scope, which the dataset's owner grants.",
            Self::OwnTokenMissing => {
                "Use a token of your own towards the source, or one on behalf of the owner."
            }
            Self::LegalBasisMissing => "Give a legal basis that the dataset takes.",
            Self::ReminderTooSoon => "Wait until the last reminder is a week old.",
            Self::Unknown => return None,
        })
    }

    fn is_about_consent(self) -> bool {
        matches!(self, Self::ConsentNotRequested | Self::ConsentReferenceMissing)
    }

    fn of(text: &str) -> Self {
        let text = text.to_lowercase();
        let says = |word: &str| text.contains(word);
        if says("consentreference") {
            Self::ConsentReferenceMissing
        } else if says("requestconsent") {
            Self::ConsentNotRequested
        } else if says("scope") {
            Self::ScopeMissing
        } else if says("legal basis") {
            Self::LegalBasisMissing
        } else if says("remind") {
            Self::ReminderTooSoon
        } else if says("token") {
            Self::OwnTokenMissing
        } else {
            Self::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i64, description: &str) -> ErrorModel {
        ErrorModel::new(ErrorCode::from(code)).with_description(description)
    }

    #[test]
    fn the_time_of_the_next_try_stands_at_the_end() {
        for (description, time) in [
            ("Not yet. No earlier than: 2026-09-24T12:00:00", Some("2026-09-24T12:00:00")),
            ("Not yet. No earlier than: 2026-09-24T12:00:00.", Some("2026-09-24T12:00:00")),
            ("2026-09-24T12:00:00.1234567Z", Some("2026-09-24T12:00:00.1234567Z")),
            ("2026-09-24T12:00:00 is not the end", None),
            ("Not yet", None),
            ("No earlier than: 2026-09-24", None),
            ("", None),
            ("２０２６-09-24T12:00:00", None),
        ] {
            let not_before = time.map(Timestamp::from);
            assert_eq!(error(1016, description).retry(), Retry::WhenReady { not_before }, "{description}");
        }
        assert_eq!(error(1013, "2026-09-24T12:00:00").retry(), Retry::BackOff);
    }

    #[test]
    fn a_consent_that_is_pending_is_no_refusal_for_good() {
        for (description, refusal, retry) in [
            (
                "Consent: A: The consent request is pending",
                Some(ConsentRefusal::Pending),
                Retry::AfterConsent,
            ),
            ("Consent: It was DENIED", Some(ConsentRefusal::DeniedOrWithdrawn), Retry::Never),
            ("Consent: It has been revoked", Some(ConsentRefusal::DeniedOrWithdrawn), Retry::Never),
            ("Consent: It has expired", Some(ConsentRefusal::Expired), Retry::Never),
            ("Consent: Something else", None, Retry::Never),
            ("An error regarding expired things", None, Retry::Never),
        ] {
            let error = error(1010, description);
            assert_eq!((error.consent_refusal(), error.retry()), (refusal, retry), "{description}");
        }
        assert_eq!(error(1011, "").consent_refusal(), Some(ConsentRefusal::Expired));
        assert_eq!(error(1019, "Denied: expired").consent_refusal(), None);
    }

    #[test]
    fn a_quota_of_a_source_is_a_quota() {
        let of_source = |detail_code| error(3001, "Temporary").with_detail_code(detail_code).retry();
        assert_eq!(of_source("BRREG-1029"), Retry::AfterQuota);
        for other in ["BRREG-1028", "BRREG-1", "1029-BRREG", "BRREG-99999999999999999999", ""] {
            assert_eq!(of_source(other), Retry::BackOff, "{other}");
        }
    }

    #[test]
    fn the_text_may_advise_better_than_the_code() {
        let denied = "The request has been denied authorization";
        let lines: Vec<&str> = [
            error(1010, "Consent: It is pending"),
            error(1010, "Consent: It was denied"),
            error(1010, "Consent: It has expired"),
            error(1010, "Consent"),
            error(1019, &format!("{denied}: A: you need to supply \"requestConsent\": true")),
            error(1019, &format!("{denied}: A: the field 'consentReference' must be supplied")),
            error(1019, &format!("{denied}: A: lacks the scope 'a', B: lacks the scope 'b'")),
            error(1019, &format!("{denied}: A: lacks the scope 'a', B: no legal basis")),
            error(1019, &format!("{denied}: A: provide an access token of your own")),
            error(1019, &format!("{denied}: A: no legal basis")),
            error(1019, &format!("{denied}: A reminder was sent")),
            error(1019, denied),
            error(1013, "Upstream"),
        ]
        .iter()
        .map(ErrorModel::advice)
        .collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        Wait for the subject's answer.
        Only the subject can change that.
        Send a new authorization request.
        The subject's consent is needed.
        Ask for consent to the dataset, in an authorization request.
        Give the consent reference: what the person who consents reads.
        Get a token with the scope, which the dataset's owner grants.
        Check the token's scopes and organization against the dataset's requirements.
        Use a token of your own towards the source, or one on behalf of the owner.
        Give a legal basis that the dataset takes.
        Wait until the last reminder is a week old.
        Check the token's scopes and organization against the dataset's requirements.
        Try again later.
        ");
    }

    #[test]
    fn unmet_requirements_are_told_apart() {
        let error = error(
            1019,
            "The request has been denied authorization: RestanserV2: you need to supply \"requestConsent\": true, \
             RestanserV2: the field 'consentReference' must be supplied, so it is, Tilda: lacks the scope 'a', \
             FregPerson: provide an access token of your own for 15867010022",
        );
        insta::assert_debug_snapshot!(error.denials().collect::<Vec<_>>());
    }

    #[test]
    fn a_denial_without_a_dataset_is_one() {
        let error = error(1019, "Denied: A reminder was sent, within the last 7 days");
        let denials: Vec<_> = error.denials().collect();
        assert_eq!((denials.len(), denials[0].evidence_code_name), (1, None));
        assert_eq!(denials[0].reason, DenialReason::ReminderTooSoon);
        assert_eq!(super::tests::error(1013, "Denied: A: b").denials().count(), 0);
    }
}
