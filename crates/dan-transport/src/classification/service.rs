//! Errors of the service itself. What its codes and texts mean is [`dan_model`]'s to say.

use std::time::SystemTime;

use dan_model::{
    ConsentRefusal, DenialReason, ErrorCode, ErrorModel, Offset, Retry, Timestamp, mask_personal_numbers,
};
use http::StatusCode;

use super::sender_time::SenderTime;
use super::shown;
use crate::answer_head;
use crate::error::{Delivery, Error, ErrorKind, ErrorOrigin};

/// An error of the service, if it is one of its own: any answer may have a member `code`, with a status in it for example,
/// but only the service's has one of its codes, or the id of an invocation.
pub(super) fn read(body: &[u8]) -> Option<ErrorModel> {
    let said: ErrorModel = serde_json::from_slice(body).ok()?;
    let is_known = !matches!(said.code, ErrorCode::Unknown(_));
    (is_known || invocation_id(&said).is_some()).then_some(said)
}

pub(super) fn error(
    said: &ErrorModel,
    status: StatusCode,
    retry_at: Option<SystemTime>,
    time: SenderTime,
) -> Error {
    let retry = said.retry();
    let ready_at = match &retry {
        Retry::WhenReady { not_before: Some(not_before) } => {
            instant(not_before).and_then(|told| time.ours(told))
        }
        _ => None,
    };
    Error::from_origin(kind(said, &retry, status), origin(said.code), Delivery::Answered, message(said))
        .with_service_error(without_personal_numbers(said))
        .with_request_id(invocation_id(said).map(str::to_owned))
        .with_retry(retry, ready_at.max(retry_at))
}

fn invocation_id(said: &ErrorModel) -> Option<&str> {
    said.invocation_id.as_deref().filter(|id| answer_head::is_request_id(id))
}

fn message(said: &ErrorModel) -> String {
    let mut message = format!("DAN {}", said.code);
    for part in [&said.description, &said.detail_description].into_iter().flatten() {
        if !part.is_empty() {
            message.push_str(": ");
            message.push_str(&shown(part));
        }
    }
    format!("{message}. {}", said.advice())
}

fn kind(said: &ErrorModel, retry: &Retry, status: StatusCode) -> ErrorKind {
    match said.consent_refusal() {
        Some(ConsentRefusal::Pending) => return ErrorKind::ConsentPending,
        Some(ConsentRefusal::DeniedOrWithdrawn) => return ErrorKind::ConsentDenied,
        Some(ConsentRefusal::Expired) => return ErrorKind::ConsentExpired,
        _ => {}
    }
    match said.code {
        ErrorCode::InvalidCertificate | ErrorCode::MissingAuthentication | ErrorCode::InvalidAccessToken => {
            ErrorKind::Unauthenticated
        }
        ErrorCode::AuthorizationDenied if is_reminder_too_soon(said) => ErrorKind::ReminderTooSoon,
        ErrorCode::AuthorizationDenied | ErrorCode::ConsentNotGranted => ErrorKind::Forbidden,
        ErrorCode::UnknownAccreditation | ErrorCode::DeletedSubject | ErrorCode::UnknownEvidenceCode => {
            ErrorKind::NotFound
        }
        ErrorCode::EvidenceNotReady => ErrorKind::NotAvailableYet,
        ErrorCode::Unknown(_) => kind_of_tomorrow(status),
        _ => match retry {
            Retry::AfterQuota => ErrorKind::QuotaExceeded,
            Retry::BackOff => ErrorKind::Unavailable,
            _ if said.code.http_status().is_some_and(|status| status >= 500) => ErrorKind::ServiceFailure,
            _ => ErrorKind::InvalidRequest,
        },
    }
}

fn is_reminder_too_soon(said: &ErrorModel) -> bool {
    said.denials().any(|denial| denial.reason == DenialReason::ReminderTooSoon)
}

/// A code that this version does not know goes by its HTTP status.
fn kind_of_tomorrow(status: StatusCode) -> ErrorKind {
    match status {
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthenticated,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        _ if status.is_server_error() => ErrorKind::ServiceFailure,
        _ => ErrorKind::InvalidRequest,
    }
}

fn origin(code: ErrorCode) -> ErrorOrigin {
    match code {
        ErrorCode::SourceTransientError
        | ErrorCode::SourceRejectedInput
        | ErrorCode::SourcePermanentError => ErrorOrigin::DataSource,
        _ => ErrorOrigin::Dan,
    }
}

/// The time of the next try comes without an offset; the service's clock has been seen to run in UTC.
fn instant(time: &Timestamp) -> Option<SystemTime> {
    time.parse().ok()?.assume_offset(Offset::Utc).system_time().ok()
}

/// Only what callers read; what else the service may have told, of its code or of people, is left out.
fn without_personal_numbers(said: &ErrorModel) -> ErrorModel {
    let mut error = ErrorModel::new(said.code);
    let masked = |text: &Option<String>| text.as_deref().map(|text| mask_personal_numbers(text).into_owned());
    error.description = masked(&said.description);
    error.detail_code = masked(&said.detail_code);
    error.detail_description = masked(&said.detail_description);
    error
}
