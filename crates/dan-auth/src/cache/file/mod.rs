//! Tokens in a file, for the processes of one user.

mod contents;
mod lock;
mod private_file;
mod rights;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::cache::file::contents::Contents;
use crate::cache::file::lock::FileLock;
use crate::cache::file::private_file::PrivateFile;
use crate::cache::key::TokenCacheKey;
use crate::cache::token_cache::{CachedToken, TokenCache, TokenCacheError, TokenCacheLock};
use crate::token::AccessToken;

/// Tokens in one file, for the processes of one user on one machine: a command that is called again and again, a batch of
/// workers.
///
/// The tokens lie there as they are, and whoever reads them can use them while they live. So the file and its folder are
/// its owner's alone: the file has the mode 0600, a folder that is made has 0700. A folder that others may write to, a
/// symbolic link and a file of somebody else are refused. The file is written whole or not at all. One that is damaged,
/// or of another version, is begun anew. It holds no personal number but what a token says of itself.
///
/// Two processes that need the same token at the same time cause one grant: the first takes a lock of the operating system
/// on a file beside this one, which ends with the process. The others look for its token for 25 seconds, and then ask the
/// token server, too.
///
/// Each token is written by one process at a time, within some milliseconds. Where hundreds of processes get tokens for
/// different things in the same second, some do not have their turn within two seconds: they use their token, and do not
/// share it.
///
/// On Windows the access rights are those that the folder gives its files.
#[derive(Debug, Clone)]
pub struct FileTokenCache(Arc<PrivateFile>);

impl FileTokenCache {
    /// Tokens in this file, which is made when the first token is put there, with the folders above it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(PrivateFile::new(path.into())))
    }

    /// Where the tokens lie.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs what may block where that does no harm.
    async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&PrivateFile) -> Result<T, TokenCacheError> + Send + 'static,
    ) -> Result<T, TokenCacheError> {
        let file = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || operation(&file))
            .await
            .map_err(|error| TokenCacheError::with_source("the file of tokens was not reached", error))?
    }
}

/// Changes what the file holds, alone among all processes.
fn change(file: &PrivateFile, change: impl FnOnce(&mut Contents, SystemTime)) -> Result<(), TokenCacheError> {
    let _lock = FileLock::wait_for(file)?;
    let now = SystemTime::now();
    let mut contents = Contents::read(file)?;
    contents.drop_expired(now);
    change(&mut contents, now);
    file.replace(&contents.to_json()?)
}

#[async_trait]
impl TokenCache for FileTokenCache {
    async fn get(&self, key: &TokenCacheKey) -> Result<Option<CachedToken>, TokenCacheError> {
        let key = key.clone();
        self.run(move |file| Ok(Contents::read(file)?.get(&key, SystemTime::now()))).await
    }

    async fn put(&self, key: &TokenCacheKey, token: &CachedToken) -> Result<(), TokenCacheError> {
        let (key, token) = (key.clone(), token.clone());
        self.run(move |file| change(file, |contents, now| contents.put(&key, &token, now))).await
    }

    async fn remove(&self, key: &TokenCacheKey, refused: &AccessToken) -> Result<(), TokenCacheError> {
        let (key, refused) = (key.clone(), refused.clone());
        self.run(move |file| change(file, |contents, _| contents.remove(&key, &refused))).await
    }

    async fn try_lock(
        &self,
        key: &TokenCacheKey,
    ) -> Result<Option<Box<dyn TokenCacheLock>>, TokenCacheError> {
        let key = key.clone();
        let lock = self.run(move |file| FileLock::try_take(file, key.as_str())).await?;
        Ok(lock.map(|lock| Box::new(lock) as Box<dyn TokenCacheLock>))
    }
}

#[async_trait]
impl TokenCacheLock for FileLock {
    async fn release(self: Box<Self>) -> Result<(), TokenCacheError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
