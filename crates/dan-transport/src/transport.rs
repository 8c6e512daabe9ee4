//! The way of a request: URL, credentials, wire, answer; again where that is safe.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dan_auth::AccessToken;
use dan_model::Retry;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, timeout};
use tracing::{Instrument as _, Span};

use crate::answer::Answer;
use crate::answer_head::AnswerHead;
use crate::authorization::Authorization;
use crate::body::{self, Deadline, Parts};
use crate::classification::{failure, is_data};
use crate::error::{Error, ErrorKind};
use crate::operation::{Access, Operation};
use crate::retry::{Attempt, Brought, Call, Repeat, RetryBudget, RetryPolicy, SystemClock};
use crate::server::Server;
use crate::service_url::ServiceUrl;
use crate::streamed_answer::StreamedAnswer;
use crate::transport_builder::TransportBuilder;
use crate::{header, network, telemetry};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The largest body of an error that is read. What is longer is no error of the service.
const ERROR_BODY_LIMIT: usize = 1 << 20;

/// Carries operations to the service and its answers back.
///
/// Each operation goes the same way. Its URL is built, once. For each attempt it gets its subscription key, and a token
/// from the provider unless a client certificate says who is asking; it is sent; and the answer is classified. What may
/// be sent again is, after a pause, within the [retry policy](crate::RetryPolicy) and the deadline. Clones share
/// connections and the budget of the policy. A call that is dropped half-way leaves nothing behind but, perhaps, its
/// effect.
#[derive(Clone)]
pub struct Transport(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) service: ServiceUrl,
    pub(crate) server: Server,
    pub(crate) authorization: Authorization,
    pub(crate) product_id: Option<HeaderValue>,
    pub(crate) retry_policy: RetryPolicy,
    pub(crate) retry_budget: RetryBudget,
    pub(crate) limits: Limits,
}

/// What is known of a request as soon as it is on its way.
#[derive(Default)]
struct Sent {
    token: Option<AccessToken>,
    /// For the log.
    path: Option<String>,
    /// Of the answer, when there is one.
    status: Option<u16>,
}

/// How much time and room a call may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) body: usize,
}

impl Transport {
    /// A transport to the API that stands at `service`.
    pub fn builder(service: ServiceUrl) -> TransportBuilder {
        TransportBuilder::new(service)
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// How long one attempt may take, unless [its operation](Operation::timeout) says otherwise.
    pub fn timeout(&self) -> Duration {
        self.0.limits.timeout
    }

    /// How long a call may take, unless [its operation](Operation::deadline) says otherwise.
    pub fn deadline(&self) -> Duration {
        self.0.limits.deadline
    }

    /// Sends an operation, and gives the answer when it is a success.
    ///
    /// # Errors
    /// Every [`ErrorKind`]; each says whether the same operation may succeed later, and whether this one
    /// may have had an effect.
    pub async fn send(&self, operation: &Operation) -> Result<Answer, Error> {
        let limit = self.0.limits.body;
        self.carry(operation, |head, mut parts| async move {
            match body::collect(&mut parts, limit).await {
                Ok(body) => Ok(Answer::new(head, body)),
                Err(error) => Err(head.told_of(error)),
            }
        })
        .await
    }

    /// Sends an operation, and gives the answer when it is a success, its body not yet read.
    ///
    /// The times of an attempt and of the call hold until the body begins; from then on, each of its parts may take the
    /// read timeout.
    ///
    /// # Errors
    /// As [`send`](Self::send), until the body begins.
    pub async fn stream(&self, operation: &Operation) -> Result<StreamedAnswer, Error> {
        let deadline = operation.deadline.filter(|_| operation.body_has_deadline).and_then(Deadline::after);
        self.carry(
            operation,
            |head, parts| async move { Ok(StreamedAnswer::new(head, parts.until(deadline))) },
        )
        .await
    }

    /// The call: attempts, until one of them decides. `receive` takes what a success brings.
    async fn carry<T, R>(
        &self,
        operation: &Operation,
        receive: impl Fn(AnswerHead, Parts) -> R,
    ) -> Result<T, Error>
    where
        T: Brought,
        R: Future<Output = Result<T, Error>>,
    {
        let inner = &*self.0;
        let call = Call {
            repeatable: operation.repeatable,
            timeout: operation.timeout.unwrap_or(inner.limits.timeout),
            deadline: operation.deadline.unwrap_or(inner.limits.deadline),
        };
        let repeat = Repeat {
            policy: &inner.retry_policy,
            budget: &inner.retry_budget,
            clock: &SystemClock,
            random: fastrand::f64,
        };
        let span = telemetry::call_span(operation, &inner.server);
        let attempt = |attempt: Attempt| {
            let span = telemetry::attempt_span(operation, &inner.server, attempt.resend_count);
            inner.attempt(operation, attempt, span.clone(), &receive).instrument(span)
        };
        // Pinned, since wrapping it would copy it.
        let result = pin!(repeat.run(call, attempt)).instrument(span.clone()).await;
        let error = result.as_ref().err();
        telemetry::ended(&span, error.and_then(Error::status), error);
        result
    }
}

impl Inner {
    /// One attempt. The outer error is about the call as a whole: sending again does not mend it.
    async fn attempt<T, R>(
        &self,
        operation: &Operation,
        attempt: Attempt,
        span: Span,
        receive: &impl Fn(AnswerHead, Parts) -> R,
    ) -> Result<Result<T, Error>, Error>
    where
        R: Future<Output = Result<T, Error>>,
    {
        let (allowed, started) = (attempt.allowed, Instant::now());
        let mut sent = None;
        // Timers are coarse: a fast answer would come before the end of no time at all.
        let result = if allowed.is_zero() {
            None
        } else {
            timeout(allowed, pin!(self.exchange(operation, &mut sent, receive))).await.ok()
        };
        let is_sent = sent.is_some();
        let result = result.unwrap_or_else(|| {
            Err(if let Some(sent) = &sent {
                network::timed_out(&self.server, attempt, sent.status)
            } else if allowed.is_zero() {
                Error::out_of_time("the call was given no time; nothing was sent. Allow more.")
            } else {
                network::no_token_in_time(allowed)
            })
        });
        let (Sent { token, path, status }, error) = (sent.unwrap_or_default(), result.as_ref().err());
        telemetry::attempt_ended(operation, &self.server, path.as_deref(), status, error, started.elapsed());
        telemetry::ended(&span, status, error);
        match (result, token) {
            (Err(error), Some(token)) if error.retry() == &Retry::WithNewToken && attempt.may_renew => {
                let rest = allowed.saturating_sub(started.elapsed());
                let renewed = timeout(rest, self.authorization.renew(&token)).await;
                let is_renewed = renewed.map_err(|_| network::no_token_in_time(allowed))??;
                if is_renewed { Ok(Err(error)) } else { Err(error) }
            }
            (result, _) if is_sent => Ok(result),
            // Nothing was sent, and nothing would be the next time.
            (result, _) => result.map(Ok),
        }
    }

    /// One request and its answer. What was sent is known before the answer is whole.
    async fn exchange<T, R>(
        &self,
        operation: &Operation,
        sent: &mut Option<Sent>,
        receive: &impl Fn(AnswerHead, Parts) -> R,
    ) -> Result<T, Error>
    where
        R: Future<Output = Result<T, Error>>,
    {
        let (request, token) = self.request(operation).await?;
        let path = telemetry::shown_path(operation, request.url(), self.service.base());
        let sent = sent.insert(Sent { token, path, status: None });
        let response = self.http.execute(request).await;
        let mut response = response.map_err(|error| network::no_answer(error, &self.server))?;
        let head = AnswerHead { status: response.status(), headers: std::mem::take(response.headers_mut()) };
        sent.status = Some(head.status());
        let mut parts = Parts::new(response, self.server.clone(), self.limits.read_timeout);
        if is_data(&head) {
            return receive(head, parts).await;
        }
        let body = match body::collect(&mut parts, ERROR_BODY_LIMIT).await {
            Ok(body) => Some(body),
            Err(error) if error.kind() == ErrorKind::AnswerTooLarge => None,
            Err(error) => return Err(head.told_of(error)),
        };
        Err(failure(&head, body.as_deref(), self.service.base(), SystemTime::now()))
    }

    /// The request, and the token in it.
    async fn request(&self, operation: &Operation) -> Result<(reqwest::Request, Option<AccessToken>), Error> {
        let mut request = reqwest::Request::new(operation.method.clone(), self.service.url(operation)?);
        let headers = request.headers_mut();
        headers.insert(ACCEPT, JSON);
        let token = self.identify(operation, headers).await?;
        if let Some(body) = &operation.body {
            headers.insert(CONTENT_TYPE, JSON);
            *request.body_mut() = Some(body.clone().into());
        }
        Ok((request, token))
    }

    /// Says who is asking, and as whose customer.
    async fn identify(
        &self,
        operation: &Operation,
        headers: &mut HeaderMap,
    ) -> Result<Option<AccessToken>, Error> {
        let (key, is_protected) = match &operation.access {
            Access::Public => (None, false),
            Access::Open(key) => (key.as_ref(), false),
            Access::Protected(key) => (key.as_ref(), true),
        };
        if self.service.has_gateway() {
            match key {
                Some(key) => drop(headers.insert(header::SUBSCRIPTION_KEY, key.header_value())),
                None if is_protected => {
                    let message = "this needs a subscription key; copy it from the developer portal";
                    return Err(Error::new(ErrorKind::Configuration, message));
                }
                None => {}
            }
        } else if let Some(product_id) = operation.product_id.as_ref().or(self.product_id.as_ref()) {
            headers.insert(header::SERVICE_CONTEXT, product_id.clone());
        }
        if let Some(token) = &operation.forwarded_token {
            headers.insert(header::FORWARD_ACCESS_TOKEN, token.value());
        }
        if !is_protected {
            return Ok(None);
        }
        let Some((token, bearer)) = self.authorization.bearer().await? else { return Ok(None) };
        headers.insert(AUTHORIZATION, bearer);
        Ok(Some(token))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transport").field("service", &self.0.service).finish_non_exhaustive()
    }
}
