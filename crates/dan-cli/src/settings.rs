//! A setting comes from the option, else from the variable, else from the default.

use dan_client::Configuration;

use crate::arguments::GlobalOptions;
use crate::failure::Failure;

pub(crate) fn configuration(options: &GlobalOptions) -> Result<Configuration, Failure> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .chain(variables_of(options));
    let mut configuration = Configuration::from_variables(variables)?;
    configuration.service_context.clone_from(&options.service_context);
    configuration.timeout = options.timeout;
    Ok(configuration)
}

/// The options that have a variable of the same meaning; of two values for one name, the later counts.
fn variables_of(options: &GlobalOptions) -> impl Iterator<Item = (String, String)> {
    let ca_file = options.ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
    [
        ("DAN_ENVIRONMENT", options.env.clone()),
        ("DAN_BASE_URL", options.base_url.clone()),
        ("DAN_CA_FILE", ca_file),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
}
