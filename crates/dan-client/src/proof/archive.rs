//! Answers kept as they arrived, to be proved later.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use dan_transport::{Error, ErrorKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::harvest::Harvest;
use crate::proof::signature::hexadecimal_digest;
use crate::proof::signature_rule::verify;
use crate::proof::{RequestRecord, SignatureError, SignatureKey};

const DESCRIPTION: &str = "record.json";
/// Says something of the connection to the service, and nothing of the answer.
const NOT_KEPT: [&str; 2] = ["set-cookie", "connection"];

/// A folder in which answers are kept as they arrived: each in a folder of its own, with its bytes, headers, signature, time,
/// and what was asked.
///
/// A record is written whole or not at all, and never over another one. It is for its owner alone, since answers hold
/// personal data. The file with the bytes can be opened, hashed and verified with any tool.
///
/// ```
/// # use dan_client::{Archive, DanClient, SignatureKey};
/// # use dan_sandbox::Sandbox;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// # let folder = tempfile::tempdir()?;
/// # let key = SignatureKey::from_pem(std::fs::read(sandbox.signing_key_file())?)?;
/// let archive = Archive::new(folder.path());
/// let harvest = client.direct_harvest("TildaMetadatav1").enveloped().await?;
/// archive.store(&harvest)?;
///
/// for record in archive.records()? {
///     assert_eq!(record.verify(&key), Ok(()));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Archive {
    folder: PathBuf,
}

/// An answer in an [`Archive`].
#[derive(Debug, Clone)]
pub struct ArchiveRecord {
    folder: PathBuf,
    description: Description,
    body: Bytes,
}

/// The file beside the bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    dataset: String,
    /// When the answer had arrived.
    received: Timestamp,
    enveloped: bool,
    request: RequestRecord,
    status: u16,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    /// The name of the file with the bytes.
    body: String,
    length: usize,
    sha256: String,
}

impl Archive {
    /// The archive in a folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Keeps an answer. Blocks while it is written to the disk.
    ///
    /// # Errors
    /// [`ErrorKind::File`] when the folder cannot be written to, or the record is there already. Nothing of it remains then.
    pub fn store(&self, harvest: &Harvest) -> Result<ArchiveRecord, Error> {
        let description = Description::of(harvest);
        let folder = self.folder.join(description.name(harvest.request_id()));
        write(&folder, &description, harvest.bytes()).map_err(|error| unwritten(&folder, error))?;
        Ok(ArchiveRecord { folder, description, body: harvest.bytes().clone() })
    }

    /// All answers in the archive, the oldest first. What is no record is passed over.
    ///
    /// # Errors
    /// [`ErrorKind::File`] when the folder or a record cannot be read, and when the folder is not there: an archive in which
    /// nothing was ever stored may be one that was looked for in the wrong place.
    pub fn records(&self) -> Result<Vec<ArchiveRecord>, Error> {
        let unread = |error| unreadable(&self.folder, error);
        let mut records = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(unread)? {
            let folder = entry.map_err(unread)?.path();
            if !is_partial(&folder) && folder.join(DESCRIPTION).is_file() {
                records.push(ArchiveRecord::read(&folder)?);
            }
        }
        records.sort_by(|one, other| one.folder.cmp(&other.folder));
        Ok(records)
    }
}

impl ArchiveRecord {
    /// Reads a record: its folder, or a file in it.
    ///
    /// # Errors
    /// [`ErrorKind::File`] when it cannot be read, or is no record.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let file = folder.join(DESCRIPTION);
        let text = fs::read(&file).map_err(|error| unreadable(&file, error))?;
        let description: Description =
            serde_json::from_slice(&text).map_err(|error| no_record(&file, error))?;
        // Only the name counts, so that a record leads to no file outside it.
        let file = folder.join(Path::new(&description.body).file_name().unwrap_or_default());
        let body = fs::read(&file).map_err(|error| unreadable(&file, error))?;
        Ok(Self { folder: folder.to_owned(), description, body: body.into() })
    }

    /// The folder of the record.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The dataset, by the name that was asked for.
    pub fn dataset(&self) -> &str {
        &self.description.dataset
    }

    /// The bytes as they arrived.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// When the answer had arrived.
    pub fn received(&self) -> SystemTime {
        SystemTime::try_from(self.description.received).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// What was asked.
    pub fn request(&self) -> &RequestRecord {
        &self.description.request
    }

    /// Whether the data stands in its envelope.
    pub fn is_enveloped(&self) -> bool {
        self.description.enveloped
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.description.status
    }

    /// A header of the answer, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.description.headers.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// The service's signature of the bytes, a compact JWS.
    pub fn signature(&self) -> Option<&str> {
        self.description.signature.as_deref()
    }

    /// Proves that the bytes are what the service signed.
    ///
    /// # Errors
    /// [`SignatureError`] tells an answer that never was signed from one that was changed since, and both from a signature by
    /// another key.
    pub fn verify(&self, key: &SignatureKey) -> Result<(), SignatureError> {
        verify(&self.body, self.signature(), key)
    }

    /// Whether the bytes are still those that were written. It shows accidents, also of answers that are not signed; whoever
    /// changes the bytes on purpose can change the description with them.
    pub fn is_intact(&self) -> bool {
        self.description.sha256 == hexadecimal_digest(&self.body)
    }
}

impl Description {
    fn of(harvest: &Harvest) -> Self {
        let answer = harvest.answer();
        let headers = answer.headers().filter(|(name, _)| !NOT_KEPT.contains(name));
        let ending = if harvest.is_json() { "json" } else { "bin" };
        Self {
            dataset: harvest.dataset().to_owned(),
            received: Timestamp::try_from(harvest.received()).unwrap_or(Timestamp::UNIX_EPOCH),
            enveloped: harvest.is_enveloped(),
            request: harvest.request().clone(),
            status: answer.status(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned()))
                .collect(),
            signature: harvest.signature().map(str::to_owned),
            body: format!("body.{ending}"),
            length: harvest.bytes().len(),
            sha256: hexadecimal_digest(harvest.bytes()),
        }
    }

    /// Sorts by time, says what it is, and is another one for each request.
    fn name(&self, request_id: Option<&str>) -> String {
        let time = self.received.strftime("%Y%m%dT%H%M%S%3fZ");
        format!("{time}-{}-{}", plain(&self.dataset), plain(request_id.unwrap_or(&self.sha256[..16])))
    }
}

/// What can stand in a file's name on any system.
fn plain(name: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    name.chars().take(100).map(|character| if is_plain(character) { character } else { '_' }).collect()
}

/// Writes beside the place and moves there, so that there is a whole record or none.
fn write(folder: &Path, description: &Description, body: &[u8]) -> io::Result<()> {
    let archive = folder.parent().unwrap_or(folder);
    fs::create_dir_all(archive)?;
    if folder.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let partial = for_owner_alone(tempfile::Builder::new().prefix(PARTIAL)).tempdir_in(archive)?;
    write_file(&partial.path().join(&description.body), body)?;
    write_file(&partial.path().join(DESCRIPTION), &serde_json::to_vec_pretty(description)?)?;
    sync(partial.path())?;
    fs::rename(partial.path(), folder)?;
    // It stands under its own name now; there is nothing left to remove.
    let _ = partial.keep();
    sync(archive).inspect_err(|_| {
        let _ = fs::remove_dir_all(folder);
    })
}

const PARTIAL: &str = ".partial-";

fn is_partial(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PARTIAL))
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn for_owner_alone<'b, 'p, 's>(
    folder: &'b mut tempfile::Builder<'p, 's>,
) -> &'b mut tempfile::Builder<'p, 's> {
    use std::os::unix::fs::PermissionsExt as _;

    folder.permissions(fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn for_owner_alone<'b, 'p, 's>(
    folder: &'b mut tempfile::Builder<'p, 's>,
) -> &'b mut tempfile::Builder<'p, 's> {
    folder
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    File::create_new(path)
}

/// A name is on the disk when its folder is; only Unix can ask for that.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    let reason =
        if error.kind() == io::ErrorKind::AlreadyExists { "is there already" } else { "cannot be written" };
    let message = format!("the record '{}' {reason}; nothing was written", path.display());
    Error::new(ErrorKind::File, message).with_cause(error)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::File, format!("'{}' cannot be read", path.display())).with_cause(error)
}

fn no_record(path: &Path, error: serde_json::Error) -> Error {
    Error::new(ErrorKind::File, format!("'{}' is no record of an archive", path.display())).with_cause(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_no_other_folder() {
        assert_eq!(plain("../a b/Å:C-1_x"), "___a_b___C-1_x");
        assert_eq!(plain(&"x".repeat(300)).len(), 100);
    }
}
