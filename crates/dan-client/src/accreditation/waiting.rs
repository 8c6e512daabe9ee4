//! A wait under way: what it knows of each dataset, and when to look again at what.

use std::time::{Duration, SystemTime};

use dan_model::{EvidenceStatus, Offset};
use dan_transport::{Error, ErrorKind};
use tokio::time::timeout;

use super::available::Available;
use super::awaited_dataset::{AwaitedDataset, State};
use super::consent_poll::ConsentWatch;
use super::handle::AccreditationHandle;
use super::lost_receipt::LostReceipt;
use super::pace;
use super::status::{is_called, name_of, not_held};
use super::wait::WaitProgress;
use crate::clock::Clock;

/// What a look may take also at the very end.
const SHORTEST_LOOK: Duration = Duration::from_secs(2);

/// What is waited for.
#[derive(Debug, Clone)]
pub(super) enum Awaited {
    All,
    Any,
    One(String),
}

/// A wait under way.
pub(super) struct Waiting {
    accreditation: AccreditationHandle,
    awaited: Awaited,
    /// Times are those of the client's clock.
    started: Duration,
    end: Option<Duration>,
    /// What the service says they are, as soon as it was asked.
    datasets: Vec<AwaitedDataset>,
    is_asked: bool,
    /// Looks for an answered consent, once one is waited for.
    watch: Option<ConsentWatch>,
    next_look: Duration,
    /// Something tells that the status is another than what was read last.
    status_is_due: bool,
    lost_receipt: LostReceipt,
    /// When the permission ends, which the service tells of only when it is asked.
    expires_at: Option<Duration>,
}

impl Waiting {
    pub(super) fn new(
        accreditation: AccreditationHandle,
        awaited: Awaited,
        deadline: Option<Duration>,
    ) -> Self {
        let started = accreditation.client().clock().elapsed();
        Self {
            awaited,
            started,
            end: deadline.map(|deadline| started.saturating_add(deadline)),
            datasets: Vec::new(),
            is_asked: false,
            watch: None,
            next_look: started,
            status_is_due: true,
            lost_receipt: LostReceipt::new(started),
            expires_at: None,
            accreditation,
        }
    }

    /// Sleeps until something is due, looks, and judges.
    pub(super) async fn next(&mut self) -> Result<WaitProgress, Error> {
        let due = self.due();
        let due = self.end.map_or(due, |end| due.min(end));
        self.clock().sleep(due.saturating_sub(self.now())).await;
        let looked = match self.time_for_look() {
            Some(time) => timeout(time, self.look()).await.unwrap_or_else(|_| Err(unanswered(time))),
            None => self.look().await,
        };
        let trouble = match looked {
            Ok(()) => None,
            Err(error) if error.is_retryable() => Some(error),
            Err(error) => return Err(error),
        };
        if let Some(available) = self.judge()? {
            return Ok(WaitProgress::Available(available));
        }
        let now = self.now();
        if self.end.is_some_and(|end| now >= end) {
            return Err(self.timed_out(trouble));
        }
        let statuses = self.statuses();
        Ok(WaitProgress::Waiting { statuses, next_look_in: self.due().saturating_sub(now), trouble })
    }

    fn clock(&self) -> &dyn Clock {
        self.accreditation.client().clock()
    }

    fn now(&self) -> Duration {
        self.clock().elapsed()
    }

    /// How long a look may take, when the wait has a deadline.
    fn time_for_look(&self) -> Option<Duration> {
        Some(self.end?.saturating_sub(self.now()).max(SHORTEST_LOOK))
    }

    fn waited(&self) -> Duration {
        self.now().saturating_sub(self.started)
    }

    fn statuses(&self) -> Vec<EvidenceStatus> {
        self.datasets.iter().map(|dataset| dataset.status.clone()).collect()
    }

    /// The positions of the datasets that are waited for.
    fn awaited(&self) -> impl Iterator<Item = usize> {
        let is_awaited = |dataset: &AwaitedDataset| match &self.awaited {
            Awaited::All | Awaited::Any => true,
            Awaited::One(name) => is_called(&dataset.status, name),
        };
        (0..self.datasets.len()).filter(move |position| is_awaited(&self.datasets[*position]))
    }

    fn first_awaiting_consent(&self) -> Option<usize> {
        self.awaited().find(|position| matches!(self.datasets[*position].state, State::AwaitsConsent))
    }

    /// When to look next.
    fn due(&self) -> Duration {
        let probes = self.awaited().filter_map(|position| match self.datasets[position].state {
            State::AwaitsSource(due) => Some(due),
            _ => None,
        });
        let looks = (!self.is_asked || self.first_awaiting_consent().is_some()).then(|| {
            let expires_at = self.expires_at.unwrap_or(Duration::MAX);
            self.next_look.min(self.lost_receipt.due).min(expires_at)
        });
        probes.chain(looks).min().unwrap_or(self.next_look)
    }

    async fn look(&mut self) -> Result<(), Error> {
        let now = self.now();
        if !self.is_asked {
            self.next_look = now + pace::consent(self.waited());
            self.read_status().await?;
        } else if let Some(position) = self.first_awaiting_consent() {
            self.look_for_consent(position, now).await?;
        }
        let probes: Vec<usize> = self.awaited().collect();
        for position in probes {
            if matches!(self.datasets[position].state, State::AwaitsSource(due) if due <= now) {
                self.probe(position).await?;
                if self.is_enough() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Nothing more needs to be known when one is enough, and one is there.
    fn is_enough(&self) -> bool {
        matches!(self.awaited, Awaited::Any)
            && self.datasets.iter().any(|dataset| matches!(dataset.state, State::Available))
    }

    async fn look_for_consent(&mut self, position: usize, now: Duration) -> Result<(), Error> {
        if now >= self.lost_receipt.due {
            self.look_for_lost_receipt(position, now).await?;
        }
        if self.expires_at.is_some_and(|expires_at| now >= expires_at) {
            (self.expires_at, self.status_is_due, self.next_look) = (None, true, now);
        }
        let is_last = self.end.is_some_and(|end| now >= end);
        if now < self.next_look && !is_last {
            return Ok(());
        }
        let pause = pace::consent(self.waited());
        // Somebody may have answered since the look before the last, however short a while ago it was.
        let freshness = if is_last { Duration::ZERO } else { pause };
        self.next_look = now + pause;
        match &mut self.watch {
            Some(watch) if !self.status_is_due => {
                let (looked_at, has_changed) =
                    watch.has_changed(self.accreditation.client(), freshness).await;
                self.next_look = looked_at + pause;
                self.status_is_due = has_changed?;
            }
            _ => self.status_is_due = true,
        }
        if self.status_is_due { self.read_status().await } else { Ok(()) }
    }

    async fn look_for_lost_receipt(&mut self, position: usize, now: Duration) -> Result<(), Error> {
        if let Err(error) = self.probe(position).await {
            self.lost_receipt.is_unknown(now, self.hinted(&error));
            return Err(error);
        }
        self.lost_receipt.is_known(now, self.waited());
        if matches!(self.datasets[position].state, State::Available) {
            self.probe_what_shares_the_consent(now);
        }
        Ok(())
    }

    /// One consent is for all datasets of the accreditation that need one.
    fn probe_what_shares_the_consent(&mut self, now: Duration) {
        for dataset in &mut self.datasets {
            if matches!(dataset.state, State::AwaitsConsent) {
                dataset.state = State::AwaitsSource(now);
            }
        }
    }

    async fn read_status(&mut self) -> Result<(), Error> {
        let statuses = self.accreditation.status().await?;
        (self.is_asked, self.status_is_due) = (true, false);
        let now = self.now();
        let mut known = std::mem::take(&mut self.datasets);
        for status in statuses {
            let before = known.iter().position(|dataset| name_of(&dataset.status) == name_of(&status));
            let before = before.map(|position| known.swap_remove(position));
            self.datasets.push(AwaitedDataset::merged(status, before, now));
        }
        if self.first_awaiting_consent().is_some() && self.watch.is_none() {
            self.watch = self.accreditation.watch_consent();
        }
        self.expires_at = self.expiry();
        Ok(())
    }

    /// When the datasets expire, if that is ahead.
    fn expiry(&self) -> Option<Duration> {
        let client = self.accreditation.client();
        let now = client.clock().now();
        let service_now = client.service_time().at(now).unwrap_or(now);
        let end = |dataset: &AwaitedDataset| -> Option<SystemTime> {
            let valid_to = dataset.status.valid_to.as_ref()?.parse().ok()?;
            valid_to.assume_offset(Offset::Utc).system_time().ok()
        };
        let ends = self.awaited().filter_map(|position| end(&self.datasets[position]));
        let left = ends.filter_map(|end| end.duration_since(service_now).ok()).min()?;
        Some(self.now().saturating_add(left).saturating_add(Duration::from_secs(1)))
    }

    /// Harvests, and notes what that tells.
    async fn probe(&mut self, position: usize) -> Result<(), Error> {
        let name = name_of(&self.datasets[position].status).to_owned();
        let harvested = self.accreditation.probe(&name).enveloped().await;
        let hinted = harvested.as_ref().err().and_then(|error| self.hinted(error));
        let next = hinted.unwrap_or_else(|| self.now() + pace::source(self.waited()));
        let rule = &self.accreditation.client().inner().signature_rule;
        let dataset = &mut self.datasets[position];
        match harvested {
            Ok(harvest) => {
                // Whoever wants signed answers gets no other.
                dataset.harvest = rule.check(harvest.answer()).is_ok().then_some(harvest);
                dataset.state = State::Available;
            }
            Err(error) => match error.kind() {
                // It is there, and more than is held in memory.
                ErrorKind::AnswerTooLarge => dataset.state = State::Available,
                ErrorKind::ConsentPending => dataset.state = State::AwaitsConsent,
                ErrorKind::NotAvailableYet => dataset.state = State::AwaitsSource(next),
                _ if error.is_retryable() => {
                    if let State::AwaitsSource(due) = &mut dataset.state {
                        *due = next;
                    }
                    return Err(error);
                }
                _ => dataset.state = State::Ended(error),
            },
        }
        Ok(())
    }

    /// When the source wants to be asked again, if that is ahead. The error tells it by the machine's clock, whatever clock
    /// is used here and at the service.
    fn hinted(&self, error: &Error) -> Option<Duration> {
        let pause = error.retry_at()?.duration_since(SystemTime::now()).ok()?;
        Some(self.now().saturating_add(pause).saturating_add(pace::SOURCE_MARGIN))
    }

    /// What has become available, when that is what is waited for; an error when waiting is of no use.
    fn judge(&mut self) -> Result<Option<Available>, Error> {
        let awaited: Vec<usize> = self.awaited().collect();
        if !self.is_asked {
            return Ok(None);
        }
        if awaited.is_empty() {
            return Err(match &self.awaited {
                Awaited::One(name) => not_held(name, &self.statuses()),
                _ => Error::new(ErrorKind::NotFound, "the accreditation holds no dataset to wait for"),
            });
        }
        let count = |is: fn(&State) -> bool| {
            awaited.iter().filter(|position| is(&self.datasets[**position].state)).count()
        };
        let available = count(|state| matches!(state, State::Available));
        let ended = count(|state| matches!(state, State::Ended(_)));
        let (is_done, is_over) = match self.awaited {
            Awaited::Any => (available > 0, ended == awaited.len()),
            Awaited::All | Awaited::One(_) => (available == awaited.len(), ended > 0),
        };
        if is_done {
            return Ok(Some(self.available()));
        }
        if is_over {
            for position in awaited {
                let state = std::mem::replace(&mut self.datasets[position].state, State::AwaitsConsent);
                if let State::Ended(error) = state {
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    fn available(&mut self) -> Available {
        let name = |dataset: &AwaitedDataset| name_of(&dataset.status).to_owned();
        let available = self.datasets.iter().filter(|dataset| matches!(dataset.state, State::Available));
        let datasets = available.map(name).collect();
        let statuses = self.statuses();
        let harvests = self.datasets.iter_mut().filter_map(|dataset| {
            let harvest = dataset.harvest.take()?;
            Some((name_of(&dataset.status).to_owned(), harvest))
        });
        Available { statuses, datasets, harvests: harvests.collect() }
    }

    fn timed_out(&self, trouble: Option<Error>) -> Error {
        let trouble = match trouble {
            Some(trouble) if !self.is_asked => return trouble,
            trouble => trouble,
        };
        let seconds = self.waited().as_secs();
        let awaited = || self.awaited().map(|position| &self.datasets[position]);
        let waits = |dataset: &&AwaitedDataset| !matches!(dataset.state, State::Available | State::Ended(_));
        let names: Vec<_> = awaited().filter(waits).map(|dataset| name_of(&dataset.status)).collect();
        let (kind, what) = if self.first_awaiting_consent().is_some() {
            (ErrorKind::ConsentPending, "nobody has answered the request for consent to")
        } else {
            (ErrorKind::NotAvailableYet, "the source has yet to answer for")
        };
        let message = format!("after {seconds} s, {what} {}. Wait longer.", names.join(", "));
        let error = Error::new(kind, message);
        match trouble {
            Some(trouble) => error.with_cause(trouble),
            None => error,
        }
    }
}

/// A look that was given up.
fn unanswered(time: Duration) -> Error {
    Error::out_of_time(format!(
        "the wait was over before the service had answered, which was given {:.1} s. Wait longer.",
        time.as_secs_f64()
    ))
}

impl AccreditationHandle {
    /// Begins to watch the list, unless it is unknown in which service context the accreditation is.
    fn watch_consent(&self) -> Option<ConsentWatch> {
        let service_context = self.known_service_context();
        let key = self.client().sole_subscription_key(service_context)?;
        Some(self.client().consent_polls().watch(service_context, key, self.id()))
    }
}
