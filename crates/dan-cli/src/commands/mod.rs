//! One file for each command: its options, what it asks, and how the answer is told.

pub(crate) mod certificate;
pub(crate) mod codes;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod datasets;
pub(crate) mod demo;
pub(crate) mod harvest;
pub(crate) mod sandbox;
pub(crate) mod service_contexts;
pub(crate) mod token;

use crate::arguments::Command;
use crate::failure::Failure;
use crate::session::Session;

pub(crate) async fn run(session: &Session, command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo => demo::run().await,
        Command::Sandbox(options) => sandbox::run(options, session.options().quiet).await,
        Command::Token(options) => token::run(session, &options).await,
        Command::Certificate(command) => certificate::run(session, command).await,
        Command::Datasets(command) => datasets::run(session, command).await,
        Command::Config(command) => config::run(session, command),
        Command::Harvest(options) => harvest::run(session, options).await,
        Command::Codes(command) => codes::run(session, command).await,
        Command::ServiceContexts => service_contexts::run(session).await,
        Command::Completions(options) => completions::run(&options),
        Command::ManualPages(options) => completions::manual_pages(&options),
    }
}
