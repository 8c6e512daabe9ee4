//! The parts of a body as they come.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Body as _;
use tokio::time::{Instant, Sleep, sleep};

use crate::error::Error;
use crate::network;
use crate::server::Server;

/// A body that is being read. After its end, or an error, nothing more comes.
pub(crate) struct Parts {
    body: Option<reqwest::Body>,
    server: Server,
    read_timeout: Duration,
    deadline: Option<Instant>,
    /// Runs while a part is waited for.
    patience: Option<Pin<Box<Sleep>>>,
}

impl Parts {
    /// Each part may take `read_timeout` to come.
    pub(crate) fn new(body: reqwest::Body, server: Server, read_timeout: Duration) -> Self {
        Self { body: Some(body), server, read_timeout, deadline: None, patience: None }
    }

    /// All of them have to be there by then.
    pub(crate) fn until(mut self, deadline: Option<Instant>) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many bytes are still to come, when that is known: content decoding hides it.
    pub(crate) fn exact_length(&self) -> Option<u64> {
        self.body.as_ref().map_or(Some(0), |body| body.size_hint().exact())
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|context| self.poll_next(context)).await
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        let Some(body) = &mut self.body else { return Poll::Ready(Ok(None)) };
        loop {
            let frame = match Pin::new(&mut *body).poll_frame(context) {
                Poll::Ready(frame) => frame,
                Poll::Pending => {
                    ready!(self.poll_patience(context));
                    self.body = None;
                    return Poll::Ready(Err(network::stalled(&self.server, self.read_timeout)));
                }
            };
            self.patience = None;
            match frame {
                None => {
                    self.body = None;
                    return Poll::Ready(Ok(None));
                }
                Some(Ok(frame)) => {
                    // What is no data is trailers, which the service has none of.
                    if let Ok(part) = frame.into_data()
                        && !part.is_empty()
                    {
                        return Poll::Ready(Ok(Some(part)));
                    }
                }
                Some(Err(error)) => {
                    self.body = None;
                    return Poll::Ready(Err(network::broken(error, &self.server)));
                }
            }
        }
    }

    fn poll_patience(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (read_timeout, deadline) = (self.read_timeout, self.deadline);
        let patience = self.patience.get_or_insert_with(|| {
            let mut patience = Box::pin(sleep(read_timeout));
            if let Some(deadline) = deadline.filter(|deadline| *deadline < patience.deadline()) {
                patience.as_mut().reset(deadline);
            }
            patience
        });
        patience.as_mut().poll(context)
    }
}
