//! How long a body is waited for.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::error::Error;
use crate::network;
use crate::server::Server;

/// The time that each part of a body may take to come, and that all of them may take together.
pub(crate) struct Patience {
    read_timeout: Duration,
    deadline: Option<Deadline>,
    /// Runs while a part is waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

/// When all has to be there, and how long that was from the beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    end: Instant,
    allowed: Duration,
}

impl Deadline {
    /// From now; `None` beyond all times.
    pub(crate) fn after(allowed: Duration) -> Option<Self> {
        Some(Self { end: Instant::now().checked_add(allowed)?, allowed })
    }
}

impl Patience {
    /// Each part may take `read_timeout` to come.
    pub(crate) fn new(read_timeout: Duration) -> Self {
        Self { read_timeout, deadline: None, timer: None }
    }

    /// All of them have to be there by the deadline, if there is one.
    pub(crate) fn until(mut self, deadline: Option<Deadline>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Waits on; ends with the limit that was reached, as an error.
    pub(crate) fn poll_end(&mut self, context: &mut Context<'_>, server: &Server) -> Poll<Error> {
        let timer = self.timer.get_or_insert_with(|| {
            let mut timer = Box::pin(sleep(self.read_timeout));
            if let Some(deadline) = self.deadline.filter(|deadline| deadline.end < timer.deadline()) {
                timer.as_mut().reset(deadline.end);
            }
            timer
        });
        ready!(timer.as_mut().poll(context));
        Poll::Ready(match self.deadline {
            Some(Deadline { end, allowed }) if end <= timer.deadline() => {
                network::not_whole_in_time(server, allowed)
            }
            _ => network::stalled(server, self.read_timeout),
        })
    }

    /// Whether a part that has come is still in time: a body whose parts always come at once is never waited for.
    pub(crate) fn in_time(&self, server: &Server) -> Result<(), Error> {
        match self.deadline {
            Some(Deadline { end, allowed }) if end <= Instant::now() => {
                Err(network::not_whole_in_time(server, allowed))
            }
            _ => Ok(()),
        }
    }

    /// Ends the wait: something came.
    pub(crate) fn rest(&mut self) {
        self.timer = None;
    }
}
