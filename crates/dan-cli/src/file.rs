//! Files that the command writes.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// Writes a file whole or not at all, for its owner alone, since what is harvested can be personal. One that is there is
/// replaced by `force` only.
pub(crate) fn write(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    write_with(&tempfile::Builder::new(), path, bytes, force)
}

/// The same for source code, which whoever reads the sources may read: the rights are those of the file that is replaced, or
/// what is usual for a new one.
pub(crate) fn write_source(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    let mut builder = tempfile::Builder::new();
    match std::fs::metadata(path) {
        Ok(metadata) => builder.permissions(metadata.permissions()),
        Err(_) => for_everybody(&mut builder),
    };
    write_with(&builder, path, bytes, force)
}

fn write_with(
    builder: &tempfile::Builder<'_, '_>,
    path: &Path,
    bytes: &[u8],
    force: bool,
) -> Result<(), Failure> {
    let failed = |error| cannot_be_written(path, error);
    refuse_existing(path, force)?;
    if is_device(path) {
        return std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut device| device.write_all(bytes))
            .map_err(failed);
    }
    let mut file = builder.tempfile_in(folder_of(path)).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    persist(file, path, force)
}

/// Removes a file, if there is one.
pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::Io(format!("'{}' cannot be removed", path.display()), error))
        }
        _ => Ok(()),
    }
}

/// What the user's mask takes away is not given.
#[cfg(unix)]
fn for_everybody<'b>(
    file: &'b mut tempfile::Builder<'static, 'static>,
) -> &'b mut tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;

    file.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn for_everybody<'b>(
    file: &'b mut tempfile::Builder<'static, 'static>,
) -> &'b mut tempfile::Builder<'static, 'static> {
    file
}

/// Before anything is asked of the service: a result that cannot be kept is not fetched.
pub(crate) fn refuse_existing(path: &Path, force: bool) -> Result<(), Failure> {
    if force || is_device(path) || !path.exists() { Ok(()) } else { Err(exists(path)) }
}

fn persist(file: NamedTempFile, path: &Path, force: bool) -> Result<(), Failure> {
    let persisted = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match persisted {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(cannot_be_written(path, error.error)),
    }
}

fn cannot_be_written(path: &Path, error: io::Error) -> Failure {
    Failure::Io(format!("'{}' cannot be written", path.display()), error)
}

fn exists(path: &Path) -> Failure {
    Failure::Usage(format!("'{}' is there already; --force replaces it", path.display()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A pipe or a device such as `/dev/null` is written to, and not replaced by a file.
pub(crate) fn is_device(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        write(&path, b"first", false).unwrap();
        assert!(matches!(write(&path, b"second", false), Err(Failure::Usage(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        write(&path, b"third", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"third");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(write(&folder.path().join("none/x"), b"", false), Err(Failure::Io(..))));
    }

    #[cfg(unix)]
    #[test]
    fn source_keeps_the_rights_that_it_has() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("datasets.rs");
        let rights = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        write_source(&path, b"first", false).unwrap();
        assert_eq!(rights() & 0o600, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        write_source(&path, b"second", true).unwrap();
        assert_eq!(rights(), 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_to() {
        write(Path::new("/dev/null"), b"gone", false).unwrap();
    }
}
