//! Looks for answered consents: one call of the list serves everybody who waits in a service context.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use dan_model::{Offset, Timestamp};
use dan_transport::{Error, SubscriptionKey};
use serde::Deserialize;

use crate::accreditations::{Filter, VISIBLE_AFTER};
use crate::client::DanClient;
use crate::service_time::before;

/// All that is needed of the list.
const QUERY: &str = "[].{id: id, lastChanged: lastChanged}";

/// How early to begin while the service's time is unknown.
const WIDE_OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);

/// The looks of a client, one for each service context in which somebody waits. Nothing runs by itself: whoever waits and
/// finds the last look too old makes the next, for all.
#[derive(Debug, Default)]
pub(crate) struct ConsentPolls {
    by_service_context: Mutex<HashMap<Option<String>, Weak<ConsentPoll>>>,
}

/// The looks in one service context, as long as somebody waits there.
#[derive(Debug)]
struct ConsentPoll {
    key: SubscriptionKey,
    /// When the accreditations that are waited for changed last, as far as it was seen.
    watched: Mutex<HashMap<String, Watched>>,
    /// Held by whoever looks.
    look: tokio::sync::Mutex<Look>,
}

#[derive(Debug, Default)]
struct Watched {
    waiting: usize,
    last_changed: Option<Timestamp>,
}

/// The last look.
#[derive(Debug, Default)]
struct Look {
    /// By the client's clock.
    at: Option<Duration>,
    /// The latest change that was seen, or when the first look was made, by the service's clock.
    latest: Option<SystemTime>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: String,
    last_changed: Timestamp,
}

/// Somebody who waits for an accreditation to change; dropping it ends that.
#[derive(Debug)]
pub(super) struct ConsentWatch {
    poll: Arc<ConsentPoll>,
    id: String,
    seen: Option<Timestamp>,
}

impl ConsentPolls {
    /// Begins to wait for an accreditation to change. What changed in the last minutes counts as a change, too.
    pub(super) fn watch(
        &self,
        service_context: Option<&str>,
        key: SubscriptionKey,
        accreditation_id: &str,
    ) -> ConsentWatch {
        let mut polls = locked(&self.by_service_context);
        polls.retain(|_, poll| poll.strong_count() > 0);
        let service_context = service_context.map(str::to_owned);
        let poll = polls.get(&service_context).and_then(Weak::upgrade).unwrap_or_else(|| {
            let poll =
                Arc::new(ConsentPoll { key, watched: Mutex::default(), look: tokio::sync::Mutex::default() });
            polls.insert(service_context, Arc::downgrade(&poll));
            poll
        });
        let id = accreditation_id.to_owned();
        locked(&poll.watched).entry(id.clone()).or_default().waiting += 1;
        ConsentWatch { poll, id, seen: None }
    }
}

impl ConsentWatch {
    /// Whether the accreditation changed since this was asked last, by a look that is no older than `freshness`, and when
    /// that look was made by the client's clock.
    pub(super) async fn has_changed(
        &mut self,
        client: &DanClient,
        freshness: Duration,
    ) -> (Duration, Result<bool, Error>) {
        let mut look = self.poll.look.lock().await;
        let now = client.clock().elapsed();
        let looked_at = match look.at {
            Some(at) if now.saturating_sub(at) < freshness => at,
            _ => {
                let looked = self.poll.look(client, &mut look).await;
                // A look that failed counts, so that those who wait behind this one do not all fail likewise. One that is
                // broken off, as its caller goes away, does not.
                look.at = Some(now);
                if let Err(error) = looked {
                    return (now, Err(error));
                }
                now
            }
        };
        drop(look);
        let last_changed =
            locked(&self.poll.watched).get(&self.id).and_then(|watched| watched.last_changed.clone());
        let has_changed = last_changed != self.seen;
        self.seen = last_changed;
        (looked_at, Ok(has_changed))
    }
}

impl ConsentPoll {
    async fn look(&self, client: &DanClient, look: &mut Look) -> Result<(), Error> {
        let latest = look.latest.unwrap_or_else(|| {
            let now = client.clock().now();
            client.service_time().at(now).unwrap_or_else(|| before(now, WIDE_OVERLAP))
        });
        look.latest = Some(latest);
        let filter = Filter {
            changed_after: Some(Timestamp::from(before(latest, VISIBLE_AFTER))),
            ..Filter::default()
        };
        let operation = filter.operation(self.key.clone())?.query("query", QUERY);
        let listed: Vec<Listed> = client.send(&operation).await?.json()?;
        let mut watched = locked(&self.watched);
        for Listed { id, last_changed } in listed {
            let time = last_changed.parse().map(|parts| parts.assume_offset(Offset::Utc));
            look.latest = look.latest.max(time.and_then(|parts| parts.system_time()).ok());
            if let Some(watched) = watched.get_mut(&id) {
                watched.last_changed = Some(last_changed);
            }
        }
        Ok(())
    }
}

impl Drop for ConsentWatch {
    fn drop(&mut self) {
        let mut watched = locked(&self.poll.watched);
        if let Some(entry) = watched.get_mut(&self.id) {
            entry.waiting -= 1;
            if entry.waiting == 0 {
                watched.remove(&self.id);
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use dan_sandbox::Sandbox;
    use futures_util::FutureExt as _;

    use super::*;

    const FRESHNESS: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_look_that_is_broken_off_is_made_by_the_next_who_waits() {
        let sandbox = Sandbox::start().await.unwrap();
        let client = DanClient::from_variables(sandbox.variables()).unwrap();
        let key = client.any_subscription_key(Some("eBevis")).unwrap();
        let polls = ConsentPolls::default();
        let [mut impatient, mut patient] = ["a", "b"].map(|id| polls.watch(Some("eBevis"), key.clone(), id));
        let looks =
            || sandbox.requests().iter().filter(|request| request.path.ends_with("/accreditations")).count();

        assert!(impatient.has_changed(&client, FRESHNESS).now_or_never().is_none());
        for _ in 0..2 {
            assert!(!patient.has_changed(&client, FRESHNESS).await.1.unwrap());
            assert_eq!(looks(), 1);
        }
    }
    #[tokio::test]
    async fn one_who_goes_away_does_not_end_the_wait_of_another() {
        let sandbox = Sandbox::start().await.unwrap();
        let client = DanClient::from_variables(sandbox.variables()).unwrap();
        let request = client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation");
        let changed = request.service_context("eBevis").await.unwrap();
        let key = client.any_subscription_key(Some("eBevis")).unwrap();
        let polls = ConsentPolls::default();
        let watch = || polls.watch(Some("eBevis"), key.clone(), changed.handle().id());
        let (gone, mut stays) = (watch(), watch());
        drop(gone);
        assert!(stays.has_changed(&client, FRESHNESS).await.1.unwrap());
    }

    /// How many seconds before now the list begins that was asked for last; fewer than none after now.
    fn began(sandbox: &Sandbox) -> i64 {
        let query = sandbox.requests().last().unwrap().query.replace("%3A", ":");
        let time = query.strip_prefix("changedafter=").and_then(|query| query.split('&').next()).unwrap();
        let time = Timestamp::from(time).parse().unwrap().system_time().unwrap();
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap();
        match SystemTime::now().duration_since(time) {
            Ok(before) => seconds(before),
            Err(after) => -seconds(after.duration()),
        }
    }

    #[tokio::test]
    async fn the_list_begins_early_enough_for_what_shows_late_and_with_what_was_seen_last() {
        const A_WHILE: i64 = 60;
        let sandbox = Sandbox::start().await.unwrap();
        let client = DanClient::from_variables(sandbox.variables()).unwrap();
        let key = client.any_subscription_key(Some("eBevis")).unwrap();
        let watch = |polls: ConsentPolls| polls.watch(Some("eBevis"), key.clone(), "a");
        let visible_after = i64::try_from(VISIBLE_AFTER.as_secs()).unwrap();

        let mut first = watch(ConsentPolls::default());
        first.has_changed(&client, Duration::ZERO).await.1.unwrap();
        let wide = 24 * 3600 + visible_after;
        assert!((wide..wide + A_WHILE).contains(&began(&sandbox)), "the service's time is unknown");

        let mut second = watch(ConsentPolls::default());
        second.has_changed(&client, Duration::ZERO).await.1.unwrap();
        assert!((visible_after..visible_after + A_WHILE).contains(&began(&sandbox)));

        sandbox.advance_clock(Duration::from_secs(3600));
        let request = client.request_authorization("991825827", "998997801");
        request.dataset("UnitBasicInformation").service_context("eBevis").await.unwrap();
        for expected in [visible_after, visible_after - 3600] {
            second.has_changed(&client, Duration::ZERO).await.1.unwrap();
            assert!((expected - 1..expected + A_WHILE).contains(&began(&sandbox)), "{expected}");
        }
    }
}
