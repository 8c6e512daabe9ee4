//! `dan token`

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::output::time;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dan token --claims\n  curl -H \"Authorization: Bearer $(dan token)\" …")]
pub(crate) struct TokenOptions {
    /// Show what stands in the token instead: organisation, scopes, expiry
    #[arg(long)]
    claims: bool,
}

pub(crate) async fn run(session: &Session, options: &TokenOptions) -> Result<(), Failure> {
    let token = session.progress().during("getting a token", session.provider()?.access_token()).await?;
    if !options.claims {
        let document = json!({ "access_token": token.expose() });
        return session.form().print(&document, || format!("{}\n", token.expose()));
    }
    let claims = token.claims().ok_or_else(|| {
        Failure::Usage("the token is opaque: it holds no claims that could be shown".to_owned())
    })?;
    session.note(in_words(&claims));
    let claims = Value::Object(claims);
    session.form().print(&claims, || format!("{claims:#}\n"))
}

/// What people ask first when they are refused.
fn in_words(claims: &Map<String, Value>) -> String {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("none");
    let organization = claims.get("consumer").and_then(|consumer| consumer["ID"].as_str()).unwrap_or("none");
    let mut words = format!(
        "organization {organization}, client {}, scopes {}, by {}",
        text("client_id"),
        text("scope"),
        text("iss")
    );
    let expiry = claims.get("exp").and_then(Value::as_u64);
    if let Some(expiry) = expiry.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds))) {
        let distance = time::distance(expiry, SystemTime::now());
        words.push_str(&format!(", expires {distance} ({})", time::local_time(expiry)));
    }
    words
}
