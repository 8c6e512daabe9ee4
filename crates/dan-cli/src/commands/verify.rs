//! `dan verify`

use std::path::{Path, PathBuf};

use clap::Args;
use dan_client::{ArchiveRecord, Signature, SignatureError, SignatureKey};
use serde::Serialize;

use crate::commands::harvest_options::{signature_file, signature_key};
use crate::failure::Failure;
use crate::input;
use crate::output::style::{GOOD, styled};
use crate::session::Session;

#[derive(Debug, Args)]
#[command(
    after_help = "The file is one that 'dan harvest --out FILE' wrote, whose signature lies beside it as FILE.jws, or\n\
    a record of 'dan harvest --archive DIR'.\n\nExample:\n  dan verify received.json --key dan.pem"
)]
pub(crate) struct VerifyOptions {
    /// What was harvested: a file, or the folder of a record
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The service's public key or certificate (PEM); without it, only the bytes are compared with the signature
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Verdict {
    /// The bytes are those that were signed.
    intact: bool,
    /// The signature is by the key that was given; absent when none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by_key: Option<bool>,
}

pub(crate) fn run(session: &Session, options: &VerifyOptions) -> Result<(), Failure> {
    let key = options.key.as_deref().map(signature_key).transpose()?;
    let (bytes, signature) = read(&options.file)?;
    let signature = signature.ok_or(SignatureError::Unsigned).map_err(unproven)?;
    verify(&bytes, &signature, key.as_ref()).map_err(unproven)?;
    let verdict = Verdict { intact: true, signed_by_key: key.as_ref().map(|_| true) };
    session.form().print(&verdict, || match key {
        Some(_) => format!("{}: it is what the service signed with this key\n", styled(GOOD, "genuine")),
        None => format!(
            "{}: it is what was signed; give the service's key with --key to see whether it was the service that signed\n",
            styled(GOOD, "unchanged")
        ),
    })
}

fn verify(bytes: &[u8], signature: &str, key: Option<&SignatureKey>) -> Result<(), SignatureError> {
    let signature = Signature::parse(signature)?;
    match key {
        Some(key) => signature.verify(bytes, key),
        None if signature.fits(bytes) => Ok(()),
        None => Err(SignatureError::Tampered),
    }
}

/// The bytes and the signature of a record, or of a file with its signature beside it.
fn read(path: &Path) -> Result<(Vec<u8>, Option<String>), Failure> {
    let beside = signature_file(path);
    if path.is_file() && beside.is_file() {
        return Ok((input::bytes(path)?, Some(input::text(&beside)?.trim().to_owned())));
    }
    let is_record = path.is_dir() || path.parent().is_some_and(|folder| folder.join("record.json").is_file());
    if is_record {
        let record = ArchiveRecord::read(path)?;
        return Ok((record.body().to_vec(), record.signature().map(str::to_owned)));
    }
    Ok((input::bytes(path)?, None))
}

fn unproven(error: SignatureError) -> Failure {
    Failure::Unsuccessful(error.to_string())
}
