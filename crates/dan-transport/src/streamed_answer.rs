//! A successful answer whose body is read while it comes.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use futures_core::Stream;

use crate::answer_head::AnswerHead;
use crate::body::Parts;
use crate::error::{Effort, Error};
use crate::retry::Brought;

/// What the service answered, its body not yet read: for datasets of any size.
///
/// It is a [`Stream`] of the parts of the body. A body that ends before its end, stalls or breaks is an error, after
/// which nothing more comes. Dropping the answer ends the transfer.
///
/// ```no_run
/// # async fn example(
/// #     transport: dan_transport::Transport,
/// #     operation: dan_transport::Operation,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// use std::io::Write as _;
///
/// let mut answer = transport.stream(&operation).await?;
/// let mut file = std::fs::File::create("dataset.bin")?;
/// while let Some(part) = answer.next_part().await? {
///     file.write_all(&part)?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct StreamedAnswer {
    head: AnswerHead,
    parts: Parts,
    content_length: Option<u64>,
    effort: Effort,
}

impl StreamedAnswer {
    pub(crate) fn new(head: AnswerHead, parts: Parts) -> Self {
        let content_length = parts.exact_length();
        Self { head, parts, content_length, effort: Effort::default() }
    }

    /// The HTTP status, always a success.
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    /// The headers, their names in lower case, in no particular order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.head.headers()
    }

    /// How many bytes the body has, when that is known from the start: the answer says so, and is not compressed.
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// The service's signature of the body, a compact JWS, on answers that are signed (`X-Signature-JWT`).
    pub fn signature(&self) -> Option<&str> {
        self.head.signature()
    }

    /// The service's id of the request, to be quoted to its support (`x-invocationId`).
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }

    /// When it was sent, by the clock of what sent it (`Date`). It has no fraction of a second.
    pub fn date(&self) -> Option<SystemTime> {
        self.head.date()
    }

    /// When the service that answered was built, and of which commit (`x-version`).
    pub fn service_version(&self) -> Option<&str> {
        self.head.service_version()
    }

    /// What the answer calls itself, such as `application/octet-stream`.
    pub fn content_type(&self) -> Option<&str> {
        self.head.content_type()
    }

    /// Whether the answer calls itself JSON. What is not is bytes: a binary dataset, or an attachment by itself.
    pub fn is_json(&self) -> bool {
        self.head.is_json()
    }

    /// An error about this answer, with its status, request id and attempts: it is not what the caller expects.
    pub fn unexpected(&self, message: impl Into<String>) -> Error {
        self.head.unexpected(message).after(self.effort)
    }

    /// The next part of the body; `None` after the last.
    ///
    /// # Errors
    /// [`ErrorKind::Network`](crate::ErrorKind::Network) when the body breaks or ends before its end, and
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) when nothing comes for the transport's read timeout, or the
    /// operation's own deadline is over.
    pub async fn next_part(&mut self) -> Result<Option<Bytes>, Error> {
        self.parts.next().await.map_err(|error| self.head.told_of(error).after(self.effort))
    }
}

impl Stream for StreamedAnswer {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let part = self.parts.poll_next(context);
        part.map_err(|error| self.head.told_of(error).after(self.effort)).map(Result::transpose)
    }
}

impl Brought for StreamedAnswer {
    fn after(mut self, effort: Effort) -> Self {
        self.effort = effort;
        self
    }
}

impl fmt::Debug for StreamedAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StreamedAnswer")
            .field("status", &self.head.status())
            .field("request_id", &self.request_id())
            .field("content_length", &self.content_length)
            .finish_non_exhaustive()
    }
}
