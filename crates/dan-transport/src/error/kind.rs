//! What went wrong, who said so, and whether it may have had an effect.

/// What went wrong, for a caller who decides what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting, a key or a certificate is missing or cannot be right. Nothing was sent.
    Configuration,
    /// The request cannot be right, by the service's word, the data source's or ours. Change it.
    InvalidRequest,
    /// Nobody said who is asking, or not so that it was believed: subscription key, token, client certificate, or no
    /// token was given. Mend the credentials.
    Unauthenticated,
    /// Whoever asks may not have this. Somebody has to grant it.
    Forbidden,
    /// The subject has not answered the request for consent. Ask again in hours or days.
    ConsentPending,
    /// The subject denied the consent, or withdrew it. Only the subject can change that.
    ConsentDenied,
    /// The consent's time is over. Send a new authorization request.
    ConsentExpired,
    /// There is no such dataset, accreditation or path.
    NotFound,
    /// It is there, or will be, but not yet. Ask again at [`Error::retry_at`](crate::Error::retry_at), or later.
    NotAvailableYet,
    /// The last reminder is too recent for another one. Send it some days later.
    ReminderTooSoon,
    /// Too many requests in too short a time. Ask less often.
    Throttled,
    /// A quota is used up, as a rule until the next day.
    QuotaExceeded,
    /// The service, its gateway, a data source or the token server cannot serve now. Try again later.
    Unavailable,
    /// The service or a data source failed in a way that seldom passes by itself. Tell its support, with the request id.
    ServiceFailure,
    /// No answer came: name resolution, connection or TLS.
    Network,
    /// No answer came, or no whole one, within the time that was allowed.
    Timeout,
    /// The answer is larger than the limit for answers that are held in memory. Stream it, or raise the limit.
    AnswerTooLarge,
    /// What answered is not the service, or its answer is broken or not what the caller's type expects.
    UnexpectedAnswer,
    /// A file or folder of the caller's cannot be read or written. What was received is lost, unless it was read already.
    File,
}

impl ErrorKind {
    /// The name of the kind in machine-readable output, such as `not_found`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidRequest => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::ConsentPending => "consent_pending",
            Self::ConsentDenied => "consent_denied",
            Self::ConsentExpired => "consent_expired",
            Self::NotFound => "not_found",
            Self::NotAvailableYet => "not_available_yet",
            Self::ReminderTooSoon => "reminder_too_soon",
            Self::Throttled => "throttled",
            Self::QuotaExceeded => "quota_exceeded",
            Self::Unavailable => "unavailable",
            Self::ServiceFailure => "service_failure",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::AnswerTooLarge => "answer_too_large",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::File => "file",
        }
    }
}

/// Who said that it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorOrigin {
    /// The service itself, by one of its error codes, or by a bare status under an id of its own.
    Dan,
    /// A data source behind the service, which passes the word on under a code of its own.
    DataSource,
    /// The gateway in front of the service, or what stands in its place.
    Gateway,
    /// The token server.
    Maskinporten,
    /// The way there.
    Network,
    /// This library, before or after the request.
    Client,
}

impl ErrorOrigin {
    /// The name in machine-readable output, such as `gateway`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dan => "dan",
            Self::DataSource => "data_source",
            Self::Gateway => "gateway",
            Self::Maskinporten => "maskinporten",
            Self::Network => "network",
            Self::Client => "client",
        }
    }
}

/// How far the request came, which tells whether it may have had an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// It surely never reached the service: it was not sent, no connection came about, or the gateway turned it away. It
    /// had no effect, and may be sent again.
    NotSent,
    /// It was sent, and no answer came that could be believed: the connection broke, time ran out, the gateway lost the
    /// service, or something else answered. Whether it had an effect is unknown.
    Unknown,
    /// The service answered, and what it said holds.
    Answered,
}
