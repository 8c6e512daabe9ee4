//! What a check found.

use std::fmt::Display;

use serde::Serialize;

use crate::failure::Failure;
use crate::output::style::{BAD, GOOD, STRONG, WARNING, styled};
use crate::output::table::paragraph;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Ok,
    Warning,
    Failed,
    /// What it needs is not there.
    Skipped,
}

/// What a check found, and what to do about it.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    check: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// The exit code that this failure has elsewhere.
    #[serde(skip)]
    exit_code: u8,
}

impl Finding {
    pub(super) fn ok(check: &'static str, found: impl Display) -> Self {
        Self::of(check, Verdict::Ok, found, None, 0)
    }

    pub(super) fn warning(check: &'static str, found: impl Display, remedy: impl Display) -> Self {
        Self::of(check, Verdict::Warning, found, Some(remedy.to_string()), 0)
    }

    pub(super) fn skipped(check: &'static str, found: impl Display) -> Self {
        Self::of(check, Verdict::Skipped, found, None, 0)
    }

    /// A failure whose message says what to do.
    pub(super) fn failed(check: &'static str, failure: &Failure) -> Self {
        let particulars = failure.particulars().map(|text| format!(" ({text})"));
        let found = format!("{failure}{}", particulars.unwrap_or_default());
        Self::of(check, Verdict::Failed, found, None, failure.exit_number())
    }

    /// A failure that we see by ourselves.
    pub(super) fn wrong(check: &'static str, found: impl Display, remedy: impl Display) -> Self {
        Self::of(check, Verdict::Failed, found, Some(remedy.to_string()), 2)
    }

    fn of(
        check: &'static str,
        verdict: Verdict,
        found: impl Display,
        remedy: Option<String>,
        exit_code: u8,
    ) -> Self {
        Self { check, verdict, found: found.to_string(), remedy, exit_code }
    }

    fn in_words(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Ok => styled(GOOD, "ok     "),
            Verdict::Warning => styled(WARNING, "warning"),
            Verdict::Failed => styled(BAD, "FAILED "),
            Verdict::Skipped => "skipped".to_owned(),
        };
        let mut text = format!("{verdict}  {}\n", styled(STRONG, self.check));
        text.push_str(&paragraph(9, &self.found));
        if let Some(remedy) = &self.remedy {
            text.push_str(&paragraph(9, &format!("-> {remedy}")));
        }
        text
    }
}

/// All that the checks found.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Finding>);

impl Report {
    pub(super) fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(super) fn findings(&self) -> &[Finding] {
        &self.0
    }

    pub(super) fn in_words(&self) -> String {
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let heading =
            format!("dan {} on {system}, {}\n\n", env!("CARGO_PKG_VERSION"), jiff::Timestamp::now());
        heading + &self.0.iter().map(Finding::in_words).collect::<String>()
    }

    /// How the command ends.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        let failed: Vec<&Finding> =
            self.0.iter().filter(|finding| finding.verdict == Verdict::Failed).collect();
        match failed.first() {
            None => Ok(()),
            Some(first) => Err(Failure::Diagnosed(failed.len(), first.exit_code)),
        }
    }
}
