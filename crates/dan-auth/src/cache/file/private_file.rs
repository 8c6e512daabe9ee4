//! A file that is this user's alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use zeroize::Zeroizing;

use crate::cache::file::rights;
use crate::cache::token_cache::TokenCacheError;
use crate::unique::unique_name;

/// A file that is larger holds something else than tokens.
const LARGEST: u64 = 16 * 1024 * 1024;

/// How often a file is looked for that others take away or replace at the same moment.
const LOOKS: usize = 100;

/// A file, and what lies beside it for a while: its next version, locks.
#[derive(Debug)]
pub(super) struct PrivateFile {
    path: PathBuf,
    user: OnceLock<u32>,
}

impl PrivateFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, user: OnceLock::new() }
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
            file.write_all(contents)?;
            file.sync_all()?;
            fs::rename(&new, &self.path)
        };
        replace().map_err(|error| self.failed("written", error))
    }

    /// Opens a file of this user in the folder; `None` when there is none.
    ///
    /// # Errors
    /// When the file or its folder is one that others could have put there.
    pub(super) fn open(&self, path: &Path, options: &OpenOptions) -> io::Result<Option<File>> {
        let user = self.user()?;
        self.require_private_folder(user)?;
        for _ in 0..LOOKS {
            let found = match fs::symlink_metadata(path) {
                Ok(found) => found,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            };
            if !found.is_file() {
                return Err(refused("it is a symbolic link, or no file at all: remove it"));
            }
            let file = match options.open(path) {
                Ok(file) => file,
                // Another process of the user took it away after it was found.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
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

    /// Who runs this process: the owner of the files that it makes. The folder is made when it is missing.
    fn user(&self) -> io::Result<u32> {
        if let Some(user) = self.user.get() {
            return Ok(*user);
        }
        rights::private_folder(DirBuilder::new().recursive(true)).create(self.folder())?;
        let probe = self.beside(&unique_name()?);
        let made = rights::private(OpenOptions::new().write(true).create_new(true)).open(&probe)?;
        fs::remove_file(&probe)?;
        let user = rights::owner(&made.metadata()?);
        Ok(*self.user.get_or_init(|| user))
    }

    fn require_private_folder(&self, user: u32) -> io::Result<()> {
        let folder = fs::metadata(self.folder())?;
        let owner = rights::owner(&folder);
        if rights::others_may_write(&folder) || (owner != user && owner != rights::ADMINISTRATOR) {
            return Err(refused(
                "others may write to its folder: choose one of your own, with the mode 0700",
            ));
        }
        Ok(())
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, why)
}
