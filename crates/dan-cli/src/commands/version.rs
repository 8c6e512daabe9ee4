//! `dan version`

use dan_client::ErrorKind;
use dan_client::model::VersionInfo;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::table::pairs;
use crate::output::time;
use crate::session::Session;

#[derive(Serialize)]
struct Versions {
    command: &'static str,
    /// None when the gateway does not let it out.
    service: Option<VersionInfo>,
}

pub(crate) async fn run(session: &Session) -> Result<(), Failure> {
    let client = session.public_client()?;
    let service = match session.progress().during("asking for the version", client.metadata().version()).await
    {
        Ok(version) => Some(version),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unauthenticated) => None,
        Err(error) => return Err(error.into()),
    };
    let versions = Versions { command: env!("CARGO_PKG_VERSION"), service };
    session.form().print(&versions, || {
        let service = match &versions.service {
            Some(version) => format!(
                "{}, built {}, commit {} of {}",
                version.name,
                time::local(&version.built),
                version.commit,
                time::local(&version.commit_date)
            ),
            None => "not told by this installation".to_owned(),
        };
        pairs([("dan", versions.command.to_owned()), ("service", service)])
    })
}
