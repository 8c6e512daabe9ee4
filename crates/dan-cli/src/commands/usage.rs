//! `dan usage`

use clap::Subcommand;
use dan_client::model::YearlyUsageStatistics;

use crate::failure::Failure;
use crate::output::table::table;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum UsageCommand {
    /// The last 30 days, by service context
    Month,
    /// The last calendar year, by month and service context
    LastYear,
    /// All that there has been, by month and service context
    All,
}

pub(crate) async fn run(session: &Session, command: UsageCommand) -> Result<(), Failure> {
    let client = session.public_client()?;
    let metadata = client.metadata();
    let progress = session.progress();
    match command {
        UsageCommand::Month => {
            let usage = progress.during("asking for usage", metadata.usage_of_month()).await?;
            session.form().print_list(&usage, || {
                let rows = usage.iter().map(|row| [row.service_context.clone(), count(row.count)]);
                table(["Service context", "Harvests"], rows, "There was none.")
            })
        }
        UsageCommand::LastYear => {
            print(session, &progress.during("asking for usage", metadata.usage_of_last_year()).await?)
        }
        UsageCommand::All => {
            print(session, &progress.during("asking for usage", metadata.usage_of_all_time()).await?)
        }
    }
}

fn print(session: &Session, groups: &[Vec<YearlyUsageStatistics>]) -> Result<(), Failure> {
    session.form().print_list(groups, || {
        let rows = groups
            .iter()
            .flatten()
            .map(|row| [row.time.clone(), row.service_context.clone(), count(row.count)]);
        table(["Month", "Service context", "Harvests"], rows, "There was none.")
    })
}

fn count(count: Option<i64>) -> String {
    count.map_or_else(|| "unknown".to_owned(), |count| count.to_string())
}
