//! `dan service-contexts`

use crate::failure::Failure;
use crate::session::Session;

pub(crate) async fn run(session: &Session) -> Result<(), Failure> {
    let client = session.public_client()?;
    let names =
        session.progress().during("asking for the metadata", client.metadata().service_contexts()).await?;
    session.form().print_list(&names, || names.iter().map(|name| format!("{name}\n")).collect())
}
