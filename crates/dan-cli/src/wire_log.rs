//! Shows what goes over the wire, from the events of the library.

use std::fmt::{Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Which events are shown, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WireLog {
    /// Exchanges that this command makes.
    pub(crate) exchanges: Option<Destination>,
    /// Requests that the sandbox receives.
    pub(crate) received: bool,
}

/// Where exchanges are shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Destination {
    /// Beside the results, for those who want to look.
    StandardError,
    /// Among the results, where the exchanges are the result.
    StandardOutput,
}

impl WireLog {
    pub(crate) fn install(self) {
        tracing_subscriber::registry().with(self).init();
    }
}

impl<S: Subscriber> Layer<S> for WireLog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let target = metadata.target().split("::").next().unwrap_or_default();
        match target {
            "dan_auth" | "dan_transport" if *metadata.level() <= Level::DEBUG => {
                let exchange = Exchange::of(event);
                match self.exchanges.filter(|_| exchange.is_one()) {
                    Some(Destination::StandardError) => write(std::io::stderr(), &exchange.line()),
                    Some(Destination::StandardOutput) => write(std::io::stdout(), &exchange.line()),
                    None => {}
                }
            }
            "dan_sandbox" if self.received && *metadata.level() <= Level::INFO => {
                let mut message = Message::default();
                event.record(&mut message);
                write(std::io::stderr(), &message.0);
            }
            _ => {}
        }
    }
}

/// A log that cannot be written ends nothing.
fn write(mut destination: impl std::io::Write, line: &str) {
    let _ = writeln!(destination, "{line}");
}

/// One request and its answer.
#[derive(Default)]
struct Exchange {
    method: String,
    path: String,
    status: Option<u64>,
    elapsed_ms: f64,
}

impl Exchange {
    fn of(event: &Event<'_>) -> Self {
        let mut exchange = Self::default();
        event.record(&mut exchange);
        exchange
    }

    /// Other events tell of pauses and keys.
    fn is_one(&self) -> bool {
        !self.method.is_empty()
    }

    fn line(&self) -> String {
        let mut line = format!("    {} {} -> ", self.method, self.path);
        let _ = match self.status {
            Some(status) => write!(line, "{status}"),
            None => write!(line, "no answer"),
        };
        let _ = write!(line, " in {:.1} ms", self.elapsed_ms);
        line
    }
}

impl Visit for Exchange {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "http.request.method" {
            self.method = format!("{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "http.request.method" => value.clone_into(&mut self.method),
            "url.path" => value.clone_into(&mut self.path),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "http.response.status_code" {
            self.status = Some(value);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_ms" {
            self.elapsed_ms = value;
        }
    }
}

/// The text of an event alone.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
