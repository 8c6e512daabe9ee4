//! `dan service-contexts`

use crate::failure::Failure;
use crate::session::Session;

pub(crate) async fn run(session: &Session) -> Result<(), Failure> {
    let names = session.public_client()?.metadata().service_contexts().await?;
    session.form().print_list(&names, || names.iter().map(|name| format!("{name}\n")).collect())
}
