//! `dan status`

use clap::Args;
use dan_client::model::EvidenceStatus;
use dan_client::{AccreditationHandle, Available, WaitProgress};
use futures_util::StreamExt as _;

use crate::failure::Failure;
use crate::output::table::table;
use crate::output::time;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dan status 0b2c4d6e-8f10-4a3c-9e5d-7f6a5b4c3d2e\n  \
    dan status 0b2c4d6e-8f10-4a3c-9e5d-7f6a5b4c3d2e --wait --timeout 2h")]
pub(crate) struct StatusOptions {
    /// The accreditation, as 'dan request' gave it
    #[arg(value_name = "ID")]
    accreditation: String,
    /// Wait until all its datasets can be harvested, for --timeout at most
    #[arg(long)]
    wait: bool,
}

pub(crate) async fn run(session: &Session, options: StatusOptions) -> Result<(), Failure> {
    if options.wait {
        let handle = session.waiting_accreditation(options.accreditation)?;
        let available = wait(session, &handle).await?;
        return print(session, available.statuses());
    }
    let handle = session.accreditation(options.accreditation)?;
    print(session, &session.progress().during("asking for the status", handle.status()).await?)
}

/// Waits for all datasets, and says on a terminal how it stands.
pub(super) async fn wait(
    session: &Session,
    accreditation: &AccreditationHandle,
) -> Result<Available, Failure> {
    let mut wait = accreditation.wait_until_available();
    if let Some(timeout) = session.options().timeout {
        wait = wait.deadline(timeout);
    }
    let spinner = session.progress().spinner("waiting");
    let mut looks = wait.progress();
    while let Some(look) = looks.next().await {
        match look? {
            WaitProgress::Available(available) => return Ok(available),
            WaitProgress::Waiting { statuses, next_look_in, .. } => {
                spinner.set_message(format!("{}; next look in {next_look_in:.0?}", pending(&statuses)));
            }
            _ => {}
        }
    }
    Err(Failure::Unsuccessful("the wait ended without a result".to_owned()))
}

fn pending(statuses: &[EvidenceStatus]) -> String {
    let waiting: Vec<String> = statuses
        .iter()
        .filter(|status| status.status.code.value() != 1)
        .map(|status| {
            let name = status.evidence_code_name.as_deref().unwrap_or("a dataset");
            format!("{name}: {}", status.status.code.meaning().trim_end_matches('.').to_lowercase())
        })
        .collect();
    if waiting.is_empty() { "waiting".to_owned() } else { waiting.join(", ") }
}

fn print(session: &Session, statuses: &[EvidenceStatus]) -> Result<(), Failure> {
    session.form().print_list(statuses, || {
        let rows = statuses.iter().map(|status| {
            let until = status.valid_to.as_ref().map(time::local).unwrap_or_default();
            let name = status.evidence_code_name.clone().unwrap_or_default();
            let retry =
                status.status.retry_at.as_ref().map(|at| format!(" Try again at {}.", time::local(at)));
            let meaning = format!("{}{}", status.status.code.meaning(), retry.unwrap_or_default());
            [name, status.status.code.value().to_string(), meaning, until]
        });
        table(["Dataset", "Status", "Meaning", "Valid until"], rows, "The accreditation holds no dataset.")
    })
}
