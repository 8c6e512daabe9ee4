//! One file for each command: its options, what it asks, and how the answer is told.

pub(crate) mod accreditations;
pub(crate) mod certificate;
pub(crate) mod codes;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod datasets;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod evidence;
pub(crate) mod harvest;
mod harvest_options;
pub(crate) mod open_data;
pub(crate) mod request;
pub(crate) mod sandbox;
pub(crate) mod service_contexts;
pub(crate) mod status;
pub(crate) mod token;
pub(crate) mod unit;
pub(crate) mod usage;
pub(crate) mod verify;
pub(crate) mod version;

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
        Command::Doctor(options) => doctor::run(session, options).await,
        Command::Config(command) => config::run(session, command),
        Command::Harvest(options) => harvest::run(session, options).await,
        Command::Request(options) => request::run(session, options).await,
        Command::Status(options) => status::run(session, options).await,
        Command::Evidence(options) => evidence::run(session, options).await,
        Command::Accreditations(command) => accreditations::run(session, command).await,
        Command::Codes(command) => codes::run(session, command).await,
        Command::ServiceContexts => service_contexts::run(session).await,
        Command::Usage(command) => usage::run(session, command).await,
        Command::OpenData(options) => open_data::run(session, options).await,
        Command::Unit(options) => unit::run(session, options).await,
        Command::Verify(options) => verify::run(session, &options),
        Command::Version => version::run(session).await,
        Command::Completions(options) => completions::run(&options),
        Command::ManualPages(options) => completions::manual_pages(&options),
    }
}
