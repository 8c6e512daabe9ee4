//! `dan certificate`

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Subcommand};
use dan_client::auth::{Bundle, CertificateFacts};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::style::{BAD, GOOD, STRONG, styled};
use crate::output::table::pairs;
use crate::output::time;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum CertificateCommand {
    /// Tell whose it is, until when it is valid, and what it can be used for; never its key
    #[command(
        after_help = "The password of the file comes from DAN_KEY_PASSWORD, DAN_KEY_PASSWORD_FILE or the profile.\n\n\
        Example:\n  DAN_KEY_PASSWORD_FILE=password dan certificate inspect enterprise.p12"
    )]
    Inspect(InspectOptions),
}

#[derive(Debug, Args)]
pub(crate) struct InspectOptions {
    /// A file with certificates, in any form: PEM, DER, PKCS#12
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) async fn run(session: &Session, command: CertificateCommand) -> Result<(), Failure> {
    let CertificateCommand::Inspect(InspectOptions { file }) = command;
    let key_files = session.configuration()?.key_files.clone();
    // Deriving a key from a password keeps a processor busy for a moment.
    let bundle =
        tokio::task::spawn_blocking(move || key_files.load(&file)).await.map_err(Failure::ended)??;
    let now = SystemTime::now();
    let facts = bundle.facts(now);
    let certificates: Vec<CertificateDocument<'_>> = facts.iter().map(CertificateDocument::of).collect();
    session.form().print_list(&certificates, || match facts.as_slice() {
        [] => format!("no certificate, but a private key: {}\n", keys(&bundle)),
        facts => facts.iter().map(|facts| told(facts, now)).collect::<Vec<_>>().join("\n"),
    })
}

fn keys(bundle: &Bundle) -> String {
    let kinds: Vec<String> = bundle.private_keys().iter().map(|key| key.key_type().to_string()).collect();
    kinds.join(", ")
}

fn told(facts: &CertificateFacts, now: SystemTime) -> String {
    let usages: Vec<&str> = facts.key_usages.iter().map(|usage| usage.as_str()).collect();
    let or_none = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
    let style = if facts.validity.is_valid() { GOOD } else { BAD };
    let mut rows = vec![
        (
            "organization",
            facts.organization_number.clone().unwrap_or_else(|| "no number stands in it".to_owned()),
        ),
        ("issuer", facts.issuer.clone()),
        ("chain", or_none(facts.chain.join(" < "), without_chain(facts))),
        ("valid from", time::local_time(facts.not_before)),
        (
            "valid until",
            format!("{} ({})", time::local_time(facts.not_after), time::distance(facts.not_after, now)),
        ),
        ("key", facts.key_type.to_string()),
        ("private key", if facts.has_private_key { "beside it" } else { "not in the file" }.to_owned()),
        ("key usage", or_none(usages.join(", "), "not restricted")),
        ("serial number", facts.serial_number.clone()),
        ("SHA-256", facts.fingerprint_sha256.clone()),
        ("SHA-1", facts.fingerprint_sha1.clone()),
    ];
    for (purpose, against) in &facts.purposes {
        let verdict = match against.as_slice() {
            [] => format!("can be used for {purpose}"),
            against => {
                let reasons: Vec<String> = against.iter().map(ToString::to_string).collect();
                format!("cannot be used for {purpose}: {}", reasons.join(", and "))
            }
        };
        rows.push(("purpose", verdict));
    }
    format!("{}\n{}\n{}", styled(STRONG, &facts.subject), styled(style, facts.validity), pairs(rows))
}

/// What is said where no issuer stands in the file.
fn without_chain(facts: &CertificateFacts) -> &'static str {
    if facts.is_self_signed { "none: it is self-signed" } else { "the issuers are not in the file" }
}

/// What a program is told of a certificate.
#[derive(Serialize)]
struct CertificateDocument<'f> {
    subject: &'f str,
    organization_number: Option<&'f str>,
    issuer: &'f str,
    serial_number: &'f str,
    fingerprint_sha256: &'f str,
    fingerprint_sha1: &'f str,
    not_before: String,
    not_after: String,
    validity: String,
    key_type: String,
    key_usages: Vec<&'f str>,
    is_self_signed: bool,
    chain: &'f [String],
    has_private_key: bool,
    purposes: Vec<PurposeDocument>,
}

#[derive(Serialize)]
struct PurposeDocument {
    purpose: String,
    fit: bool,
    against: Vec<String>,
}

impl<'f> CertificateDocument<'f> {
    fn of(facts: &'f CertificateFacts) -> Self {
        let purposes = facts.purposes.iter().map(|(purpose, against)| PurposeDocument {
            purpose: purpose.to_string(),
            fit: against.is_empty(),
            against: against.iter().map(ToString::to_string).collect(),
        });
        Self {
            subject: &facts.subject,
            organization_number: facts.organization_number.as_deref(),
            issuer: &facts.issuer,
            serial_number: &facts.serial_number,
            fingerprint_sha256: &facts.fingerprint_sha256,
            fingerprint_sha1: &facts.fingerprint_sha1,
            not_before: time::universal(facts.not_before),
            not_after: time::universal(facts.not_after),
            validity: facts.validity.to_string(),
            key_type: facts.key_type.to_string(),
            key_usages: facts.key_usages.iter().map(|usage| usage.as_str()).collect(),
            is_self_signed: facts.is_self_signed,
            chain: &facts.chain,
            has_private_key: facts.has_private_key,
            purposes: purposes.collect(),
        }
    }
}
