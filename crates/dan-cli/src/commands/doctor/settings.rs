//! The settings, and where each comes from.

use dan_client::{AuthenticationMethod, Configuration};

use crate::commands::doctor::finding::{Finding, Report};
use crate::failure::Failure;

pub(super) fn examine(configuration: &Configuration, report: &mut Report) {
    let settings: Vec<String> = configuration
        .effective_settings()
        .iter()
        .map(|setting| format!("{} = {} ({})", setting.key, setting.value, setting.origin))
        .collect();
    let found = if settings.is_empty() {
        "nothing is set; the defaults are in force".to_owned()
    } else {
        settings.join("\n")
    };
    report.add(Finding::ok("configuration", found));
    let place = configuration.base_url.as_deref().unwrap_or(configuration.environment.origin());
    report.add(Finding::ok("environment", format!("{} at {place}", configuration.environment)));
    report.add(match configuration.authentication_method() {
        Ok(AuthenticationMethod::None) if configuration.authentication.is_none() => Finding::warning(
            "way of authenticating",
            "none: only what is public can be asked for",
            "set MASKINPORTEN_CLIENT_ID and a key, an enterprise certificate, or DAN_ACCESS_TOKEN",
        ),
        Ok(method) => Finding::ok("way of authenticating", method),
        Err(error) => Finding::failed("way of authenticating", &Failure::from(error)),
    });
}
