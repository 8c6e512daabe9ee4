//! One process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::cache::file::private_file::PrivateFile;
use crate::cache::file::rights;
use crate::cache::token_cache::TokenCacheError;

/// How long a change of the file may take others; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// Seldom enough that hundreds who wait leave the processors to the one who writes, and the same for all, so that nobody
/// who came later has better chances.
const PAUSE: Duration = Duration::from_millis(20);

/// A lock of the operating system, on a file of its own that goes with it. It ends with the process, however that ends.
#[derive(Debug)]
pub(super) struct FileLock {
    path: PathBuf,
    _locked: File,
}

impl FileLock {
    /// The lock of this name; `None` when somebody has it.
    pub(super) fn try_take(file: &PrivateFile, name: &str) -> Result<Option<Self>, TokenCacheError> {
        let path = file.beside(&format!("{name}.lock"));
        try_lock(file, path).map_err(|error| file.failed("locked", error))
    }

    /// The lock of all changes.
    pub(super) fn wait_for(file: &PrivateFile) -> Result<Self, TokenCacheError> {
        let path = file.beside("lock");
        let started = Instant::now();
        loop {
            match try_lock(file, path.clone()) {
                Ok(Some(lock)) => return Ok(lock),
                Ok(None) if started.elapsed() < PATIENCE => sleep(PAUSE),
                Ok(None) => return Err(file.failed("locked", ErrorKind::TimedOut.into())),
                Err(error) => return Err(file.failed("locked", error)),
            }
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Whoever opened the file in the meantime sees that it is gone, where that can be seen.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn try_lock(file: &PrivateFile, path: PathBuf) -> io::Result<Option<FileLock>> {
    file.make_folder()?;
    loop {
        let Some(opened) = open_or_make(file, &path)? else { continue };
        match opened.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if is_still_there(&opened, &path)? {
            return Ok(Some(FileLock { path, _locked: opened }));
        }
    }
}

/// `None` when another process made the file at the same time.
fn open_or_make(file: &PrivateFile, path: &Path) -> io::Result<Option<File>> {
    if let Some(opened) = file.open(path, OpenOptions::new().read(true).write(true))? {
        return Ok(Some(opened));
    }
    match rights::private(OpenOptions::new().read(true).write(true).create_new(true)).open(path) {
        Ok(made) => Ok(Some(made)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}

/// The file may have gone with the lock of another process after it was opened.
fn is_still_there(opened: &File, path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(rights::is_same_file(&found, &opened.metadata()?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
