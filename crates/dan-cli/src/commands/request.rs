//! `dan request`

use std::future::IntoFuture as _;
use std::path::PathBuf;

use clap::Args;
use dan_client::model::{Accreditation, LegalBasisKind, NotGranted};
use dan_client::{DanClient, DatasetRequest, RequestAuthorization};

use crate::commands::status;
use crate::failure::Failure;
use crate::input;
use crate::output::style::{STRONG, styled};
use crate::output::table::pairs;
use crate::output::time;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dan request --subject 998997801 --dataset UnitBasicInformation\n  \
    dan request --subject 998997801 --dataset RestanserV2:consent \\\n      \
    --consent-reference 'Tender 2026/17' --wait\n\n\
    ':consent' asks the subject to consent. '-' reads the number from standard\n\
    input, '@FILE' from a file: others can see command lines.")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct RequestOptions {
    /// Whom it is about: a number, '-' or '@FILE'
    #[arg(long, value_name = "ID")]
    subject: String,
    /// A dataset; may be repeated
    #[arg(long = "dataset", value_name = "NAME[:consent]", required = true)]
    datasets: Vec<String>,
    /// Who asks, if not the token's organization
    #[arg(long, value_name = "ID")]
    requestor: Option<String>,
    /// A parameter of a dataset; may be repeated
    #[arg(long = "param", value_name = "NAME.KEY=VALUE", value_parser = input::parameter)]
    parameters: Vec<(String, String)>,
    /// What the subject reads as the reason
    #[arg(long, value_name = "TEXT")]
    consent_reference: Option<String>,
    /// A reference of your own
    #[arg(long, value_name = "TEXT")]
    external_reference: Option<String>,
    /// Until when: a date, or a time with its offset
    #[arg(long, value_name = "DATE")]
    valid_to: Option<String>,
    /// The language to address them in, as no-nb
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Where the subject goes on to after consenting
    #[arg(long, value_name = "URL")]
    redirect_url: Option<String>,
    /// Let the service send the subject no message
    #[arg(long)]
    skip_altinn_notification: bool,
    /// A legal basis, espd or cpv; may be repeated
    #[arg(long = "legal-basis", value_name = "TYPE=FILE", value_parser = legal_basis)]
    legal_bases: Vec<(String, PathBuf)>,
    /// Use the same token towards the source
    #[arg(long)]
    reuse_token: bool,
    /// Let the service get a token for the source
    #[arg(long, conflicts_with = "reuse_token")]
    on_behalf_of_owner: bool,
    /// Wait for all of it, for --timeout at most
    #[arg(long)]
    wait: bool,
}

pub(crate) async fn run(session: &Session, options: RequestOptions) -> Result<(), Failure> {
    let waits = options.wait;
    let client = if waits { session.waiting_client()? } else { session.client()? };
    let request = asked(session, &client, options).await?;
    let authorization = session.progress().during("asking for authorization", request.into_future()).await?;
    session.form().print(authorization.accreditation(), || in_words(authorization.accreditation()))?;
    let missing: Vec<String> = authorization.not_granted().iter().map(without).collect();
    let missing =
        (!missing.is_empty()).then(|| format!("not everything was granted: {}", missing.join("; ")));
    if waits {
        let available = status::wait(session, authorization.handle()).await.inspect_err(|_| {
            if let Some(missing) = &missing {
                session.note(missing);
            }
        })?;
        session.note(format_args!("{} can be harvested", available.datasets().join(", ")));
    }
    missing.map_or(Ok(()), |missing| Err(Failure::InPart(missing)))
}

/// Who is asked about whom, for what, and on which grounds.
async fn asked<'c>(
    session: &Session,
    client: &'c DanClient,
    options: RequestOptions,
) -> Result<RequestAuthorization<'c>, Failure> {
    let subject = input::party(options.subject.clone()).await?;
    let requestor = match &options.requestor {
        Some(requestor) => requestor.clone(),
        None => session.organization().await?,
    };
    let mut request = client.request_authorization(requestor, subject);
    if let Some(name) = &session.configuration()?.service_context {
        request = request.service_context(name);
    }
    for dataset in datasets(&options.datasets, &options.parameters, options.legal_bases.len())? {
        request = request.dataset(dataset);
    }
    for (number, (kind, path)) in options.legal_bases.iter().enumerate() {
        request = request.legal_basis(
            legal_basis_id(number),
            LegalBasisKind::from(kind.as_str()),
            input::text(path)?,
        );
    }
    said_beside(request, options)
}

/// What may be said beside, for the subject and for the source.
fn said_beside(
    mut request: RequestAuthorization<'_>,
    options: RequestOptions,
) -> Result<RequestAuthorization<'_>, Failure> {
    if let Some(reference) = options.consent_reference {
        request = request.consent_reference(reference);
    }
    if let Some(reference) = options.external_reference {
        request = request.external_reference(reference);
    }
    if let Some(date) = options.valid_to {
        request = request.valid_to(time::end_of(&date)?);
    }
    if let Some(code) = options.language {
        request = request.language_code(code);
    }
    if let Some(url) = options.redirect_url {
        request = request.consent_receipt_redirect_url(url);
    }
    if options.skip_altinn_notification {
        request = request.skip_altinn_notification();
    }
    if options.reuse_token {
        request = request.reuse_token();
    }
    if options.on_behalf_of_owner {
        request = request.token_on_behalf_of_owner();
    }
    Ok(request)
}

/// A dataset that was not granted, with what may have stood in the way.
fn without(dataset: &NotGranted<'_>) -> String {
    let reasons: Vec<String> = dataset.requirements.iter().map(|requirement| requirement.meaning()).collect();
    let reasons = if reasons.is_empty() {
        "for a reason that the service does not tell".to_owned()
    } else {
        reasons.join(" ")
    };
    format!("{}: {reasons}", dataset.evidence_code_name)
}

/// The datasets with what goes with each. Each refers to a legal basis, in turn when there are several.
fn datasets(
    names: &[String],
    parameters: &[(String, String)],
    legal_bases: usize,
) -> Result<Vec<DatasetRequest>, Failure> {
    if legal_bases > names.len() {
        return Err(Failure::Usage(
            "there are more legal bases than datasets that could refer to them".to_owned(),
        ));
    }
    let names: Vec<(&str, bool)> = names
        .iter()
        .map(|name| name.strip_suffix(":consent").map_or((name.as_str(), false), |name| (name, true)))
        .collect();
    for (name, _) in &names {
        if name.contains(':') {
            return Err(Failure::Usage(format!(
                "'{name}' names no dataset: nothing but ':consent' can follow a name"
            )));
        }
    }
    for (name, _) in parameters {
        if !names.iter().any(|(dataset, _)| parameter_of(dataset, name).is_some()) {
            return Err(Failure::Usage(format!(
                "the parameter '{name}' belongs to no dataset of the request; write it as NAME.KEY=VALUE"
            )));
        }
    }
    let request = |(number, (dataset, consent)): (usize, &(&str, bool))| {
        let mut request = DatasetRequest::new(*dataset);
        if *consent {
            request = request.request_consent();
        }
        if legal_bases > 0 {
            request = request.legal_basis_id(legal_basis_id(number % legal_bases));
        }
        for (name, value) in parameters {
            if let Some(key) = parameter_of(dataset, name) {
                request = request.parameter(key, value.as_str());
            }
        }
        request
    };
    Ok(names.iter().enumerate().map(request).collect())
}

fn parameter_of<'n>(dataset: &str, name: &'n str) -> Option<&'n str> {
    name.strip_prefix(dataset)?.strip_prefix('.').filter(|key| !key.is_empty())
}

fn legal_basis_id(number: usize) -> String {
    format!("legal-basis-{}", number + 1)
}

fn legal_basis(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((kind @ ("espd" | "cpv"), path)) if !path.is_empty() => Ok((kind.to_owned(), path.into())),
        _ => Err("give it as espd=FILE or cpv=FILE".to_owned()),
    }
}

/// An accreditation for people.
pub(crate) fn in_words(accreditation: &Accreditation) -> String {
    let names: Vec<&str> =
        accreditation.evidence_codes.iter().map(|dataset| dataset.evidence_code_name.as_str()).collect();
    let mut rows = vec![
        ("datasets", names.join(", ")),
        ("issued", time::local(&accreditation.issued)),
        ("valid until", time::local(&accreditation.valid_to)),
    ];
    let mut add = |name, value: Option<&String>| rows.extend(value.map(|value| (name, value.clone())));
    add("service context", accreditation.service_context.as_ref());
    add("external reference", accreditation.external_reference.as_ref());
    add("consent reference", accreditation.consent_reference.as_ref());
    add("consent at", accreditation.altinn_consent_url.as_ref());
    format!("{}\n{}", styled(STRONG, &accreditation.id), pairs(rows))
}
