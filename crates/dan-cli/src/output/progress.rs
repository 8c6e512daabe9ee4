//! What is seen on a terminal while something takes longer than half a second. It goes to standard error.

use std::borrow::Cow;
use std::future::Future;
use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

/// What takes less is over before a person wonders.
const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(120);

/// Whether progress is shown, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    shown: bool,
}

impl Progress {
    /// On a terminal only, and not to those who want quiet.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { shown: !quiet && std::io::stderr().is_terminal() }
    }

    /// Does the work, and says what it is when it takes its time.
    pub(crate) async fn during<T>(
        self,
        what: impl Into<Cow<'static, str>>,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(PATIENCE) => {}
        }
        // It is cleared when it is dropped, also by an interrupt.
        let _spinner = self.spinner(what);
        work.await
    }

    /// Something that turns, until it is dropped.
    pub(crate) fn spinner(self, what: impl Into<Cow<'static, str>>) -> ProgressBar {
        let spinner = self.bar(None).with_style(ProgressStyle::default_spinner()).with_message(what);
        spinner.enable_steady_tick(TICK);
        spinner
    }

    /// Tells how much has arrived, with size and rate.
    pub(crate) fn download(self) -> Download {
        Download { progress: self, started: Instant::now(), bar: None }
    }

    fn bar(self, length: Option<u64>) -> ProgressBar {
        let target = if self.shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        ProgressBar::with_draw_target(length, target).with_finish(ProgressFinish::AndClear)
    }
}

/// A transfer that is shown once it takes its time.
pub(crate) struct Download {
    progress: Progress,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Download {
    pub(crate) fn received(&mut self, bytes: u64, total: Option<u64>) {
        if self.bar.is_none() && self.started.elapsed() >= PATIENCE {
            self.bar = Some(self.progress.bar(total).with_style(style(total)));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
    }
}

fn style(total: Option<u64>) -> ProgressStyle {
    let template = match total {
        Some(_) => "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        None => "{spinner} {bytes} {bytes_per_sec}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
