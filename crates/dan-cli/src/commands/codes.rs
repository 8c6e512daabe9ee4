//! `dan codes`

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::table::table;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum CodesCommand {
    /// The status codes of datasets in an accreditation
    Statuses,
    /// The error codes
    Errors,
}

pub(crate) async fn run(session: &Session, command: CodesCommand) -> Result<(), Failure> {
    let client = session.public_client()?;
    match command {
        CodesCommand::Statuses => {
            let codes =
                session.progress().during("asking for codes", client.metadata().status_codes()).await?;
            let rows = codes.iter().map(|status| {
                let description = status.description.clone().unwrap_or_default();
                [status.code.value().to_string(), description, status.code.meaning().to_owned()]
            });
            session
                .form()
                .print_list(&codes, || table(["Code", "Description", "Meaning"], rows, "There are no codes."))
        }
        CodesCommand::Errors => {
            let codes =
                session.progress().during("asking for codes", client.metadata().error_codes()).await?;
            let rows = codes.iter().map(|error| {
                let description = error.description.clone().unwrap_or_default();
                [error.code.value().to_string(), description, error.code.advice().to_owned()]
            });
            session.form().print_list(&codes, || {
                table(["Code", "Description", "What to do"], rows, "There are no codes.")
            })
        }
    }
}
