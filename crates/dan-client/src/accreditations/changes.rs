//! The feed of what changes in the list of accreditations.

use std::collections::VecDeque;
use std::time::Duration;

use dan_model::{Accreditation, Timestamp};
use dan_transport::Error;

use super::list::Filter;
use super::watermark::{Watermark, order};
use crate::accreditation::AccreditationHandle;
use crate::client::DanClient;
use crate::own_token::OwnToken;

/// The pause between two looks unless said. The service advises once or twice a day for a job that runs by night.
const PAUSE: Duration = Duration::from_secs(900);

/// A feed of what changes in the accreditations of the caller's organization in one service context: new ones, and consents
/// that were given or denied. Made by [`DanClient::accreditation_changes`].
///
/// A change is handed out once, and counts as handled when it is [acknowledged](Self::acknowledge). What is not, is
/// handed out again by a feed that begins with the same watermark. So nothing is lost when the program is killed between
/// reading and handling: store the watermark after each acknowledgement, and handle changes so that twice does no harm.
///
/// The times are the service's own. A change may show some minutes after the time that it bears; the feed looks back far
/// enough, and remembers what it has handed out. What is not told: that an accreditation
/// expired, was harvested or deleted, and that a consent was withdrawn. The service has no events of its own yet; when it has, they will fit behind
/// the same three: change, acknowledgement and watermark.
///
/// ```
/// use dan_client::{DanClient, Watermark, WatermarkFile};
/// # use dan_sandbox::Sandbox;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// # let client = DanClient::from_variables(sandbox.variables())?;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("changes.json");
/// # client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation").service_context("eBevis").await?;
/// let file = WatermarkFile::new(path);
/// let mut changes = client.accreditation_changes(file.read()?).service_context("eBevis");
/// for change in changes.poll().await? {
///     println!("{} is now {}", change.id(), change.accreditation().aggregate_status.code);
///     file.write(changes.acknowledge(&change))?;
/// }
/// # assert!(changes.poll().await?.is_empty());
/// # let mut later = client.accreditation_changes(file.read()?).service_context("eBevis");
/// # assert!(later.poll().await?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a feed reads nothing until it is asked"]
pub struct AccreditationChanges {
    client: DanClient,
    service_context: Option<String>,
    pause: Duration,
    watermark: Watermark,
    /// Handed out, or about to be, and not acknowledged: the accreditation's id, and the time of the change.
    open: Vec<(String, Timestamp)>,
    /// Read and not handed out yet.
    waiting: VecDeque<AccreditationChange>,
    /// When the list was read last, by the client's clock.
    read_at: Option<Duration>,
}

/// A change of an accreditation: that it was made, or that its consent was answered. Several in short succession may be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccreditationChange {
    accreditation: Accreditation,
}

impl AccreditationChange {
    /// The accreditation's id.
    pub fn id(&self) -> &str {
        &self.accreditation.id
    }

    /// When it changed, by the service's clock.
    pub fn last_changed(&self) -> &Timestamp {
        &self.accreditation.last_changed
    }

    /// The accreditation as it stood when the list was read.
    pub fn accreditation(&self) -> &Accreditation {
        &self.accreditation
    }
}

impl AccreditationChanges {
    pub(crate) fn new(client: DanClient, watermark: Watermark) -> Self {
        Self {
            client,
            service_context: None,
            pause: PAUSE,
            watermark,
            open: Vec::new(),
            waiting: VecDeque::new(),
            read_at: None,
        }
    }

    /// The service context whose accreditations are watched. A watermark belongs to one.
    pub fn service_context(mut self, name: impl Into<String>) -> Self {
        self.service_context = Some(name.into());
        self
    }

    /// How long [`next`](Self::next) pauses between two looks at the list; 15 minutes unless said.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Reads the list now, and hands out all changes that it has not handed out before, the oldest first.
    ///
    /// # Errors
    /// As those of [`AccreditationList::read`](crate::AccreditationList::read). Nothing is lost by one: ask again.
    pub async fn poll(&mut self) -> Result<Vec<AccreditationChange>, Error> {
        self.read().await?;
        Ok(self.waiting.drain(..).collect())
    }

    /// Waits for the next change, and hands it out. Dropping the future loses nothing.
    ///
    /// ```
    /// use dan_client::model::StatusCode;
    /// # use dan_client::WatermarkFile;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let folder = tempfile::tempdir()?;
    /// # let file = WatermarkFile::new(folder.path().join("watermark.json"));
    /// # client.request_authorization("991825827", "998997801").dataset("UnitBasicInformation").service_context("eBevis").await?;
    /// let mut changes = client.accreditation_changes(file.read()?).service_context("eBevis");
    /// loop {
    ///     let change = changes.next().await?;
    ///     if change.accreditation().aggregate_status.code == StatusCode::Available {
    ///         changes.handle(&change).harvest_all().await?;
    ///     }
    ///     file.write(changes.acknowledge(&change))?;
    /// #     break;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`poll`](Self::poll).
    pub async fn next(&mut self) -> Result<AccreditationChange, Error> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                return Ok(change);
            }
            if let Some(read_at) = self.read_at {
                let clock = self.client.clock();
                clock.sleep(read_at.saturating_add(self.pause).saturating_sub(clock.elapsed())).await;
            }
            self.read().await?;
        }
    }

    /// Notes that a change has been handled, in whatever order. Gives the watermark to be stored.
    pub fn acknowledge(&mut self, change: &AccreditationChange) -> &Watermark {
        // A later state of the same accreditation stands for the earlier ones.
        self.open.retain(|(id, last_changed)| {
            id != change.id() || order(last_changed, change.last_changed()).is_gt()
        });
        let open = self.open.iter().map(|(_, last_changed)| last_changed);
        self.watermark.note(change.id(), change.last_changed(), open);
        &self.watermark
    }

    /// How far changes have been handled.
    pub fn watermark(&self) -> &Watermark {
        &self.watermark
    }

    /// The handle of a change's accreditation.
    pub fn handle(&self, change: &AccreditationChange) -> AccreditationHandle {
        AccreditationHandle::new(self.client.clone(), change.accreditation().into(), OwnToken::default())
    }

    async fn read(&mut self) -> Result<(), Error> {
        let key = self.client.context_subscription_key(self.service_context.as_deref())?;
        let filter = Filter { changed_after: self.watermark.changed_after(), ..Filter::default() };
        let answer = self.client.send(&filter.operation(key)?).await;
        self.read_at = Some(self.client.clock().elapsed());
        let mut listed: Vec<Accreditation> = answer?.json()?;
        listed.retain(|accreditation| {
            self.watermark.is_news(&accreditation.id, &accreditation.last_changed)
                && !self.is_open(accreditation)
        });
        listed.sort_by(|one, other| order(&one.last_changed, &other.last_changed));
        for accreditation in listed {
            self.open.push((accreditation.id.clone(), accreditation.last_changed.clone()));
            self.waiting.push_back(AccreditationChange { accreditation });
        }
        Ok(())
    }

    fn is_open(&self, accreditation: &Accreditation) -> bool {
        let same =
            |(id, time): &(String, Timestamp)| *id == accreditation.id && *time == accreditation.last_changed;
        self.open.iter().any(same)
    }
}
