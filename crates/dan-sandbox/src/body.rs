//! Bodies that are made while they are sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// The bytes repeat after this many, which is no power of two, so that a piece that is missing is noticed.
const PERIOD: usize = 251;

/// One piece of a generated body: whole periods, 64 kB of them.
static PIECE: LazyLock<Bytes> = LazyLock::new(|| {
    (0..=u8::MAX).cycle().filter(|byte| usize::from(*byte) < PERIOD).take(PERIOD * 261).collect()
});

/// A body of a length, of which byte number n is n modulo 251. It travels in the answer's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GeneratedBody {
    length: u64,
}

impl GeneratedBody {
    /// What is no length gives none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, as it should"
    )]
    pub(crate) fn of_length(length: f64) -> Self {
        Self { length: length as u64 }
    }

    /// The whole body in one piece.
    pub(crate) fn bytes(self) -> Bytes {
        (0..self.length).map(|place| (place % PERIOD as u64).to_le_bytes()[0]).collect()
    }
}

/// What an answer's body consists of.
pub(crate) enum AnswerBody {
    Whole(Full<Bytes>),
    Generated {
        left: u64,
    },
    /// The beginning of a body; then the connection breaks.
    Broken {
        beginning: Option<Bytes>,
        length: u64,
        /// Without it the beginning would not be sent.
        pause: Pin<Box<Sleep>>,
    },
}

/// How long a connection lives on after the beginning of a body.
const PAUSE: Duration = Duration::from_millis(100);

/// The connection is to break here.
#[derive(Debug)]
pub(crate) struct BrokenOnPurpose;

impl From<Bytes> for AnswerBody {
    fn from(body: Bytes) -> Self {
        Self::Whole(body.into())
    }
}

impl From<GeneratedBody> for AnswerBody {
    fn from(body: GeneratedBody) -> Self {
        Self::Generated { left: body.length }
    }
}

impl AnswerBody {
    /// Half of the body, after which the connection breaks.
    pub(crate) fn broken_midway(body: &Bytes) -> Self {
        Self::Broken {
            beginning: Some(body.slice(..body.len() / 2)),
            length: body.len() as u64,
            pause: Box::pin(sleep(PAUSE)),
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BrokenOnPurpose;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOnPurpose>>> {
        match self.get_mut() {
            Self::Whole(body) => {
                Pin::new(body).poll_frame(context).map_err(|never: Infallible| match never {})
            }
            Self::Generated { left: 0 } => Poll::Ready(None),
            Self::Generated { left } => {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(PIECE.len());
                *left -= length as u64;
                Poll::Ready(Some(Ok(Frame::data(PIECE.slice(..length)))))
            }
            Self::Broken { beginning, pause, .. } => match beginning.take() {
                Some(beginning) if !beginning.is_empty() => Poll::Ready(Some(Ok(Frame::data(beginning)))),
                _ => pause.as_mut().poll(context).map(|()| Some(Err(BrokenOnPurpose))),
            },
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Generated { left } => SizeHint::with_exact(*left),
            Self::Broken { length, .. } => SizeHint::with_exact(*length),
        }
    }
}

impl std::fmt::Display for BrokenOnPurpose {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection breaks on purpose")
    }
}

impl std::error::Error for BrokenOnPurpose {}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn every_byte_tells_its_place() {
        let length: usize = 200_000;
        let body = AnswerBody::from(GeneratedBody { length: length as u64 });
        let body = body.collect().await.unwrap().to_bytes();
        assert_eq!(body.len(), length);
        assert!(body.iter().enumerate().all(|(place, byte)| usize::from(*byte) == place % PERIOD));
    }

    #[tokio::test]
    async fn a_broken_body_ends_in_an_error() {
        assert!(AnswerBody::broken_midway(&Bytes::from_static(b"12345678")).collect().await.is_err());
    }
}
