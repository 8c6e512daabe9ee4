//! Faults on purpose: the next calls that match fail in a given way.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

/// A fault that waits for its calls, as the control call gives it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultRule {
    /// A path in which `*` stands for any characters; all paths without it.
    #[serde(default = "any_path")]
    path: String,
    /// The method; any without it.
    method: Option<String>,
    /// How many calls fail; one without it.
    #[serde(default = "once")]
    times: u32,
    fault: Fault,
}

/// How a call fails.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Fault {
    /// The call is answered so, and has no effect.
    Answer(FaultyAnswer),
    /// The call takes effect, and its answer comes late.
    Delay(Delay),
    /// The connection breaks.
    Close(Close),
}

/// An answer in place of the right one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultyAnswer {
    status: u16,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// How late an answer comes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delay {
    delay_ms: u64,
}

/// When the connection breaks.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Close {
    close: Moment,
}

/// A moment of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Moment {
    /// Before the call takes effect.
    Before,
    /// After it took effect: the answer is lost.
    After,
    /// In the middle of the answer's body.
    Midway,
}

/// What the host does to an answer beyond sending it; it travels in the answer's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disruption {
    Delay(Duration),
    Close,
    CloseMidway,
}

/// The faults that wait for their calls.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<FaultRule>>,
}

impl Faults {
    pub(crate) fn add(&self, rule: FaultRule) {
        self.rules().push(rule);
    }

    pub(crate) fn clear(&self) {
        self.rules().clear();
    }

    /// The fault for a call, which is then spent. The first that was given comes first.
    pub(crate) fn take(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut rules = self.rules();
        let position = rules.iter().position(|rule| rule.matches(method, path))?;
        let rule = &mut rules[position];
        rule.times -= 1;
        let fault = rule.fault.clone();
        rules.retain(|rule| rule.times > 0);
        Some(fault)
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<FaultRule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FaultRule {
    /// Whether anything is wrong with it, in words.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        match &self.fault {
            _ if self.times == 0 => Err("times must be 1 at least"),
            Fault::Answer(answer) if answer.response().is_none() => {
                Err("status must be between 200 and 599, and headers must be names and values of HTTP")
            }
            _ => Ok(()),
        }
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        let is_method = |wanted: &String| wanted.eq_ignore_ascii_case(method.as_str());
        self.times > 0 && self.method.as_ref().is_none_or(is_method) && is_like(&self.path, path)
    }
}

impl Fault {
    /// The answer that stands in for the right one, when the call shall have no effect.
    pub(crate) fn instead(&self) -> Option<Response<Bytes>> {
        match self {
            Self::Answer(answer) => answer.response(),
            Self::Close(Close { close: Moment::Before }) => {
                let mut response = Response::new(Bytes::new());
                response.extensions_mut().insert(Disruption::Close);
                Some(response)
            }
            Self::Delay(_) | Self::Close(_) => None,
        }
    }

    /// What is done to the right answer.
    pub(crate) fn disruption(&self) -> Option<Disruption> {
        match self {
            Self::Delay(Delay { delay_ms }) => Some(Disruption::Delay(Duration::from_millis(*delay_ms))),
            Self::Close(Close { close: Moment::After }) => Some(Disruption::Close),
            Self::Close(Close { close: Moment::Midway }) => Some(Disruption::CloseMidway),
            Self::Answer(_) | Self::Close(_) => None,
        }
    }
}

impl FaultyAnswer {
    /// A text goes out as it is, other JSON as JSON.
    fn response(&self) -> Option<Response<Bytes>> {
        let status =
            StatusCode::from_u16(self.status).ok().filter(|status| (200..600).contains(&status.as_u16()))?;
        let (body, content_type) = match &self.body {
            Value::Null => (Bytes::new(), None),
            Value::String(text) => (Bytes::from(text.clone()), Some("text/plain; charset=utf-8")),
            body => (Bytes::from(body.to_string()), Some("application/json")),
        };
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        for (name, value) in &self.headers {
            headers.insert(name.parse::<HeaderName>().ok()?, value.parse().ok()?);
        }
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Some(response)
    }
}

/// Whether a path is like a pattern in which `*` stands for any characters.
fn is_like(pattern: &str, path: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == path };
    let Some(path) = path.strip_prefix(start) else { return false };
    path.char_indices()
        .map(|(position, _)| position)
        .chain([path.len()])
        .any(|position| is_like(rest, &path[position..]))
}

fn any_path() -> String {
    "*".to_owned()
}

fn once() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(rule: Value) -> FaultRule {
        serde_json::from_value(rule).unwrap()
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, path, like) in [
            ("*", "/v1/authorization", true),
            ("/v1/directharvest/*", "/v1/directharvest/A", true),
            ("/v1/*/reminders", "/v1/accreditations/1/reminders", true),
            ("/v1/authorization", "/v1/authorization", true),
            ("/v1/authorization", "/v1/authorization/", false),
            ("/v1/*x", "/v1/a", false),
            ("**ø*", "/ø", true),
        ] {
            assert_eq!(is_like(pattern, path), like, "{pattern} {path}");
        }
    }

    #[test]
    fn a_fault_is_spent_after_its_calls() {
        let faults = Faults::default();
        faults.add(rule(json!({ "path": "/a", "method": "post", "times": 2, "fault": { "status": 503 } })));
        assert!(faults.take(&Method::GET, "/a").is_none() && faults.take(&Method::POST, "/b").is_none());
        assert!(faults.take(&Method::POST, "/a").is_some() && faults.take(&Method::POST, "/a").is_some());
        assert!(faults.take(&Method::POST, "/a").is_none());
    }

    #[test]
    fn an_answer_is_as_it_was_given() {
        let fault =
            json!({ "status": 429, "body": { "statusCode": 429 }, "headers": { "Retry-After": "7" } });
        let response = rule(json!({ "fault": fault })).fault.instead().unwrap();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "7");
        assert_eq!(response.body(), r#"{"statusCode":429}"#);
    }

    #[test]
    fn nonsense_is_refused() {
        for fault in [json!({ "status": 99 }), json!({ "status": 500, "headers": { "a b": "" } })] {
            assert!(rule(json!({ "fault": fault })).check().is_err());
        }
        for fault in [json!({}), json!({ "close": "never" }), json!({ "stauts": 500 })] {
            assert!(serde_json::from_value::<FaultRule>(json!({ "fault": fault })).is_err(), "{fault}");
        }
    }
}
