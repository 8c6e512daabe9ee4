//! A watermark in a file.

use std::io::{ErrorKind as IoErrorKind, Write};
use std::path::{Path, PathBuf};

use dan_transport::{Error, ErrorKind};
use tempfile::NamedTempFile;

use super::watermark::Watermark;

/// Keeps a [`Watermark`] in a file, which is written whole or not at all. Reading and writing block for the moment that a
/// small file takes.
///
/// ```
/// use dan_client::{Watermark, WatermarkFile};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("changes.json");
/// let file = WatermarkFile::new(path);
/// assert_eq!(file.read()?, Watermark::default());
/// file.write(&Watermark::starting_after("2026-09-24T12:00:00Z"))?;
/// assert_eq!(file.read()?, Watermark::starting_after("2026-09-24T12:00:00Z"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct WatermarkFile {
    path: PathBuf,
}

impl WatermarkFile {
    /// The file of this path, which need not be there yet; its folder has to.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Reads it; without a file, it is the beginning of all times.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the file cannot be read or is no watermark.
    pub fn read(&self) -> Result<Watermark, Error> {
        match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                self.problem("is no watermark; put it right, or remove it to begin anew", error)
            }),
            Err(error) if error.kind() == IoErrorKind::NotFound => Ok(Watermark::default()),
            Err(error) => Err(self.problem("cannot be read", error)),
        }
    }

    /// Writes it whole, or leaves what was there.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the folder is not there or cannot be written to.
    pub fn write(&self, watermark: &Watermark) -> Result<(), Error> {
        let write = || {
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
            serde_json::to_writer(&mut file, watermark)?;
            file.flush()?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|error: std::io::Error| self.problem("cannot be written", error))
    }

    fn problem(&self, problem: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
        let path = self.path.display();
        Error::new(ErrorKind::Configuration, format!("the watermark '{path}' {problem}: {cause}"))
    }
}
