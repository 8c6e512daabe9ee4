//! `dan accreditations`

use clap::{Args, Subcommand};
use dan_client::model::{Accreditation, NotificationReminder, StatusCode};
use dan_client::{Error, ErrorKind, ReminderOutcome};

use crate::failure::Failure;
use crate::output::table::{columns, table};
use crate::output::time;
use crate::session::Session;

/// How many columns it takes to have each accreditation in a line, and the names of datasets whole.
const WIDE: u16 = 116;

#[derive(Debug, Subcommand)]
pub(crate) enum AccreditationsCommand {
    /// List the accreditations of your organization in one service context
    #[command(after_help = "Examples:\n  dan accreditations list --only-available\n  \
        dan accreditations list --changed-after 2026-03-01 --query '[].id'")]
    List(ListOptions),
    /// Delete an accreditation
    #[command(after_help = "Example:\n  dan accreditations delete 0b2c4d6e-8f10-4a3c-9e5d-7f6a5b4c3d2e")]
    Delete(IdOptions),
    /// Remind the subject of the request for consent, at most once in seven days
    #[command(after_help = "Example:\n  dan accreditations remind 0b2c4d6e-8f10-4a3c-9e5d-7f6a5b4c3d2e")]
    Remind(IdOptions),
    /// List the reminders so far
    #[command(after_help = "Example:\n  dan accreditations reminders 0b2c4d6e-8f10-4a3c-9e5d-7f6a5b4c3d2e")]
    Reminders(IdOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// Only those of this requestor
    #[arg(long, value_name = "ID")]
    requestor: Option<String>,
    /// Only those that changed later: a date, or a time with its offset
    #[arg(long, value_name = "TIME")]
    changed_after: Option<String>,
    /// Only those that can be harvested as a whole
    #[arg(long)]
    only_available: bool,
    /// Let the service transform the list by a JMESPath expression
    #[arg(long, value_name = "JMESPATH")]
    query: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct IdOptions {
    /// The accreditation, as 'dan request' gave it
    #[arg(value_name = "ID")]
    accreditation: String,
}

pub(crate) async fn run(session: &Session, command: AccreditationsCommand) -> Result<(), Failure> {
    match command {
        AccreditationsCommand::List(options) => list(session, options).await,
        AccreditationsCommand::Delete(options) => {
            let handle = session.accreditation(options.accreditation)?;
            session.progress().during("deleting", handle.delete()).await?;
            session.note(format_args!("deleted {}", handle.id()));
            Ok(())
        }
        AccreditationsCommand::Remind(options) => {
            let handle = session.accreditation(options.accreditation)?;
            told(session, session.progress().during("reminding", handle.remind().send()).await?)
        }
        AccreditationsCommand::Reminders(options) => {
            let handle = session.accreditation(options.accreditation)?;
            let receipts = session.progress().during("asking for reminders", handle.reminders()).await?;
            print(session, &receipts)
        }
    }
}

async fn list(session: &Session, options: ListOptions) -> Result<(), Failure> {
    let client = session.client()?;
    let mut list = client.accreditations();
    if let Some(requestor) = options.requestor {
        list = list.requestor(requestor);
    }
    if let Some(moment) = options.changed_after {
        list = list.changed_after(time::start_of(&moment)?);
    }
    if options.only_available {
        list = list.only_available();
    }
    if let Some(expression) = options.query {
        let value = session.progress().during("asking for the list", list.query(&expression)).await?;
        return session.form().print(&value, || format!("{value:#}\n"));
    }
    let accreditations = session.progress().during("asking for the list", list.read()).await?;
    session.form().print_list(&accreditations, || {
        let nothing = "There are none.";
        if columns().is_some_and(|width| width < WIDE) {
            return table(["Id", "Subject", "Datasets"], accreditations.iter().map(short_row), nothing);
        }
        let headings = ["Id", "Status", "Subject", "Datasets", "Changed", "Valid until"];
        table(headings, accreditations.iter().map(row), nothing)
    })
}

fn row(accreditation: &Accreditation) -> [String; 6] {
    [
        accreditation.id.clone(),
        status(accreditation.aggregate_status.code),
        subject(accreditation),
        datasets(accreditation),
        time::local_date(&accreditation.last_changed),
        time::local_date(&accreditation.valid_to),
    ]
}

/// What matters, with the status below the id.
fn short_row(accreditation: &Accreditation) -> [String; 3] {
    let status = status(accreditation.aggregate_status.code);
    let until = time::local_date(&accreditation.valid_to);
    let id = format!("{}\n{status}, until {until}", accreditation.id);
    [id, subject(accreditation), datasets(accreditation)]
}

/// A person's number stays in what programs read.
fn subject(accreditation: &Accreditation) -> String {
    match accreditation.subject.as_ref() {
        Some(subject) => match subject.as_organization() {
            Some(number) => number.to_string(),
            None if subject.as_person().is_some() => "a person".to_owned(),
            None => subject.expose().to_owned(),
        },
        None => "-".to_owned(),
    }
}

fn datasets(accreditation: &Accreditation) -> String {
    let names: Vec<&str> =
        accreditation.evidence_codes.iter().map(|dataset| dataset.evidence_code_name.as_str()).collect();
    names.join(", ")
}

/// The status of all datasets together, in a word or two.
fn status(code: StatusCode) -> String {
    let word = match code {
        StatusCode::Available => "available",
        StatusCode::PendingConsent => "awaits consent",
        StatusCode::Denied => "denied",
        StatusCode::Expired => "expired",
        StatusCode::Waiting => "awaits source",
        StatusCode::AggregateUnknown => "ask the source",
        StatusCode::Unavailable => "gone",
        _ => return code.to_string(),
    };
    word.to_owned()
}

/// A reminder that did not go out is no success, whatever the service answers.
fn told(session: &Session, outcome: ReminderOutcome) -> Result<(), Failure> {
    let refused = |kind, message: &str| Err(Failure::from(Error::new(kind, message)));
    match outcome {
        ReminderOutcome::Sent { receipts, next_allowed, .. } => {
            print(session, &receipts)?;
            if let Some(next) = next_allowed {
                session.note(format_args!("the next reminder can be sent from {}", time::local_time(next)));
            }
            Ok(())
        }
        ReminderOutcome::Failed { receipts, .. } => {
            print(session, &receipts)?;
            Err(Failure::Unsuccessful("nobody could be reminded: see the receipts".to_owned()))
        }
        ReminderOutcome::TooSoon { next_allowed, .. } => {
            let next = next_allowed
                .map(|next| format!("; the next one can be sent from {}", time::local_time(next)));
            let message = format!("the last reminder is too recent{}", next.unwrap_or_default());
            refused(ErrorKind::ReminderTooSoon, &message)
        }
        ReminderOutcome::AlreadyAnswered => refused(
            ErrorKind::InvalidRequest,
            "the consent has been given or denied already; see 'dan status'",
        ),
        ReminderOutcome::Expired => {
            refused(ErrorKind::ConsentExpired, "the accreditation has expired; send a new request")
        }
        ReminderOutcome::NothingToConsent => {
            refused(ErrorKind::InvalidRequest, "nothing in the accreditation needs consent")
        }
        _ => refused(
            ErrorKind::UnexpectedAnswer,
            "the service answered in a way that this version does not know",
        ),
    }
}

fn print(session: &Session, receipts: &[NotificationReminder]) -> Result<(), Failure> {
    session.form().print_list(receipts, || {
        let rows = receipts.iter().map(|receipt| {
            let way = receipt.notification_type.as_ref().map(ToString::to_string).unwrap_or_default();
            let success = if receipt.success { "sent" } else { "failed" };
            let description = receipt.description.clone().unwrap_or_default();
            [
                time::local(&receipt.date),
                way,
                success.to_owned(),
                receipt.recipient_count.to_string(),
                description,
            ]
        });
        table(["Time", "Way", "Result", "Recipients", "Description"], rows, "There are none.")
    })
}
