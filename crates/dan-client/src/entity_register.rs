//! Look-ups in the register of legal entities.

use std::time::Duration;

use dan_model::{OrganizationNumber, RegisterUnit, RegisterUnitHierarchy};
use dan_transport::{Delivery, Error, ErrorKind, Operation};
use serde::de::DeserializeOwned;

use crate::client::DanClient;
use crate::times::Times;

/// Looks up units in the Central Coordinating Register for Legal Entities (Enhetsregisteret), as the service sees it; made
/// by [`DanClient::entity_register`]. Public: it needs neither key nor token.
///
/// The service keeps what it has read for up to twelve hours. A unit that is not there is an ordinary answer, `None`; in
/// production, synthetic numbers never are.
#[derive(Debug, Clone, Copy)]
pub struct EntityRegister<'a> {
    client: &'a DanClient,
    times: Times,
}

impl<'a> EntityRegister<'a> {
    pub(crate) fn new(client: &'a DanClient) -> Self {
        Self { client, times: Times::default() }
    }

    /// How long one attempt may take, instead of the client's own limit.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.times.timeout = Some(timeout);
        self
    }

    /// How long the call may take with all its attempts, instead of the client's own limit.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.times.deadline = Some(deadline);
        self
    }

    /// A unit, main or subordinate (`/public/ccr/{orgNumber}`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let unit = client.entity_register().unit(&"991825827".parse()?).await?;
    /// assert!(unit.is_some_and(|unit| unit.slettedato.is_none()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Of the network, of the gateway, or of an answer that is not the service's.
    pub async fn unit(self, number: &OrganizationNumber) -> Result<Option<RegisterUnit>, Error> {
        self.find("/ccr/{orgNumber}", number).await
    }

    /// The topmost unit above a unit, or the unit itself (`/public/ccr/{orgNumber}/mainunit`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let main_unit = client.entity_register().main_unit(&"991825827".parse()?).await?;
    /// assert!(main_unit.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`unit`](Self::unit).
    pub async fn main_unit(self, number: &OrganizationNumber) -> Result<Option<RegisterUnit>, Error> {
        self.find("/ccr/{orgNumber}/mainunit", number).await
    }

    /// The units directly below a unit (`/public/ccr/{orgNumber}/subunits`); none also when there is no such unit.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// for unit in client.entity_register().subunits(&"991825827".parse()?).await? {
    ///     println!("{} {}", unit.organisasjonsnummer, unit.navn);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`unit`](Self::unit).
    pub async fn subunits(self, number: &OrganizationNumber) -> Result<Vec<RegisterUnit>, Error> {
        Ok(self.find("/ccr/{orgNumber}/subunits", number).await?.unwrap_or_default())
    }

    /// A unit with all that are below it, at most ten levels deep (`/public/ccr/{orgNumber}/hierarchy`).
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// let hierarchy = client.entity_register().hierarchy(&"991825827".parse()?).await?;
    /// assert!(hierarchy.is_some_and(|hierarchy| hierarchy.org_number == "991825827".into()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`unit`](Self::unit).
    pub async fn hierarchy(
        self,
        number: &OrganizationNumber,
    ) -> Result<Option<RegisterUnitHierarchy>, Error> {
        self.find("/ccr/{orgNumber}/hierarchy", number).await
    }

    /// Whether the service takes a unit for a public agency (`/public/ccr/{orgNumber}/ispublic`); not when there is no such
    /// unit.
    ///
    /// ```
    /// # use dan_client::DanClient;
    /// # use dan_sandbox::Sandbox;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = Sandbox::start().await?;
    /// # let client = DanClient::from_variables(sandbox.variables())?;
    /// assert!(client.entity_register().is_public_agency(&"991825827".parse()?).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`unit`](Self::unit).
    pub async fn is_public_agency(self, number: &OrganizationNumber) -> Result<bool, Error> {
        Ok(self.find("/ccr/{orgNumber}/ispublic", number).await?.unwrap_or_default())
    }

    async fn find<T: DeserializeOwned>(
        self,
        template: &'static str,
        number: &OrganizationNumber,
    ) -> Result<Option<T>, Error> {
        let operation = Operation::public_get(template).path_value(number.as_str());
        match self.client.inner().transport.send(&self.times.apply(operation)).await {
            Ok(answer) => answer.json().map(Some),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The service itself said that there is none; the gateway says so, too, of addresses that it does not know.
fn is_absence(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && error.delivery() == Delivery::Answered
}
