//! Harvested data of any size, read while it arrives.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use dan_transport::{Delivery, Error, ErrorKind, StreamedAnswer};
use futures_util::Stream;
use tempfile::NamedTempFile;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::harvest::{HarvestRequest, HarvestTarget};
use crate::proof::{SignatureError, StreamedProof};

/// Harvested data that is read while it arrives: for binary datasets, which may have any size.
///
/// It is a [`Stream`] of parts. A body that breaks off is an error, and so is one that is not what was signed, where the
/// client or the call [requires a signature](HarvestRequest::require_signature): that shows after the last part.
/// Dropping it ends the transfer.
pub struct HarvestStream {
    answer: StreamedAnswer,
    proof: StreamedProof,
    received: u64,
    on_progress: Option<Box<dyn FnMut(Progress) + Send>>,
}

/// How much of a body has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The bytes so far.
    pub received: u64,
    /// The bytes of the whole, when the service says how many there are.
    pub total: Option<u64>,
}

impl<T: HarvestTarget> HarvestRequest<'_, T> {
    /// Sends it, and gives the data without envelope while it arrives. Nothing of it is kept in memory.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let folder = tempfile::tempdir()?;
    /// let harvest = client.direct_harvest("EksempelBinaer").subject("991825827").parameter("antallBytes", "100000");
    ///
    /// let file = folder.path().join("data.bin");
    /// let stream = harvest.stream().await?.on_progress(|progress| println!("{} bytes", progress.received));
    /// assert_eq!(stream.save(&file).await?, 100_000);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`enveloped`](Self::enveloped).
    pub async fn stream(self) -> Result<HarvestStream, Error> {
        let end = self.end();
        let mut operation = self.operation(false, end).await?.deadline(end.left(self.client.clock()));
        // The client's own deadline is for what is held in memory; a body that is read may take its time.
        if self.options.times.deadline.is_none() {
            operation = operation.body_without_deadline();
        }
        let answer = match self.client.stream(&operation).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.explained(error, end).await),
        };
        let proof = StreamedProof::begin(self.signature_rule(), answer.signature());
        let proof = proof.map_err(|problem| unproved(&answer, problem))?;
        Ok(HarvestStream { answer, proof, received: 0, on_progress: None })
    }
}

impl HarvestStream {
    /// Calls back after each part.
    #[must_use]
    pub fn on_progress(mut self, callback: impl FnMut(Progress) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(callback));
        self
    }

    /// The next part; `None` after the last.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let mut stream = client.direct_harvest("EksempelBinaer").subject("991825827").stream().await?;
    /// let mut received = 0;
    /// while let Some(part) = stream.next_part().await? {
    ///     received += part.len();
    /// }
    /// assert_eq!(received, 256);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the body breaks off, when nothing comes for too long, and when the whole is not what was signed.
    pub async fn next_part(&mut self) -> Result<Option<Bytes>, Error> {
        let part = self.answer.next_part().await?;
        self.account_for(part.as_ref())?;
        Ok(part)
    }

    /// Writes everything to `writer`, flushes it, and gives the number of bytes.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let stream = client.direct_harvest("EksempelBinaer").subject("991825827").stream().await?;
    /// let mut bytes = Vec::new();
    /// assert_eq!(stream.write_to(&mut bytes).await?, 256);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`next_part`](Self::next_part), and [`ErrorKind::File`] when it cannot be written. What was written by then stays.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Error> {
        let unwritten = |error: io::Error| file_error("what arrives cannot be written", error);
        while let Some(part) = self.next_part().await? {
            writer.write_all(&part).await.map_err(unwritten)?;
        }
        writer.flush().await.map_err(unwritten)?;
        Ok(self.received)
    }

    /// Writes everything to a file that is not there yet, whole or not at all, and gives the number of bytes.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("data.bin");
    /// client.direct_harvest("EksempelBinaer").subject("991825827").stream().await?.save(&file).await?;
    /// let again = client.direct_harvest("EksempelBinaer").subject("991825827").stream().await?;
    /// assert!(again.save(&file).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`next_part`](Self::next_part), and [`ErrorKind::File`] when the file is there, or cannot be written. Nothing of it
    /// remains then.
    pub async fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.into_file(path.as_ref(), |file, path| file.persist_noclobber(path).map(drop)).await
    }

    /// The same, in the place of a file that may be there. It stays as it was when something fails.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("data.bin");
    /// for _ in 0..2 {
    ///     client.direct_harvest("EksempelBinaer").subject("991825827").stream().await?.replace(&file).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub async fn replace(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.into_file(path.as_ref(), |file, path| file.persist(path).map(drop)).await
    }

    async fn into_file(
        self,
        path: &Path,
        put: fn(NamedTempFile, PathBuf) -> Result<(), tempfile::PersistError>,
    ) -> Result<u64, Error> {
        let unwritten = |error: io::Error| {
            let message = match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    format!("'{}' is there already; it was left as it is", path.display())
                }
                _ => format!("'{}' cannot be written; nothing of it remains", path.display()),
            };
            file_error(message, error)
        };
        // A folder's own name is empty when the file stands in the present one.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder.to_owned();
        let partial = blocking(move || NamedTempFile::new_in(folder)).await.map_err(unwritten)?;
        let mut file = tokio::fs::File::from_std(partial.reopen().map_err(unwritten)?);
        let written = self.write_to(&mut file).await?;
        file.sync_all().await.map_err(unwritten)?;
        let path = path.to_owned();
        blocking(move || put(partial, path).map_err(|error| error.error)).await.map_err(unwritten)?;
        Ok(written)
    }

    /// How many bytes there are, when the service says so.
    pub fn content_length(&self) -> Option<u64> {
        self.answer.content_length()
    }

    /// What the data calls itself, such as `application/octet-stream`.
    pub fn content_type(&self) -> Option<&str> {
        self.answer.content_type()
    }

    /// The service's signature of the whole, a compact JWS; none on binary datasets.
    pub fn signature(&self) -> Option<&str> {
        self.answer.signature()
    }

    /// The service's id of the request, to be quoted to its support.
    pub fn request_id(&self) -> Option<&str> {
        self.answer.request_id()
    }

    fn account_for(&mut self, part: Option<&Bytes>) -> Result<(), Error> {
        let Some(part) = part else {
            return self.proof.end().map_err(|problem| unproved(&self.answer, problem));
        };
        self.proof.take(part);
        self.received += part.len() as u64;
        let progress = Progress { received: self.received, total: self.answer.content_length() };
        if let Some(callback) = &mut self.on_progress {
            callback(progress);
        }
        Ok(())
    }
}

impl Stream for HarvestStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.answer).poll_next(context);
        polled.map(|part| {
            let part = part.transpose().and_then(|part| self.account_for(part.as_ref()).map(|()| part));
            part.transpose()
        })
    }
}

impl fmt::Debug for HarvestStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HarvestStream")
            .field("answer", &self.answer)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

/// The answer is not what was signed, or not signed.
fn unproved(answer: &StreamedAnswer, problem: SignatureError) -> Error {
    answer.unexpected(problem.to_string()).with_cause(problem)
}

/// The service has answered, whatever became of its answer.
fn file_error(message: impl Into<String>, cause: io::Error) -> Error {
    Error::new(ErrorKind::File, message).with_delivery(Delivery::Answered).with_cause(cause)
}

/// File calls block, which tasks may not.
async fn blocking<T: Send + 'static>(call: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(call).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
