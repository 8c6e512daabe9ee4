//! `dan doctor`

mod access;
mod credential;
mod finding;
mod settings;
mod token;

use clap::Args;
use dan_client::Configuration;

use crate::commands::doctor::finding::{Finding, Report};
use crate::failure::Failure;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(
    after_help = "The report holds no secret and can be pasted into a support ticket. The exit code is that of the\n\
    first check that failed.\n\nExamples:\n  dan doctor\n  dan doctor --profile production --requestor 991825827 --output json"
)]
pub(crate) struct DoctorOptions {
    /// The organization that you ask on behalf of, to be compared with the token's
    #[arg(long, value_name = "ID")]
    requestor: Option<String>,
}

pub(crate) async fn run(session: &Session, options: DoctorOptions) -> Result<(), Failure> {
    let mut report = Report::default();
    match session.configuration() {
        Ok(configuration) => {
            let work = examine(session, configuration, options.requestor.as_deref(), &mut report);
            session.progress().during("examining", work).await;
        }
        Err(failure) => report.add(Finding::failed("configuration", &failure)),
    }
    session.form().print_list(report.findings(), || report.in_words())?;
    report.verdict()
}

/// In the order in which things fail: what comes later needs what comes before.
async fn examine(
    session: &Session,
    configuration: &Configuration,
    requestor: Option<&str>,
    report: &mut Report,
) {
    settings::examine(configuration, report);
    let has_key = credential::examine(configuration, report);
    let organization = token::examine(session, configuration, has_key, report).await;
    token::compare(requestor, organization.as_deref(), report);
    access::examine(session, configuration, organization.is_some(), report).await;
}
