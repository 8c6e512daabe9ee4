//! What is wrong with an authorization request, as far as it can be told without asking anybody.

use std::collections::BTreeSet;
use std::time::SystemTime;

use dan_model::{
    AuthorizationRequest, EvidenceRequest, PartyIdentifier, Timestamp, TimestampError, mask_personal_numbers,
};
use url::Url;

/// Everything that is wrong, one sentence each, without personal numbers.
pub(super) fn problems(request: &AuthorizationRequest, now: SystemTime) -> Vec<String> {
    let mut problems = Vec::new();
    problems.extend(requestor(&request.requestor));
    problems.extend(subject(&request.subject));
    datasets(&request.evidence_requests, &mut problems);
    legal_bases(request, &mut problems);
    consent(request, &mut problems);
    problems.extend(request.valid_to.as_ref().and_then(|valid_to| validity(valid_to, now)));
    problems.extend(request.language_code.as_deref().and_then(language));
    problems.extend(request.consent_receipt_redirect_url.as_deref().and_then(redirect));
    let mask = |problem: &String| mask_personal_numbers(problem).into_owned();
    problems.iter().map(mask).collect()
}

/// A requestor outside Norway is taken by the service, and can never harvest.
fn requestor(requestor: &PartyIdentifier) -> Option<String> {
    match requestor {
        PartyIdentifier::Other(text) if text.trim().is_empty() => Some(
            "requestor is empty; say on whose behalf is asked, also when that is your own organization"
                .into(),
        ),
        PartyIdentifier::Other(_) => {
            let reason = requestor.check().err().map_or_else(
                || "it is outside Norway, and could be authorized but never harvest".to_owned(),
                |error| error.to_string(),
            );
            Some(format!("requestor cannot be used: {reason}"))
        }
        _ => None,
    }
}

/// A dataset may have subjects of its own kind, so that only what looks like a number of the usual kinds is judged.
fn subject(subject: &PartyIdentifier) -> Option<String> {
    let PartyIdentifier::Other(text) = subject else { return None };
    if text.trim().is_empty() {
        return Some("subject is empty; say who is asked about".into());
    }
    let is_number = matches!(text.len(), 9 | 11) && text.bytes().all(|byte| byte.is_ascii_digit());
    let error = subject.check().err().filter(|_| is_number || text.contains("::"))?;
    Some(format!("subject cannot be used: {error}"))
}

fn datasets(requests: &[EvidenceRequest], problems: &mut Vec<String>) {
    if requests.is_empty() {
        problems.push("no dataset is asked for".into());
    }
    let mut names = BTreeSet::new();
    for request in requests {
        let name = request.evidence_code_name.as_str();
        if name.trim().is_empty() {
            problems.push("a dataset has no name".into());
        } else if !names.insert(name) {
            problems.push(format!("{name} is asked for twice"));
        }
        let mut parameters = BTreeSet::new();
        for parameter in request.parameters.iter().flatten() {
            let parameter = parameter.evidence_param_name.as_str();
            if parameter.is_empty() {
                problems.push(format!("a parameter of {name} has no name"));
            } else if !parameters.insert(parameter) {
                problems.push(format!("the parameter {parameter} of {name} is given twice"));
            }
        }
    }
}

/// The service refuses a legal basis that nothing refers to, and overlooks a reference to one that is not there.
fn legal_bases(request: &AuthorizationRequest, problems: &mut Vec<String>) {
    let referred: BTreeSet<&str> =
        request.evidence_requests.iter().filter_map(|dataset| dataset.legal_basis_id.as_deref()).collect();
    let mut given = BTreeSet::new();
    for basis in request.legal_basis_list.iter().flatten() {
        let id = basis.id.as_str();
        if id.is_empty() {
            problems.push("a legal basis has no id".into());
        } else if !given.insert(id) {
            problems.push(format!("two legal bases have the id {id}"));
        } else if !referred.contains(id) {
            problems.push(format!("no dataset refers to the legal basis {id}"));
        }
        if basis.content.trim().is_empty() {
            problems.push(format!("the legal basis {id} has no content"));
        }
    }
    for id in referred.difference(&given) {
        problems.push(format!("a dataset refers to a legal basis {id}, which is not given"));
    }
}

fn consent(request: &AuthorizationRequest, problems: &mut Vec<String>) {
    let asking = request.evidence_requests.iter().find(|dataset| dataset.request_consent == Some(true));
    let Some(asking) = asking else { return };
    if request.consent_reference.as_deref().is_none_or(|reference| reference.trim().is_empty()) {
        let name = &asking.evidence_code_name;
        problems.push(format!(
            "consentReference is missing: {name} asks for consent, and whoever consents has to read why"
        ));
    }
    if matches!(request.subject, PartyIdentifier::Other(_)) {
        problems.push("subject cannot consent: only people and organizations in Norway can".into());
    }
}

/// The service decides how far ahead is too near or too far.
fn validity(valid_to: &Timestamp, now: SystemTime) -> Option<String> {
    match valid_to.parse().and_then(|parts| parts.system_time()) {
        Ok(end) if end <= now => Some(format!("validTo {valid_to} has passed")),
        Ok(_) => None,
        Err(TimestampError::NoOffset) => {
            Some(format!("validTo {valid_to} has no offset from UTC, such as Z or +01:00 at its end"))
        }
        Err(_) => Some("validTo is no date with a time and an offset, such as 2026-12-24T00:00:00Z".into()),
    }
}

/// Its languages are written as `no-nb`, not as elsewhere.
fn language(code: &str) -> Option<String> {
    let is_in_form = matches!(code.as_bytes(), [b'a'..=b'z', b'a'..=b'z', b'-', b'a'..=b'z', b'a'..=b'z']);
    (!is_in_form).then(|| {
        format!("languageCode '{code}' is none of the service's, which are no-nb and, in some service contexts, no-nn")
    })
}

/// The service hangs a query of its own onto the address, whatever stands there already.
fn redirect(address: &str) -> Option<String> {
    let refused = |reason: &str| Some(format!("consentReceiptRedirectUrl cannot be used: {reason}"));
    match Url::parse(address) {
        Err(_) => refused("it is no whole URL, such as https://example.no/done"),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => refused("it is neither https nor http"),
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            refused("the service adds a query to it; leave out everything from '?' or '#' on")
        }
        Ok(_) if mask_personal_numbers(address) != address => refused("it holds a personal number"),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use dan_model::{LegalBasis, LegalBasisKind};

    use super::*;

    /// 2026-09-24T12:00:00Z.
    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_251_200)
    }

    fn request() -> AuthorizationRequest {
        AuthorizationRequest::new(
            "991825827",
            "998997801",
            vec![EvidenceRequest::new("UnitBasicInformation")],
        )
    }

    fn told(request: &AuthorizationRequest) -> String {
        problems(request, now()).join("\n")
    }

    #[test]
    fn a_whole_request_has_no_problem() {
        let dataset =
            EvidenceRequest::new("RestanserV2").with_request_consent(true).with_legal_basis_id("tender");
        let request = AuthorizationRequest::new("991825827", "15867010022", vec![dataset])
            .with_legal_basis_list(vec![LegalBasis::new("tender", LegalBasisKind::Cpv, "45000000-7")])
            .with_consent_reference("Tender 1")
            .with_valid_to("2026-10-24T00:00:00+02:00")
            .with_language_code("no-nn")
            .with_consent_receipt_redirect_url("https://example.no/done");
        assert_eq!(told(&request), "");
        let own_kind_of_subject =
            AuthorizationRequest::new("991825827", "1234567", vec![EvidenceRequest::new("A")]);
        assert_eq!(told(&own_kind_of_subject), "");
    }

    #[test]
    fn each_problem_is_named() {
        let mut report = Vec::new();
        let mut tell = |change: &dyn Fn(&mut AuthorizationRequest)| {
            let mut request = request();
            change(&mut request);
            report.push(told(&request));
        };
        tell(&|request| request.requestor = " ".into());
        tell(&|request| request.requestor = "123456789".into());
        tell(&|request| request.requestor = "iso6523-actorid-upis::0007:5560000001".into());
        tell(&|request| request.subject = "".into());
        tell(&|request| request.subject = "15867010021".into());
        tell(&|request| request.subject = "someone::15867010022".into());
        tell(&|request| request.evidence_requests.clear());
        tell(&|request| request.evidence_requests.push(EvidenceRequest::new("UnitBasicInformation")));
        tell(&|request| request.evidence_requests.push(EvidenceRequest::new(" ")));
        tell(&|request| {
            let twice = ["Aar", "Aar", ""].map(dan_model::EvidenceParameter::new);
            request.evidence_requests[0].parameters = Some(twice.into());
        });
        tell(&|request| {
            let basis = |id: &str, content: &str| LegalBasis::new(id, LegalBasisKind::Cpv, content);
            request.legal_basis_list =
                Some(vec![basis("a", "1"), basis("b", " "), basis("a", "1"), basis("", "1")]);
            request.evidence_requests[0].legal_basis_id = Some("c".into());
        });
        tell(&|request| {
            request.evidence_requests[0].request_consent = Some(true);
            request.subject = "1234567".into();
            request.consent_reference = Some(" ".into());
        });
        for valid_to in ["2026-09-24T12:00:00Z", "2026-12-24T00:00:00", "2026-12-24", "tomorrow"] {
            tell(&|request| request.valid_to = Some(valid_to.into()));
        }
        for language in ["en", "nb-NO", "NO-NB"] {
            tell(&|request| request.language_code = Some(language.into()));
        }
        for address in
            ["example.no", "ftp://example.no", "https://example.no/?a=b", "https://example.no/15867010022"]
        {
            tell(&|request| request.consent_receipt_redirect_url = Some(address.into()));
        }
        let report = report.join("\n");
        assert!(!report.contains("158670"), "{report}");
        insta::assert_snapshot!(report);
    }
}
