//! Where a key lies.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::error::AuthError;
use crate::file::contents::Contents;
use crate::key::KeyProblem;
use crate::secret::Secret;

/// Larger files hold something else.
const MOST_BYTES: u64 = 4 << 20;

/// A file, a variable or bytes that hold keys, certificates or both, with the password if there is one.
///
/// It is read when it is used, and may be used again: a rotated file is a new key at the next reading.
///
/// ```
/// use dan_auth::{KeySource, Secret};
///
/// let file = KeySource::path("/run/secrets/enterprise.p12").password(Secret::from("correct horse"));
/// let variable = KeySource::variable("ENTERPRISE_KEY");
/// assert!(!format!("{file:?} {variable:?}").contains("horse"));
/// ```
#[derive(Clone)]
pub struct KeySource {
    origin: Origin,
    password: Option<Secret>,
}

/// Tells whether a source still holds the same; one that cannot be read holds nothing.
#[derive(PartialEq, Eq)]
pub(crate) struct SourceDigest(Option<Vec<u8>>);

#[derive(Clone)]
enum Origin {
    Path(PathBuf),
    Variable(String),
    Bytes(Arc<Zeroizing<Vec<u8>>>),
}

impl KeySource {
    /// A file.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::of(Origin::Path(path.into()))
    }

    /// An environment variable that holds the content itself, plain or in base64.
    pub fn variable(name: impl Into<String>) -> Self {
        Self::of(Origin::Variable(name.into()))
    }

    /// The content itself.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(Origin::Bytes(Arc::new(Zeroizing::new(bytes.into()))))
    }

    /// The password of the content.
    #[must_use]
    pub fn password(mut self, password: Secret) -> Self {
        self.password = Some(password);
        self
    }

    pub(crate) fn contents(&self) -> Result<Contents, AuthError> {
        let bytes = self.read()?;
        let contents = Contents::read(&bytes, self.password.as_ref()).map_err(|error| self.blame(&error))?;
        if let (Origin::Path(path), false) = (&self.origin, contents.keys.is_empty()) {
            warn_if_others_may_read(path);
        }
        Ok(contents)
    }

    pub(crate) fn digest(&self) -> SourceDigest {
        SourceDigest(self.read().ok().map(|bytes| digest(&SHA256, &bytes).as_ref().to_vec()))
    }

    /// The same error, with the place that it came from.
    pub(crate) fn blame(&self, error: &AuthError) -> AuthError {
        match (&self.origin, error.key_problem()) {
            (Origin::Path(_) | Origin::Variable(_), Some(problem)) => {
                AuthError::of_key(problem, format!("{self}: {error}"))
            }
            _ => error.clone(),
        }
    }

    fn of(origin: Origin) -> Self {
        Self { origin, password: None }
    }

    fn read(&self) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        match &self.origin {
            Origin::Path(path) => read_file(path),
            Origin::Variable(name) => read_variable(name),
            Origin::Bytes(bytes) => Ok(Zeroizing::new(bytes.to_vec())),
        }
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Path(path) => write!(formatter, "'{}'", path.display()),
            Origin::Variable(name) => write!(formatter, "the variable {name}"),
            Origin::Bytes(_) => formatter.write_str("the given bytes"),
        }
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeySource({self})")
    }
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let unreadable = |reason: &dyn fmt::Display| {
        AuthError::of_key(KeyProblem::Unreadable, format!("'{}' cannot be read: {reason}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let length = file.metadata().map_err(|error| unreadable(&error))?.len();
    if length > MOST_BYTES {
        return Err(unreadable(&"it is too large for a key file; check the path"));
    }
    // Room enough from the start, so that no copy of a key is left behind by growing.
    let capacity = usize::try_from(length).unwrap_or_default().saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

fn read_variable(name: &str) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    match std::env::var_os(name).map(|value| Zeroizing::new(value.into_encoded_bytes())) {
        Some(value) if !value.is_empty() => Ok(value),
        _ => Err(AuthError::of_key(
            KeyProblem::Unreadable,
            format!("the variable {name} is not set, or empty"),
        )),
    }
}

#[cfg(unix)]
fn warn_if_others_may_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    let others_may = |mode: u32| mode & 0o077 != 0;
    if std::fs::metadata(path).is_ok_and(|metadata| others_may(metadata.permissions().mode())) {
        tracing::warn!(
            file.path = %path.display(),
            "the private key can be read by others on this machine; 'chmod 600' the file"
        );
    }
}

#[cfg(not(unix))]
fn warn_if_others_may_read(_path: &Path) {}
