//! Shows what goes over the wire and what the library warns of, from its events. They hold no secret.

use std::collections::HashSet;
use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::output::style::{WARNING, styled};

/// Which events are shown, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WireLog {
    /// Exchanges that this command makes.
    pub(crate) exchanges: Option<Destination>,
    /// Everything else that the library tells of its work.
    pub(crate) pipeline: bool,
    /// What the library warns of.
    pub(crate) warnings: bool,
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
        let shown = Shown { log: self, warnings: Mutex::default() };
        tracing_subscriber::registry().with(shown).init();
    }

    /// The least important events that are shown of a crate; none of those that are not ours.
    fn level(self, metadata: &Metadata<'_>) -> Option<Level> {
        match metadata.target().split("::").next().unwrap_or_default() {
            "dan_auth" | "dan_transport" | "dan_client" if self.exchanges.is_some() || self.pipeline => {
                Some(Level::DEBUG)
            }
            "dan_auth" | "dan_transport" | "dan_client" if self.warnings => Some(Level::WARN),
            "dan_sandbox" if self.received => Some(Level::INFO),
            _ => None,
        }
    }
}

/// A log that is being written.
struct Shown {
    log: WireLog,
    /// A key that is read twice is warned of once.
    warnings: Mutex<HashSet<String>>,
}

impl Shown {
    fn warn(&self, warning: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            let stderr = anstream::AutoStream::auto(std::io::stderr());
            write(stderr, &format!("{} {warning}", styled(WARNING, "dan: warning:")));
            warnings.insert(warning);
        }
    }
}

impl<S: Subscriber> Layer<S> for Shown {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.log.level(metadata).is_some_and(|level| *metadata.level() <= level)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut told = Told::default();
        event.record(&mut told);
        let metadata = event.metadata();
        if metadata.target().starts_with("dan_sandbox") {
            write(std::io::stderr(), &told.message);
        } else if *metadata.level() == Level::WARN || *metadata.level() == Level::ERROR {
            if self.log.warnings {
                self.warn(told.with_fields());
            }
        } else if told.is_exchange() {
            match self.log.exchanges {
                Some(Destination::StandardError) => write(std::io::stderr(), &told.exchange()),
                Some(Destination::StandardOutput) => write(std::io::stdout(), &told.exchange()),
                None => {}
            }
        } else if self.log.pipeline {
            write(std::io::stderr(), &format!("    {}", told.with_fields()));
        }
    }
}

/// A log that cannot be written ends nothing.
fn write(mut destination: impl std::io::Write, line: &str) {
    let _ = writeln!(destination, "{line}");
}

/// What an event tells.
#[derive(Default)]
struct Told {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Told {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }

    /// One request and its answer; other events tell of pauses and keys.
    fn is_exchange(&self) -> bool {
        self.field("http.request.method").is_some()
    }

    fn exchange(&self) -> String {
        let field = |name| self.field(name).unwrap_or_default();
        let status = self.field("http.response.status_code").unwrap_or("no answer");
        let mut line = format!("    {} {} -> {status}", field("http.request.method"), field("url.path"));
        if let Some(code) = self.field("dan.error.code") {
            let _ = write!(line, " (DAN {code})");
        }
        if let Some(elapsed) = self.field("elapsed_ms").and_then(|text| text.parse::<f64>().ok()) {
            let _ = write!(line, " in {elapsed:.1} ms");
        }
        line
    }

    fn with_fields(&self) -> String {
        let fields: Vec<String> = self.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if fields.is_empty() {
            self.message.clone()
        } else {
            format!("{} ({})", self.message, fields.join(", "))
        }
    }
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.fields.push((field.name(), format!("{value:?}")));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.push((field.name(), value.to_owned()));
    }
}
