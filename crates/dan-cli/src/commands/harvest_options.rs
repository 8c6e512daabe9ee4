//! What `dan harvest` and `dan evidence` have in common: how the data is asked for, and where it goes.

use std::path::{Path, PathBuf};

use clap::Args;
use dan_client::{Archive, Error, Harvest, HarvestRequest, HarvestTarget, Secret, SignatureKey};
use serde_json::Value;

use crate::failure::Failure;
use crate::file;
use crate::input;
use crate::output::{OutputForm, value, write_bytes, write_text};
use crate::session::Session;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct HarvestOptions {
    /// Leave out the envelope: the values alone
    #[arg(long)]
    no_envelope: bool,
    /// Transform it by JMESPath, without envelope
    #[arg(long, value_name = "JMESPATH")]
    query: Option<String>,
    /// Give the value of this name alone
    #[arg(long, value_name = "NAME", conflicts_with_all = ["no_envelope", "query"])]
    field: Option<String>,
    /// Use the same token towards the source
    #[arg(long)]
    reuse_token: bool,
    /// Let the service get a token for the source
    #[arg(long, conflicts_with = "reuse_token")]
    on_behalf_of_owner: bool,
    /// Use the token in this file towards the source
    #[arg(long, value_name = "FILE", conflicts_with_all = ["reuse_token", "on_behalf_of_owner"])]
    forward_token_file: Option<PathBuf>,
    /// Require a signature by this public key (PEM)
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Write it here, its signature to FILE.jws
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long, requires = "out")]
    force: bool,
    /// Keep it here, too, for 'dan verify'
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
}

impl HarvestOptions {
    /// Sends the request in the form that was asked for, and puts the data where it belongs.
    pub(crate) async fn harvest<T: HarvestTarget>(
        self,
        session: &Session,
        request: HarvestRequest<'_, T>,
    ) -> Result<(), Failure> {
        if let Some(out) = &self.out {
            file::refuse_existing(out, self.force)?;
            file::refuse_existing(&signature_file(out), self.force)?;
        }
        let request = self.apply(request)?;
        match &self.out {
            // What goes into a file alone need not fit the memory.
            Some(out) if self.is_unenveloped() && self.archive.is_none() && !file::is_device(out) => {
                self.save(session, request, out).await
            }
            _ => {
                let harvest = session.progress().during("harvesting", self.send(request)).await?;
                self.put(session, &harvest)
            }
        }
    }

    fn apply<'r, T: HarvestTarget>(
        &self,
        mut request: HarvestRequest<'r, T>,
    ) -> Result<HarvestRequest<'r, T>, Failure> {
        if let Some(expression) = &self.query {
            request = request.query(expression);
        }
        if self.reuse_token {
            request = request.reuse_token();
        }
        if self.on_behalf_of_owner {
            request = request.token_on_behalf_of_owner();
        }
        if let Some(path) = &self.forward_token_file {
            request = request.forward_access_token(Secret::from(input::text(path)?.trim()));
        }
        if let Some(path) = &self.key {
            request = request.require_signature(signature_key(path)?);
        }
        Ok(request)
    }

    async fn send<T: HarvestTarget>(&self, request: HarvestRequest<'_, T>) -> Result<Harvest, Error> {
        if self.is_unenveloped() { request.unenveloped().await } else { request.enveloped().await }
    }

    async fn save<T: HarvestTarget>(
        &self,
        session: &Session,
        request: HarvestRequest<'_, T>,
        out: &Path,
    ) -> Result<(), Failure> {
        let stream = session.progress().during("harvesting", request.stream()).await?;
        let signature = stream.signature().map(str::to_owned);
        let mut download = session.progress().download();
        let stream = stream.on_progress(move |progress| download.received(progress.received, progress.total));
        let length = if self.force { stream.replace(out).await? } else { stream.save(out).await? };
        self.write_signature(out, signature.as_deref())?;
        told(session, out, length);
        Ok(())
    }

    fn put(&self, session: &Session, harvest: &Harvest) -> Result<(), Failure> {
        if let Some(folder) = &self.archive {
            let record = Archive::new(folder).store(harvest)?;
            session.note(format_args!("kept in '{}'", record.path().display()));
        }
        let field = self.field.as_ref().map(|name| harvest.field::<Value>(name)).transpose()?;
        match (&self.out, field) {
            (None, Some(value)) => print_field(session.form(), &value),
            (None, None) => print(session.form(), harvest),
            (Some(out), Some(value)) => self.write(session, out, &field_bytes(&value), None),
            (Some(out), None) => self.write(session, out, harvest.bytes(), harvest.signature()),
        }
    }

    fn write(
        &self,
        session: &Session,
        out: &Path,
        bytes: &[u8],
        signature: Option<&str>,
    ) -> Result<(), Failure> {
        file::write(out, bytes, self.force)?;
        self.write_signature(out, signature)?;
        told(session, out, bytes.len());
        Ok(())
    }

    /// Beside a file; nothing can lie beside a device. The signature of what was there before goes with it.
    fn write_signature(&self, out: &Path, signature: Option<&str>) -> Result<(), Failure> {
        let path = signature_file(out);
        match signature {
            _ if file::is_device(out) => Ok(()),
            Some(signature) => file::write(&path, signature.as_bytes(), self.force),
            None => file::remove(&path),
        }
    }

    fn is_unenveloped(&self) -> bool {
        self.no_envelope || self.query.is_some()
    }
}

fn told(session: &Session, out: &Path, length: impl std::fmt::Display) {
    session.note(format_args!("wrote {length} bytes to '{}'", out.display()));
}

/// Where the signature of a file lies.
pub(crate) fn signature_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".jws");
    name.into()
}

pub(crate) fn signature_key(path: &Path) -> Result<SignatureKey, Failure> {
    Ok(SignatureKey::from_pem(input::text(path)?)?)
}

/// Data as it is told to whoever asked. A dataset of bytes has no envelope, whatever was asked for.
pub(crate) fn print(form: OutputForm, harvest: &Harvest) -> Result<(), Failure> {
    if !harvest.is_json() {
        return print_binary(harvest);
    }
    if !harvest.is_enveloped() {
        return print_unenveloped(form, harvest);
    }
    let evidence = harvest.evidence()?;
    match form {
        OutputForm::Human if evidence.evidence_values.is_empty() => {
            write_text("The source was asked, and has no values.\n")
        }
        OutputForm::Human => write_text(&value::values(&evidence.evidence_values)),
        OutputForm::Json => write_line(harvest.bytes()),
        OutputForm::Ndjson => form.print_list(&evidence.evidence_values, String::new),
    }
}

/// A terminal makes nothing good of bytes.
fn print_binary(harvest: &Harvest) -> Result<(), Failure> {
    use std::io::IsTerminal as _;

    if std::io::stdout().is_terminal() && std::str::from_utf8(harvest.bytes()).is_err() {
        let message =
            format!("the answer is {} bytes and no text; give a file with --out", harvest.bytes().len());
        return Err(Failure::Usage(message));
    }
    write_bytes(harvest.bytes())
}

/// For people, JSON is indented and a text alone is without its quotes.
fn print_unenveloped(form: OutputForm, harvest: &Harvest) -> Result<(), Failure> {
    let json = harvest.json()?;
    let text = std::str::from_utf8(harvest.bytes()).unwrap_or_default();
    match (form, json) {
        (OutputForm::Human, Value::String(text)) => write_line(text.as_bytes()),
        (OutputForm::Human, _) => write_line(value::indented(text).as_deref().unwrap_or(text).as_bytes()),
        (OutputForm::Json, _) => write_line(harvest.bytes()),
        (OutputForm::Ndjson, _) => write_bytes(value::in_lines(text).as_deref().unwrap_or(text).as_bytes()),
    }
}

fn print_field(form: OutputForm, value: &Value) -> Result<(), Failure> {
    form.print(value, || String::from_utf8_lossy(&field_bytes(value)).into_owned() + "\n")
}

/// A text is itself; everything else is JSON.
fn field_bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.clone().into_bytes(),
        other => format!("{other:#}").into_bytes(),
    }
}

fn write_line(bytes: &[u8]) -> Result<(), Failure> {
    write_bytes(&[bytes, b"\n"].concat())
}
