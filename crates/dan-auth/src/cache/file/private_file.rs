//! A file that is this user's alone.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::cache::file::rights;
use crate::cache::token_cache::TokenCacheError;

/// A file that is larger holds something else than tokens.
const LARGEST: u64 = 16 * 1024 * 1024;

/// How often a file is looked for that others take away or replace at the same moment.
const LOOKS: usize = 100;

/// A file, and what lies beside it for a while: its next version, locks.
#[derive(Debug)]
pub(super) struct PrivateFile {
    path: PathBuf,
}

impl PrivateFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file beside this one, whose name goes on with this word.
    pub(super) fn beside(&self, word: &str) -> PathBuf {
        let mut path = self.path.as_os_str().to_owned();
        path.push(".");
        path.push(word);
        path.into()
    }

    /// What the file holds; nothing when there is none, or when others could write or read it until now.
    pub(super) fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, TokenCacheError> {
        let read = || {
            let Some(file) = self.open(&self.path, OpenOptions::new().read(true))? else { return Ok(None) };
            let metadata = file.metadata()?;
            if rights::others_have_any(&metadata) {
                tracing::warn!(path = %self.path.display(), "others may use the file of tokens; it is begun anew");
                return Ok(None);
            }
            // Room enough from the start, so that no copy of a token is left behind by growing.
            let capacity = usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default().saturating_add(1);
            let mut contents = Zeroizing::new(Vec::with_capacity(capacity));
            file.take(LARGEST).read_to_end(&mut contents)?;
            Ok(Some(contents))
        };
        read().map_err(|error| self.failed("read", error))
    }

    /// Writes the file whole, or leaves it as it is. Whoever calls this has the lock.
    pub(super) fn replace(&self, contents: &[u8]) -> Result<(), TokenCacheError> {
        let replace = || {
            // The place must be one where a file may lie.
            self.open(&self.path, OpenOptions::new().read(true))?;
            let new = self.beside("new");
            if let Err(error) = fs::remove_file(&new)
                && error.kind() != ErrorKind::NotFound
            {
                return Err(error);
            }
            let mut file = rights::private(OpenOptions::new().write(true).create_new(true)).open(&new)?;
            // Whether it is on the disk when the machine fails does not matter: it is good for some minutes.
            file.write_all(contents)?;
            fs::rename(&new, &self.path)
        };
        replace().map_err(|error| self.failed("written", error))
    }

    /// Opens a file of this user in the folder; `None` when there is none.
    ///
    /// # Errors
    /// When the file or its folder is one that others could have put there.
    pub(super) fn open(&self, path: &Path, options: &OpenOptions) -> io::Result<Option<File>> {
        let user = rights::user();
        let Some(folder) = existing(fs::metadata(self.folder()))? else { return Ok(None) };
        require_private(&folder, user)?;
        for _ in 0..LOOKS {
            let Some(found) = existing(fs::symlink_metadata(path))? else { return Ok(None) };
            if !found.is_file() {
                return Err(refused("it is a symbolic link, or no file at all: remove it"));
            }
            // Another process of the user may have taken it away after it was found.
            let Some(file) = existing(options.open(path))? else { continue };
            let opened = file.metadata()?;
            // The same, with another file put in its place.
            if !rights::is_same_file(&found, &opened) {
                continue;
            }
            if rights::owner(&opened) != user {
                return Err(refused("it is somebody else's: name a file of your own"));
            }
            return Ok(Some(file));
        }
        Err(refused("another file takes its place all the time: name one on another file system"))
    }

    pub(super) fn failed(&self, what: &str, error: io::Error) -> TokenCacheError {
        let path = self.path.display();
        TokenCacheError::with_source(format!("the file of tokens '{path}' cannot be {what}"), error)
    }

    /// Makes the folder when it is missing, with those above it.
    pub(super) fn make_folder(&self) -> io::Result<()> {
        rights::private_folder(DirBuilder::new().recursive(true)).create(self.folder())
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }
}

/// Others can put nothing into it.
fn require_private(folder: &Metadata, user: u32) -> io::Result<()> {
    let owner = rights::owner(folder);
    if rights::others_may_write(folder) || (owner != user && owner != rights::ADMINISTRATOR) {
        return Err(refused("others may write to its folder: choose one of your own, with the mode 0700"));
    }
    Ok(())
}

/// `None` when there is none.
fn existing<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, why)
}
