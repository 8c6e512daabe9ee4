//! Why there is no answer, or not the one that was asked for.

mod kind;
mod of_authentication;

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use dan_auth::AuthError;
use dan_model::{ErrorModel, Retry};

pub use self::kind::{Delivery, ErrorKind, ErrorOrigin};

/// What went wrong with a request, for people and for programs.
///
/// [`kind`](Self::kind) says what to do, [`delivery`](Self::delivery) whether the request may have had an effect, and
/// [`is_retryable`](Self::is_retryable) whether it is worth sending again. It holds no key, no token and no national
/// identity number, and is one word, so that a `Result` stays small.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    origin: ErrorOrigin,
    delivery: Delivery,
    message: String,
    service_error: Option<ErrorModel>,
    authentication: Option<AuthError>,
    status: Option<u16>,
    request_id: Option<String>,
    retry: Retry,
    retry_at: Option<SystemTime>,
    effort: Effort,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// What a call took: attempts, and the time of all of them with the pauses between.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Effort {
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl Error {
    /// An error of our own, before anything was sent. Asking again helps where the kind says that something is not there yet.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let retry = match kind {
            ErrorKind::ConsentPending => Retry::AfterConsent,
            ErrorKind::NotAvailableYet => Retry::WhenReady { not_before: None },
            _ => Retry::Never,
        };
        Self::from_origin(kind, ErrorOrigin::Client, Delivery::NotSent, message).with_retry(retry, None)
    }

    /// An error of our own: the time that was allowed was over before anything was sent. The same may succeed later.
    pub fn out_of_time(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Timeout, message).with_retry(Retry::BackOff, None)
    }

    pub(crate) fn from_origin(
        kind: ErrorKind,
        origin: ErrorOrigin,
        delivery: Delivery,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            origin,
            delivery,
            message: message.into(),
            service_error: None,
            authentication: None,
            status: None,
            request_id: None,
            retry: Retry::Never,
            retry_at: None,
            effort: Effort::default(),
            cause: None,
        }))
    }

    /// With what lies beneath. The message does not repeat it.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// What this means for the whole of which it was a part, in other words, with this error beneath. Kind, origin,
    /// delivery, status, request id, attempts and time stay; that the part may be sent again does not.
    #[must_use]
    pub fn reworded(self, message: impl Into<String>) -> Self {
        let inner = &self.0;
        Self::from_origin(inner.kind, inner.origin, inner.delivery, message)
            .after(inner.effort)
            .with_request_id(inner.request_id.clone())
            .of_status(inner.status)
            .with_cause(self)
    }

    /// With another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// With what is known of the request's effect; [`Error::new`] says [`Delivery::NotSent`].
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    /// With one more sentence at the end of the message.
    #[must_use]
    pub fn with_advice(mut self, sentence: &str) -> Self {
        self.0.message.push(' ');
        self.0.message.push_str(sentence);
        self
    }

    /// What the service said. It holds no national identity number any more.
    pub(crate) fn with_service_error(mut self, error: ErrorModel) -> Self {
        self.0.service_error = Some(error);
        self
    }

    /// Why there is no token. The message is taken over; what lies beneath it lies beneath this error, too.
    pub(crate) fn with_authentication(mut self, error: AuthError) -> Self {
        self.0.authentication = Some(error);
        self
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        self.of_status(Some(status))
    }

    /// With the status of the answer, if there was one.
    pub(crate) fn of_status(mut self, status: Option<u16>) -> Self {
        self.0.status = status;
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id;
        self
    }

    /// With whether and when the same request can succeed.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry, retry_at: Option<SystemTime>) -> Self {
        self.0.retry = retry;
        self.0.retry_at = retry_at;
        self
    }

    /// With what the call took.
    pub(crate) fn after(mut self, effort: Effort) -> Self {
        self.0.effort = effort;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Who said so.
    pub fn origin(&self) -> ErrorOrigin {
        self.0.origin
    }

    /// How far the request came, which tells whether it may have had an effect. Of several attempts, it is the one that
    /// came farthest: [`Delivery::Unknown`] if any of them may have had one, else [`Delivery::Answered`] if any was
    /// answered by the service.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The service's error code, such as 1007, when it is the service that said so.
    pub fn code(&self) -> Option<i64> {
        self.service_error().map(|error| error.code.value())
    }

    /// The data source's own code, such as `BRREG-1`, when the error comes from there.
    pub fn detail_code(&self) -> Option<&str> {
        self.service_error()?.detail_code.as_deref()
    }

    /// The whole of what the service said, when it is the service that said so: the unmet requirements
    /// ([`ErrorModel::denials`]), and where a consent stands ([`ErrorModel::consent_refusal`]). National identity
    /// numbers in its texts are masked.
    pub fn service_error(&self) -> Option<&ErrorModel> {
        self.0.service_error.as_ref()
    }

    /// Why there is no access token, when that is what went wrong: what Maskinporten said, with its code and the cause that
    /// programs can act on ([`AuthError::refusal`]), or what is wrong with the key ([`AuthError::key_problem`]).
    ///
    /// ```
    /// use dan_auth::RefusalCause;
    ///
    /// fn is_key_to_be_renewed(error: &dan_transport::Error) -> bool {
    ///     let refusal = error.authentication().and_then(|error| error.refusal());
    ///     refusal.is_some_and(|refusal| refusal.cause == RefusalCause::KeyExpired)
    /// }
    /// ```
    pub fn authentication(&self) -> Option<&AuthError> {
        self.0.authentication.as_ref()
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The id of the request, to be quoted to the support of whoever answered: of the service, whose id stands in the body of
    /// errors, and in the header `x-invocationId` of what comes without one; or of the token server, when
    /// [`origin`](Self::origin) says that it was that, whose trace id it then is.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How many attempts the call made, the one that ended it included; zero for an error that no call led to.
    ///
    /// An answer that breaks off while it is streamed, or does not fit what it is read as, bears those that led to it.
    pub fn attempts(&self) -> u32 {
        self.0.effort.attempts
    }

    /// How long the call took, all attempts and pauses together.
    pub fn elapsed(&self) -> Duration {
        self.0.effort.elapsed
    }

    /// Whether and when the same request can succeed.
    pub fn retry(&self) -> &Retry {
        &self.0.retry
    }

    /// Whether the same request may succeed later without anybody doing anything. Whether sending it again is safe is
    /// another question: see [`delivery`](Self::delivery).
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.retry, Retry::BackOff | Retry::WhenReady { .. } | Retry::AfterQuota)
    }

    /// The time before which asking again is pointless, when the answer told one. The service tells that of asynchronous
    /// datasets without an offset; it is read as UTC.
    pub fn retry_at(&self) -> Option<SystemTime> {
        self.0.retry_at
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        formatter.write_str(&inner.message)?;
        if inner.effort.attempts > 1 {
            let seconds = inner.effort.elapsed.as_secs_f64();
            let stop = if inner.message.ends_with(['.', '!', '?']) { "" } else { "." };
            write!(
                formatter,
                "{stop} That was the last of {} attempts, in {seconds:.1} s.",
                inner.effort.attempts
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        formatter
            .debug_struct("Error")
            .field("kind", &inner.kind)
            .field("origin", &inner.origin)
            .field("delivery", &inner.delivery)
            .field("message", &inner.message)
            .field("code", &self.code())
            .field("detail_code", &self.detail_code())
            .field("status", &inner.status)
            .field("request_id", &inner.request_id)
            .field("retry", &inner.retry)
            .field("retry_at", &inner.retry_at)
            .field("attempts", &inner.effort.attempts)
            .field("elapsed", &inner.effort.elapsed)
            .field("authentication", &inner.authentication)
            .field("cause", &inner.cause)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let beneath = self.0.authentication.as_ref().and_then(StdError::source);
        self.0.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static)).or(beneath)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn what_is_not_there_yet_may_be_asked_for_again() {
        let retry = |kind| Error::new(kind, "later").retry().clone();
        assert_eq!(retry(ErrorKind::ConsentPending), Retry::AfterConsent);
        assert_eq!(retry(ErrorKind::NotAvailableYet), Retry::WhenReady { not_before: None });
        assert_eq!(retry(ErrorKind::InvalidRequest), Retry::Never);
    }

    #[test]
    fn why_there_is_no_token_stays_matchable() {
        let pem = b"-----BEGIN PRIVATE KEY-----\nMEI=\n-----END PRIVATE KEY-----";
        let of_key = dan_auth::PrivateKey::from_pem(pem).unwrap_err();
        let problem = of_key.key_problem();
        let error = Error::from(of_key);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(problem.is_some() && error.authentication().unwrap().key_problem() == problem);
    }

    #[test]
    fn exhausted_attempts_are_told() {
        let error = Error::new(ErrorKind::Network, "the connection broke")
            .after(Effort { attempts: 4, elapsed: Duration::from_millis(2_340) });
        insta::assert_snapshot!(error, @"the connection broke. That was the last of 4 attempts, in 2.3 s.");
    }
}
