//! The parts of a body as they come.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

use super::patience::{Deadline, Patience};
use crate::error::Error;
use crate::network;
use crate::server::Server;

/// A body that is being read.
pub(crate) struct Parts {
    /// None after the end of the body, or an error: nothing more comes then.
    response: Option<reqwest::Response>,
    server: Server,
    patience: Patience,
}

impl Parts {
    /// Each part may take `read_timeout` to come.
    pub(crate) fn new(response: reqwest::Response, server: Server, read_timeout: Duration) -> Self {
        Self { response: Some(response), server, patience: Patience::new(read_timeout) }
    }

    /// All of them have to be there by the deadline, if there is one.
    pub(crate) fn until(mut self, deadline: Option<Deadline>) -> Self {
        self.patience = self.patience.until(deadline);
        self
    }

    /// How many bytes are still to come, when that is known: content decoding hides it.
    pub(crate) fn exact_length(&self) -> Option<u64> {
        self.response.as_ref().map_or(Some(0), reqwest::Response::content_length)
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|context| self.poll_next(context)).await
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        let Some(response) = &mut self.response else { return Poll::Ready(Ok(None)) };
        let part = loop {
            // Dropping the question before the answer loses nothing.
            match pin!(response.chunk()).poll(context) {
                Poll::Ready(Ok(Some(part))) if part.is_empty() => {}
                Poll::Ready(Ok(Some(part))) => {
                    break self.patience.in_time(&self.server).map(|()| Some(part));
                }
                Poll::Ready(part) => break part.map_err(|error| network::broken(error, &self.server)),
                Poll::Pending => match self.patience.poll_end(context, &self.server) {
                    Poll::Ready(error) => break Err(error),
                    Poll::Pending => return Poll::Pending,
                },
            }
        };
        self.patience.rest();
        if !matches!(part, Ok(Some(_))) {
            self.response = None;
        }
        Poll::Ready(part)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::ready;

    use hyper::body::Frame;
    use tokio::time::{Sleep, sleep};

    use super::*;
    use crate::error::ErrorKind;

    fn of(body: impl Into<reqwest::Body>, read_timeout: Duration) -> Parts {
        let url = "https://dan.example.no".parse().unwrap();
        Parts::new(http::Response::new(body).into(), Server::of(&url), read_timeout)
    }

    fn parts(body: &'static str) -> Parts {
        of(body, Duration::MAX).until(Deadline::after(Duration::ZERO))
    }

    const MINUTE: Duration = Duration::from_secs(60);

    /// A body whose parts come a minute apart.
    struct Slow {
        parts: std::slice::Iter<'static, &'static str>,
        pause: Pin<Box<Sleep>>,
    }

    fn slow(parts: &'static [&'static str]) -> reqwest::Body {
        reqwest::Body::wrap(Slow { parts: parts.iter(), pause: Box::pin(sleep(MINUTE)) })
    }

    impl hyper::body::Body for Slow {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            ready!(self.pause.as_mut().poll(context));
            self.pause = Box::pin(sleep(MINUTE));
            Poll::Ready(self.parts.next().map(|part| Ok(Frame::data(Bytes::from_static(part.as_bytes())))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_part_has_the_read_timeout_to_itself() {
        let mut parts = of(slow(&["one", "two", "three"]), MINUTE + MINUTE / 2);
        for part in ["one", "two", "three"] {
            assert_eq!(parts.next().await.unwrap().unwrap(), part);
        }
        assert_eq!(parts.next().await.unwrap(), None);
        let mut parts = of(slow(&["one"]), MINUTE / 2);
        assert_eq!(parts.next().await.unwrap_err().kind(), ErrorKind::Timeout);
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_part_is_not_handed_out() {
        let mut parts = of(slow(&["", "one"]), Duration::MAX);
        assert_eq!(parts.next().await.unwrap().unwrap(), "one");
    }

    #[tokio::test]
    async fn a_deadline_holds_for_a_body_that_is_never_waited_for() {
        let mut parts = parts("more and more");
        assert_eq!(parts.next().await.unwrap_err().kind(), ErrorKind::Timeout);
        assert_eq!(parts.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_body_that_is_whole_may_be_found_so_later() {
        assert_eq!(parts("").next().await.unwrap(), None);
    }
}
