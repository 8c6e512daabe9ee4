//! Whether the service lets in: reachability, and each subscription key with its service context.

use std::time::{Instant, SystemTime};

use dan_client::{
    AuthenticationMethod, Configuration, DanClient, Error, ErrorKind, ErrorOrigin, SubscriptionKeys,
    near_name,
};

use crate::commands::doctor::finding::{Finding, Report};
use crate::failure::Failure;
use crate::session::Session;

const SERVICE: &str = "service";
const SERVICE_CONTEXT: &str = "service context";
const SUBSCRIPTION_KEY: &str = "subscription key";
const ACCESS: &str = "access";

pub(super) async fn examine(
    session: &Session,
    configuration: &Configuration,
    has_token: bool,
    report: &mut Report,
) {
    let Some(known) = reach(session, report).await else { return };
    let keys = &configuration.subscription_keys;
    if let Some(name) = &configuration.service_context {
        report.add(said(name, keys, &known));
    }
    let contexts: Vec<String> = keys.service_contexts().map(str::to_owned).collect();
    if contexts.is_empty() && !keys.has_default() {
        report.add(Finding::wrong(
            SUBSCRIPTION_KEY,
            "there is none",
            "copy it from the developer portal into DAN_SUBSCRIPTION_KEY, or DAN_SUBSCRIPTION_KEY_<CONTEXT>",
        ));
        return;
    }
    let certificate = configuration.authentication_method().ok() == Some(AuthenticationMethod::Certificate);
    if !has_token && !certificate {
        report.add(Finding::skipped(SUBSCRIPTION_KEY, "without a token it cannot be tried"));
        return;
    }
    let client = match session.client() {
        Ok(client) => client,
        Err(failure) => return report.add(Finding::failed(SUBSCRIPTION_KEY, &failure)),
    };
    if keys.has_default() {
        report.add(attempt(&client, None, &known).await);
    }
    for context in contexts {
        report.add(attempt(&client, Some(&context), &known).await);
    }
}

/// The service contexts, asked for without key and token.
async fn reach(session: &Session, report: &mut Report) -> Option<Vec<String>> {
    let started = Instant::now();
    let client = match session.public_client() {
        Ok(client) => client,
        Err(failure) => {
            report.add(Finding::failed(SERVICE, &failure));
            return None;
        }
    };
    match client.metadata().service_contexts().await {
        Ok(contexts) => {
            let elapsed = started.elapsed().as_millis();
            report.add(Finding::ok(SERVICE, format!("answers in {elapsed} ms")));
            Some(contexts.to_vec())
        }
        Err(error) => {
            report.add(Finding::failed(SERVICE, &Failure::from(error)));
            None
        }
    }
}

/// The service context that calls use unless they say another.
fn said(name: &str, keys: &SubscriptionKeys, known: &[String]) -> Finding {
    if named(name, known).is_none() {
        let near = near_name(name, known.iter().map(String::as_str));
        let meant = near.map(|near| format!("did you mean '{near}'? ")).unwrap_or_default();
        let remedy = format!("{meant}the service knows: {}", known.join(", "));
        return Finding::wrong(
            SERVICE_CONTEXT,
            format!("'{name}': there is no such service context"),
            remedy,
        );
    }
    let mut contexts = keys.service_contexts().peekable();
    let stands_alone = keys.has_default() && contexts.peek().is_none();
    if stands_alone || contexts.any(|context| context == SubscriptionKeys::variable_form(name)) {
        return Finding::ok(SERVICE_CONTEXT, name);
    }
    let remedy = "copy it from the developer portal into DAN_SUBSCRIPTION_KEY_<CONTEXT>, or into a profile";
    Finding::wrong(SERVICE_CONTEXT, format!("'{name}': there is no subscription key for it"), remedy)
}

/// Asks for the accreditations that changed since now: an empty list, which only a key of the context gives.
async fn attempt(client: &DanClient, context: Option<&str>, known: &[String]) -> Finding {
    let name = match context.map(|context| (context, named(context, known))) {
        None => "the default".to_owned(),
        Some((_, Some(name))) => format!("of {name}"),
        Some((context, None)) => {
            let remedy = format!("the service knows: {}", known.join(", "));
            return Finding::wrong(
                SUBSCRIPTION_KEY,
                format!("of {context}: there is no such service context"),
                remedy,
            );
        }
    };
    let mut list = client.accreditations().changed_after(SystemTime::now());
    if let Some(context) = context {
        list = list.service_context(context);
    }
    match list.read().await {
        Ok(_) => Finding::ok(SUBSCRIPTION_KEY, format!("{name}: let in")),
        Err(error) if is_about_the_key(&error) => {
            let finding = Failure::from(error);
            Finding::wrong(
                SUBSCRIPTION_KEY,
                format!("{name}: {finding}"),
                "compare it with the developer portal, of the same environment",
            )
        }
        // The gateway takes the key; it is the service that refuses.
        Err(error) => Finding::failed(ACCESS, &Failure::from(error)),
    }
}

/// The gateway judges the key; what the service says is about the token.
fn is_about_the_key(error: &Error) -> bool {
    error.origin() != ErrorOrigin::Dan
        && matches!(error.kind(), ErrorKind::Unauthenticated | ErrorKind::Forbidden)
}

/// The service context that a variable's name means.
fn named<'k>(context: &str, known: &'k [String]) -> Option<&'k String> {
    let form = SubscriptionKeys::variable_form;
    known.iter().find(|name| form(name) == form(context))
}
