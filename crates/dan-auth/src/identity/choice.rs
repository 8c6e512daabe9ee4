//! Which certificate of several, and why.

use std::cmp::Reverse;
use std::fmt;

use crate::certificate::{Certificate, KeyUsage, Unfit};
use crate::error::AuthError;
use crate::identity::bundle::Bundle;
use crate::identity::selection::CertificateSelection;
use crate::key::{KeyProblem, PrivateKey};

/// Why a certificate was taken, and what was passed over for it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Choice {
    /// Why this one, such as `it expires last`.
    pub reason: String,
    /// The others that had their private keys.
    pub passed_over: Vec<PassedOver>,
}

/// A certificate that was not taken.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PassedOver {
    /// The certificate.
    pub certificate: Certificate,
    /// Why not.
    pub reason: String,
}

impl fmt::Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)?;
        for passed_over in &self.passed_over {
            write!(formatter, "; not {passed_over}")?;
        }
        Ok(())
    }
}

impl fmt::Display for PassedOver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.certificate.label(), self.reason)
    }
}

/// A certificate with its key, and what speaks against it.
struct Candidate<'a> {
    key: &'a PrivateKey,
    certificate: &'a Certificate,
    against: Vec<Unfit>,
}

pub(super) fn choose<'a>(
    bundle: &'a Bundle,
    selection: &CertificateSelection,
) -> Result<(&'a PrivateKey, &'a Certificate, Choice), AuthError> {
    let mut candidates = candidates(bundle, selection)?;
    let mut passed_over = Vec::new();
    if selection.names_one() {
        let named = |candidate: &Candidate<'_>| selection.names(candidate.certificate);
        if !candidates.iter().any(named) {
            return Err(not_found(&candidates));
        }
        pass_over(&mut candidates, &mut passed_over, named, |_| {
            "it is not the one that was named".to_owned()
        });
    }
    let fit = |candidate: &Candidate<'_>| candidate.against.iter().all(|unfit| is_allowed(unfit, selection));
    if !candidates.iter().any(fit) {
        return Err(none_fits(&candidates, selection));
    }
    pass_over(&mut candidates, &mut passed_over, fit, |candidate| against(&candidate.against));
    let reason = narrow(&mut candidates, &mut passed_over, selection)?;
    match candidates.as_slice() {
        [chosen, ..] => {
            warn_of_misuse(chosen, selection);
            Ok((chosen.key, chosen.certificate, Choice { reason, passed_over }))
        }
        [] => Err(none_fits(&candidates, selection)),
    }
}

/// The certificates that have their keys here.
fn candidates<'a>(
    bundle: &'a Bundle,
    selection: &CertificateSelection,
) -> Result<Vec<Candidate<'a>>, AuthError> {
    let at = selection.at();
    let candidates: Vec<Candidate<'a>> = bundle
        .certificates()
        .iter()
        .filter_map(|certificate| {
            let key = bundle.key_of(certificate)?;
            Some(Candidate { key, certificate, against: certificate.unfit_for(selection.purpose, at) })
        })
        .collect();
    match (candidates.is_empty(), bundle.private_keys(), bundle.certificates()) {
        (false, _, _) => Ok(candidates),
        (true, [], _) => Err(KeyProblem::NoPrivateKey
            .of_key("there is a certificate but no private key; give the file that holds the key")),
        (true, _, []) => Err(KeyProblem::NoCertificate.of_certificate(
            "there is a private key but no certificate; give the file that holds the certificate",
        )),
        (true, _, _) => Err(mismatch()),
    }
}

/// The key and the certificate are of different pairs.
pub(super) fn mismatch() -> AuthError {
    KeyProblem::Mismatch.of_key(
        "it is not the other half of the certificate; compare 'openssl pkey -in KEY -pubout' with \
         'openssl x509 -in CERTIFICATE -noout -pubkey', and give the two that agree",
    )
}

/// Leaves one, by the rules that go from the surest to the least sure. Says by which.
fn narrow(
    candidates: &mut Vec<Candidate<'_>>,
    passed_over: &mut Vec<PassedOver>,
    selection: &CertificateSelection,
) -> Result<String, AuthError> {
    let mut reason = if selection.names_one() {
        "it is the one that was named".to_owned()
    } else {
        format!("it is the only one that fits {}", selection.purpose)
    };
    if candidates.len() > 1 {
        require_one_organization(candidates)?;
    }
    if candidates.len() > 1 && candidates.iter().any(is_for_authentication_alone) {
        let before = candidates.len();
        pass_over(candidates, passed_over, is_for_authentication_alone, |_| {
            "it is not for authentication alone".to_owned()
        });
        if candidates.len() < before {
            "it is for authentication alone".clone_into(&mut reason);
        }
    }
    if candidates.len() > 1 {
        candidates.sort_by_key(|candidate| Reverse(candidate.certificate.not_after()));
        let last = candidates[0].certificate.not_after();
        let before = candidates.len();
        pass_over(
            candidates,
            passed_over,
            |candidate| candidate.certificate.not_after() == last,
            |_| "it expires earlier".to_owned(),
        );
        if candidates.len() < before {
            "it expires last".clone_into(&mut reason);
        }
    }
    if candidates.len() > 1 { Err(ambiguous(candidates)) } else { Ok(reason) }
}

/// For whom to speak is not a matter of dates.
fn require_one_organization(candidates: &[Candidate<'_>]) -> Result<(), AuthError> {
    let mut numbers = candidates.iter().map(|candidate| candidate.certificate.organization_number());
    let first = numbers.next().flatten();
    if numbers.all(|number| number == first) { Ok(()) } else { Err(ambiguous(candidates)) }
}

fn is_for_authentication_alone(candidate: &Candidate<'_>) -> bool {
    let usages = candidate.certificate.key_usages();
    usages.contains(&KeyUsage::DigitalSignature)
        && !usages.contains(&KeyUsage::NonRepudiation)
        && !usages.contains(&KeyUsage::DataEncipherment)
}

/// What the caller has said overrules what the issuer has said about use; nothing overrules the kind of key.
fn is_allowed(unfit: &Unfit, selection: &CertificateSelection) -> bool {
    match unfit {
        Unfit::Authority | Unfit::KeyUsage(_) | Unfit::ExtendedKeyUsage => selection.names_one(),
        Unfit::Expired(_) => selection.accepts_expired,
        Unfit::KeyType(_) | Unfit::NotYetValid(_) => false,
    }
}

fn warn_of_misuse(chosen: &Candidate<'_>, selection: &CertificateSelection) {
    for unfit in chosen.against.iter().filter(|unfit| !matches!(unfit, Unfit::Expired(_))) {
        tracing::warn!(
            certificate.serial_number = chosen.certificate.serial_number(),
            reason = %unfit,
            "the certificate that was named does not fit {}",
            selection.purpose
        );
    }
}

fn pass_over(
    candidates: &mut Vec<Candidate<'_>>,
    passed_over: &mut Vec<PassedOver>,
    keep: impl Fn(&Candidate<'_>) -> bool,
    reason: impl Fn(&Candidate<'_>) -> String,
) {
    candidates.retain(|candidate| {
        let kept = keep(candidate);
        if !kept {
            let certificate = candidate.certificate.clone();
            passed_over.push(PassedOver { certificate, reason: reason(candidate) });
        }
        kept
    });
}

fn none_fits(candidates: &[Candidate<'_>], selection: &CertificateSelection) -> AuthError {
    let only_time = candidates.iter().all(|candidate| {
        candidate.against.iter().all(|unfit| matches!(unfit, Unfit::Expired(_) | Unfit::NotYetValid(_)))
    });
    let list = list(candidates);
    let expired =
        |candidate: &Candidate<'_>| candidate.against.iter().any(|unfit| matches!(unfit, Unfit::Expired(_)));
    if only_time && candidates.iter().any(expired) {
        return KeyProblem::Expired.of_certificate(format!(
            "it has expired: {list}; order a new one from its issuer, and check this machine's clock"
        ));
    }
    if only_time {
        return KeyProblem::NotYetValid
            .of_certificate(format!("its time has not come: {list}; check this machine's clock"));
    }
    let remedy = if candidates.iter().any(|candidate| could_be_named(candidate, selection)) {
        "give another, or name this one by its serial number if you know better"
    } else {
        "give another"
    };
    KeyProblem::Unfit.of_certificate(format!("none fits {}: {list}; {remedy}", selection.purpose))
}

/// Whether naming it would overrule all that speaks against it.
fn could_be_named(candidate: &Candidate<'_>, selection: &CertificateSelection) -> bool {
    let named = selection.clone().serial_number(candidate.certificate.serial_number());
    candidate.against.iter().all(|unfit| is_allowed(unfit, &named))
}

fn not_found(candidates: &[Candidate<'_>]) -> AuthError {
    let labels: Vec<String> = candidates.iter().map(|candidate| candidate.certificate.label()).collect();
    KeyProblem::NotFound
        .of_certificate(format!("none with its private key is as named; there are {}", labels.join(", ")))
}

fn ambiguous(candidates: &[Candidate<'_>]) -> AuthError {
    let labels: Vec<String> = candidates.iter().map(|candidate| candidate.certificate.label()).collect();
    KeyProblem::Ambiguous.of_certificate(format!(
        "several fit: {}; choose one by subject, serial number or fingerprint",
        labels.join(", ")
    ))
}

fn list(candidates: &[Candidate<'_>]) -> String {
    let each: Vec<String> = candidates
        .iter()
        .map(|candidate| format!("{}: {}", candidate.certificate.label(), against(&candidate.against)))
        .collect();
    each.join("; ")
}

fn against(unfit: &[Unfit]) -> String {
    unfit.iter().map(Unfit::to_string).collect::<Vec<_>>().join(", and ")
}
