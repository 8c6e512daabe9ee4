//! What became of each of several harvests.

use dan_model::{NotGranted, Requirement};
use dan_transport::{Error, ErrorKind};

use crate::harvest::Harvest;

/// What became of the harvest of one dataset. That there is nothing has many reasons, and none of them is another.
#[derive(Debug)]
#[non_exhaustive]
pub enum HarvestOutcome {
    /// There are values.
    Harvested(Harvest),
    /// The source was asked, and has none.
    Empty(Harvest),
    /// Not yet: the consent is pending, or the source has yet to answer. The error tells which, and when to ask again, where
    /// that is known.
    NotAvailableYet(Error),
    /// The consent was denied or withdrawn, has expired, or the dataset no longer exists. It takes a new authorization request,
    /// if anything.
    Ended(Error),
    /// It was asked for, and left out of the accreditation: these soft requirements may have stood in the way.
    NotGranted(Vec<Requirement>),
    /// The authorization request did not ask for it.
    NotAskedFor,
    /// The accreditation does not hold it. Whether it was asked for is known to the
    /// [`Authorization`](crate::Authorization) alone.
    NotHeld,
    /// It failed. The error tells whether the same harvest may succeed later.
    Failed(Error),
}

impl HarvestOutcome {
    pub(super) fn of(harvest: Result<Harvest, Error>) -> Self {
        match harvest {
            Ok(harvest) => match harvest.is_empty() {
                Ok(true) => Self::Empty(harvest),
                Ok(false) => Self::Harvested(harvest),
                Err(error) => Self::Failed(error),
            },
            Err(error) => match error.kind() {
                ErrorKind::ConsentPending | ErrorKind::NotAvailableYet => Self::NotAvailableYet(error),
                ErrorKind::ConsentDenied | ErrorKind::ConsentExpired => Self::Ended(error),
                _ => Self::Failed(error),
            },
        }
    }

    /// What was harvested; `None` when there is no answer of the source.
    pub fn harvest(&self) -> Option<&Harvest> {
        match self {
            Self::Harvested(harvest) | Self::Empty(harvest) => Some(harvest),
            _ => None,
        }
    }

    /// Why there is no answer, where an error tells.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::NotAvailableYet(error) | Self::Ended(error) | Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// What became of the harvests of several datasets, in the order of the accreditation; what was not granted comes last.
#[derive(Debug)]
pub struct HarvestOutcomes {
    outcomes: Vec<(String, HarvestOutcome)>,
    /// What a dataset is that is not among them.
    others: HarvestOutcome,
}

impl HarvestOutcomes {
    pub(super) fn new(outcomes: Vec<(String, HarvestOutcome)>) -> Self {
        Self { outcomes, others: HarvestOutcome::NotHeld }
    }

    /// With what is known of the authorization request.
    pub(crate) fn with_request(mut self, not_granted: &[NotGranted<'_>]) -> Self {
        self.others = HarvestOutcome::NotAskedFor;
        self.outcomes.extend(not_granted.iter().map(|missing| {
            let requirements =
                missing.requirements.iter().map(|requirement| (*requirement).clone()).collect();
            (missing.evidence_code_name.to_owned(), HarvestOutcome::NotGranted(requirements))
        }));
        self
    }

    /// The names of the datasets, and what became of each.
    ///
    /// ```
    /// use dan_client::HarvestOutcome;
    /// # use dan_client::DatasetRequest;
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// # let authorization = client
    /// #     .request_authorization("991825827", "998997801")
    /// #     .dataset("UnitBasicInformation")
    /// #     .dataset(DatasetRequest::new("RestanserV2").request_consent())
    /// #     .consent_reference("Tender 2026/17")
    /// #     .service_context("eBevis")
    /// #     .await?;
    /// # let accreditation = authorization.into_handle();
    /// for (dataset, outcome) in accreditation.harvest_all().await?.iter() {
    ///     match outcome {
    ///         HarvestOutcome::Harvested(harvest) => println!("{dataset}: {}", harvest.json()?),
    ///         HarvestOutcome::Empty(_) => println!("{dataset}: the source has nothing"),
    ///         HarvestOutcome::NotAvailableYet(error) => println!("{dataset}: later than {:?}", error.retry_at()),
    ///         other => println!("{dataset}: {other:?}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &HarvestOutcome)> {
        self.outcomes.iter().map(|(name, outcome)| (name.as_str(), outcome))
    }

    /// What became of a dataset, by its name in whatever case.
    pub fn of(&self, dataset: &str) -> &HarvestOutcome {
        let found = self.iter().find(|(name, _)| name.eq_ignore_ascii_case(dataset));
        found.map_or(&self.others, |(_, outcome)| outcome)
    }

    /// Whether every source has answered.
    pub fn is_complete(&self) -> bool {
        self.iter().all(|(_, outcome)| outcome.harvest().is_some())
    }
}
