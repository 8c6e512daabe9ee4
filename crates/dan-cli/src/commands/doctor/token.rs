//! The token server, the clock, and what stands in the token.

use dan_client::{AccessToken, AccessTokenProvider as _, AuthenticationMethod, Configuration, Error};
use serde_json::{Map, Value};

use crate::commands::doctor::finding::{Finding, Report};
use crate::failure::Failure;
use crate::session::{Session, organization_of};

const TOKEN: &str = "token";
const CLOCK: &str = "clock";
const SCOPES: &str = "scopes";
const REQUESTOR: &str = "requestor";
/// One of them must begin a scope, or the service takes no token.
const SCOPE_BEGINNINGS: [&str; 2] = ["altinn:dataaltinnno", "dan:"];
/// Maskinporten refuses assertions that are further off.
const TOLERATED_SECONDS: u64 = 10;

/// Gets a token, and gives the organization that it was issued to.
pub(super) async fn examine(
    session: &Session,
    configuration: &Configuration,
    has_key: bool,
    report: &mut Report,
) -> Option<String> {
    let token = match configuration.authentication_method() {
        Ok(AuthenticationMethod::Maskinporten) if !has_key => {
            report.add(Finding::skipped(TOKEN, "without the key there is none"));
            None
        }
        Ok(AuthenticationMethod::Maskinporten) => granted(configuration, report).await,
        Ok(AuthenticationMethod::Token) => given(session, report).await,
        _ => {
            report.add(Finding::skipped(TOKEN, "this way of authenticating has none"));
            None
        }
    }?;
    let claims = token.claims().unwrap_or_default();
    scopes(configuration, &claims, report);
    organization_of(&claims)
}

async fn granted(configuration: &Configuration, report: &mut Report) -> Option<AccessToken> {
    // A token that was kept would tell nothing of the token server.
    let mut fresh = configuration.clone();
    fresh.maskinporten.token_cache = None;
    let client = match fresh.maskinporten_client() {
        Ok(client) => client,
        Err(error) => {
            report.add(Finding::failed(TOKEN, &Failure::from(error)));
            return None;
        }
    };
    let token = client.access_token().await.map_err(Error::from);
    let has_answered = token.as_ref().err().is_none_or(|error| error.status().is_some());
    report.add(if has_answered {
        clock(client.clock_offset_seconds())
    } else {
        Finding::skipped(CLOCK, "the token server did not tell its time")
    });
    seen(token.map_err(Failure::from), report)
}

async fn given(session: &Session, report: &mut Report) -> Option<AccessToken> {
    let token = match session.provider() {
        Ok(provider) => provider.access_token().await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    seen(token, report)
}

fn seen(token: Result<AccessToken, Failure>, report: &mut Report) -> Option<AccessToken> {
    report.add(match &token {
        Ok(token) => told(token),
        Err(failure) => Finding::failed(TOKEN, failure),
    });
    token.ok()
}

/// The token server is asked first, and its answer tells its time, also when it refuses.
fn clock(offset: i64) -> Finding {
    let seconds = offset.unsigned_abs();
    let direction = if offset < 0 { "ahead of" } else { "behind" };
    let found = format!("{seconds} seconds {direction} the token server's");
    match seconds {
        0..=2 => Finding::ok(CLOCK, "as the token server's"),
        3..=TOLERATED_SECONDS => Finding::warning(CLOCK, found, "set this machine's clock by NTP"),
        _ => Finding::wrong(CLOCK, found, "set this machine's clock by NTP; assertions are refused"),
    }
}

fn told(token: &AccessToken) -> Finding {
    let claims = token.claims().unwrap_or_default();
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("none");
    let organization = organization_of(&claims).unwrap_or_else(|| "none".to_owned());
    let found =
        format!("issued by {} to organization {organization}, client {}", text("iss"), text("client_id"));
    let end = claims.get("exp").and_then(Value::as_i64);
    if end.is_some_and(|end| end < jiff::Timestamp::now().as_second()) {
        return Finding::wrong(TOKEN, format!("{found}; it has expired"), "get a new one");
    }
    Finding::ok(TOKEN, found)
}

fn scopes(configuration: &Configuration, claims: &Map<String, Value>, report: &mut Report) {
    let granted: Vec<&str> =
        claims.get("scope").and_then(Value::as_str).unwrap_or_default().split_whitespace().collect();
    let found = if granted.is_empty() { "none".to_owned() } else { granted.join(", ") };
    let missing: Vec<&str> = configuration
        .maskinporten
        .scopes
        .iter()
        .flat_map(|scopes| scopes.split_whitespace())
        .filter(|scope| !granted.contains(scope))
        .collect();
    let serves =
        granted.iter().any(|scope| SCOPE_BEGINNINGS.iter().any(|beginning| scope.starts_with(beginning)));
    report.add(if !serves {
        Finding::wrong(
            SCOPES,
            found,
            "ask for a scope of the service: set MASKINPORTEN_SCOPES, such as altinn:dataaltinnno",
        )
    } else if missing.is_empty() {
        Finding::ok(SCOPES, found)
    } else {
        let remedy = format!("not granted: {}; register them on the client", missing.join(", "));
        Finding::warning(SCOPES, found, remedy)
    });
}

/// The one who asks, against the one who has the token.
pub(super) fn compare(requestor: Option<&str>, organization: Option<&str>, report: &mut Report) {
    report.add(match (requestor, organization) {
        (None, Some(organization)) => {
            Finding::ok(REQUESTOR, format!("{organization}, the token's organization, unless --requestor says another"))
        }
        (Some(requestor), _) if requestor.parse::<dan_client::OrganizationNumber>().is_err() => {
            Finding::wrong(REQUESTOR, format!("'{requestor}' is no organization number"), "check the number")
        }
        (Some(requestor), Some(organization)) if requestor == organization => {
            Finding::ok(REQUESTOR, format!("{requestor}, the token's organization"))
        }
        (Some(requestor), Some(organization)) => Finding::warning(
            REQUESTOR,
            format!("{requestor}, and the token is {organization}'s"),
            "datasets may require that they are the same; for a customer's token set MASKINPORTEN_CONSUMER_ORG",
        ),
        (_, None) => Finding::skipped(REQUESTOR, "there is no token to compare it with"),
    });
}
