//! What a test does to a running sandbox, as the control calls do over HTTP.

use std::time::Duration;

use dan_model::OrganizationNumber;

use crate::control::ConsentDecision;
use crate::enterprise_certificate::{CertificateProfile, EnterpriseCertificate};
use crate::error::{ControlError, StartError};
use crate::fault::FaultRule;
use crate::maskinporten::{ClientRegistration, RegistrationError};
use crate::sandbox::Sandbox;

impl Sandbox {
    /// Registers a Maskinporten client, or registers it anew.
    ///
    /// # Errors
    ///
    /// If the organization number or a key cannot be used; the error says which.
    pub fn register_client(&self, registration: &ClientRegistration) -> Result<(), RegistrationError> {
        self.core.register_client(registration)
    }

    /// Lets a customer delegate scopes to a supplier, whose clients may then ask for tokens with `consumer_org`.
    pub fn delegate(&self, consumer: &OrganizationNumber, supplier: &OrganizationNumber, scopes: &[String]) {
        self.core.maskinporten().delegate(consumer, supplier, scopes, true);
    }

    /// Lets a customer take back what it has [delegated](Self::delegate).
    pub fn undelegate(
        &self,
        consumer: &OrganizationNumber,
        supplier: &OrganizationNumber,
        scopes: &[String],
    ) {
        self.core.maskinporten().delegate(consumer, supplier, scopes, false);
    }

    /// Gives an organization access to a scope, or takes it away: without it, tokens are refused with MP-250. Every
    /// organization has access to every scope at the start.
    pub fn set_scope_granted(&self, organisation: &OrganizationNumber, scope: &str, granted: bool) {
        self.core.maskinporten().grant_scope(organisation, scope, granted);
    }

    /// Lets a customer approve a system user of a client, which may then ask for tokens with `authorization_details`.
    ///
    /// Without a reference, the customer's organization number is the reference.
    pub fn approve_system_user(
        &self,
        client_id: &str,
        organisation: &OrganizationNumber,
        external_reference: Option<&str>,
    ) {
        self.core.maskinporten().approve_system_user(client_id, organisation, external_reference);
    }

    /// Lets Maskinporten sign with a new key from now on. Tokens of the earlier keys stay good, unless those are
    /// withdrawn: then DAN refuses them with 1024. Key generation takes a moment; the call blocks for that long.
    ///
    /// # Errors
    ///
    /// If the key cannot be made.
    pub fn rotate_token_key(&self, withdraw_earlier: bool) -> Result<(), StartError> {
        Ok(self.core.maskinporten().rotate_key(withdraw_earlier)?)
    }

    /// Issues an enterprise certificate (SEID v2, for authentication) with a fresh RSA key of 2048 bits.
    ///
    /// The sandbox's Maskinporten accepts it in `x5c` from clients of the organization that have no registered keys, and
    /// DAN at its [`certificate_base_url`](Self::certificate_base_url). Key generation takes a moment; the call blocks for
    /// that long.
    ///
    /// # Errors
    ///
    /// If the key or the certificate cannot be made.
    pub fn issue_enterprise_certificate(
        &self,
        organisation: &OrganizationNumber,
    ) -> Result<EnterpriseCertificate, StartError> {
        self.issue_enterprise_certificate_by_profile(organisation, CertificateProfile::default())
    }

    /// Issues an enterprise certificate that names its organization as the profile says.
    ///
    /// # Errors
    ///
    /// See [`issue_enterprise_certificate`](Self::issue_enterprise_certificate).
    pub fn issue_enterprise_certificate_by_profile(
        &self,
        organisation: &OrganizationNumber,
        profile: CertificateProfile,
    ) -> Result<EnterpriseCertificate, StartError> {
        Ok(self.core.issue_enterprise_certificate(organisation, profile)?)
    }

    /// Decides about the consent of an accreditation, as somebody who represents the subject would in Altinn.
    ///
    /// With `receipt` DAN hears of it; without, the receipt is lost, and a harvest alone finds out. DAN never hears of a
    /// withdrawal.
    ///
    /// # Errors
    ///
    /// If there is no such accreditation, it needs no consent, or there is nothing to revoke.
    pub fn decide_consent(
        &self,
        accreditation_id: &str,
        decision: ConsentDecision,
        receipt: bool,
    ) -> Result<(), ControlError> {
        self.core.decide_consent(accreditation_id, decision, receipt).map_err(ControlError::from)
    }

    /// Lets the source of an asynchronous dataset have its answer, now.
    ///
    /// # Errors
    ///
    /// If there is no such accreditation, or it has no asynchronous dataset of the name.
    pub fn finish_source(&self, accreditation_id: &str, evidence_code: &str) -> Result<(), ControlError> {
        self.core.dan().steer_source(accreditation_id, evidence_code, true, None).map_err(ControlError::from)
    }

    /// Lets reminders fail from now on, or succeed again. A failed one is answered with 200 like the others.
    pub fn set_reminders_succeed(&self, succeed: bool) {
        self.core.dan().steer_reminders(|rules| rules.succeed = succeed);
    }

    /// Adds a dataset to the catalogue, or replaces the one of its name. The text is that of a file of
    /// [`data`](crate::SandboxBuilder::data).
    ///
    /// # Errors
    ///
    /// If the text is no dataset of that name; the error names the place.
    pub fn put_dataset(&self, name: &str, file: &str) -> Result<(), ControlError> {
        self.core.dan().put_dataset(name, file).map_err(ControlError::from)
    }

    /// Takes a dataset out of the catalogue; false when it was not there.
    pub fn remove_dataset(&self, name: &str) -> bool {
        self.core.dan().remove_dataset(name)
    }

    /// Lets the next calls that match fail. The text is the JSON of the control call `faults`:
    /// `{"path":"/v1/authorization","method":"POST","times":1,"fault":{"close":"after"}}`.
    ///
    /// # Errors
    ///
    /// If the text is no fault.
    pub fn inject_fault(&self, fault: &str) -> Result<(), ControlError> {
        let rule: FaultRule = serde_json::from_str(fault).map_err(|error| ControlError::new(&error))?;
        rule.check().map_err(|error| ControlError::new(&error))?;
        self.core.faults().add(rule);
        Ok(())
    }

    /// Forgets everything that happened since the start but the registered clients.
    pub fn reset(&self) {
        self.core.reset();
    }

    /// Moves the sandbox's clock ahead: tokens, registered keys and certificates expire accordingly.
    ///
    /// The times in a new assertion are still judged by the machine's clock. Fractions of a second are left out.
    pub fn advance_clock(&self, by: Duration) {
        self.core.clock().advance(by);
    }
}
