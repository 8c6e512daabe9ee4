//! What a command works with: settings, the client that they make, and the form of its results.

use std::cell::OnceCell;
use std::io::Write as _;

use dan_client::{
    AuthenticationMethod, Configuration, ConfigurationSources, DanClient, Error, ErrorKind, Setting,
};
use dan_sandbox::Sandbox;

use crate::arguments::GlobalOptions;
use crate::failure::Failure;
use crate::output::OutputForm;

/// One run of the command.
pub(crate) struct Session {
    options: GlobalOptions,
    /// With `--sandbox`; it lives as long as the command.
    sandbox: Option<Sandbox>,
    configuration: OnceCell<Configuration>,
}

impl Session {
    pub(crate) async fn start(options: GlobalOptions) -> Result<Self, Failure> {
        let sandbox = if options.sandbox { Some(Sandbox::start().await?) } else { None };
        Ok(Self { options, sandbox, configuration: OnceCell::new() })
    }

    pub(crate) fn options(&self) -> &GlobalOptions {
        &self.options
    }

    /// The settings, read when the first asks for them: a command that needs none works although they are wrong.
    pub(crate) fn configuration(&self) -> Result<&Configuration, Failure> {
        if let Some(configuration) = self.configuration.get() {
            return Ok(configuration);
        }
        let configuration = self.read_configuration()?;
        Ok(self.configuration.get_or_init(|| configuration))
    }

    /// The option goes before the profile. Where the settings cannot be read, that is not what is told first.
    pub(crate) fn form(&self) -> OutputForm {
        let of_profile = || form_of(self.configuration().ok()?).ok().flatten();
        self.options.output.or_else(of_profile).unwrap_or_default()
    }

    /// Something beside the result, for those who want to hear it. Standard error may be closed.
    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        if !self.options.quiet {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// A client that may do everything.
    pub(crate) fn client(&self) -> Result<DanClient, Failure> {
        Ok(self.configuration()?.client()?)
    }

    /// A client for what is public. It reads no key, so that a wrong one is no hindrance.
    pub(crate) fn public_client(&self) -> Result<DanClient, Failure> {
        let mut configuration = self.configuration()?.clone();
        configuration.authentication = Some(AuthenticationMethod::None);
        Ok(configuration.client()?)
    }

    fn read_configuration(&self) -> Result<Configuration, Failure> {
        let mut sources = match &self.sandbox {
            Some(sandbox) => ConfigurationSources::new().variables(sandbox.variables()),
            None => self.own_sources()?,
        };
        for (setting, value) in self.said() {
            if let Some(value) = value {
                sources = sources.option(setting, value);
            }
        }
        let mut configuration = sources.load()?;
        configuration.timeout = self.options.timeout.or(configuration.timeout);
        form_of(&configuration)?;
        Ok(configuration)
    }

    fn own_sources(&self) -> Result<ConfigurationSources, Error> {
        let mut sources = ConfigurationSources::new().environment_variables()?.default_file();
        if let Some(file) = &self.options.config {
            sources = sources.file(file);
        }
        if let Some(name) = &self.options.profile {
            sources = sources.profile(name);
        }
        Ok(sources)
    }

    /// What the command line says.
    fn said(&self) -> [(Setting, Option<String>); 5] {
        let options = &self.options;
        let ca_file = options.ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
        [
            (Setting::Environment, options.env.clone()),
            (Setting::BaseUrl, options.base_url.clone()),
            (Setting::ServiceContext, options.service_context.clone()),
            (Setting::Auth, options.auth.clone()),
            (Setting::CaFile, ca_file),
        ]
    }
}

fn form_of(configuration: &Configuration) -> Result<Option<OutputForm>, Error> {
    let Some(name) = &configuration.output else { return Ok(None) };
    clap::ValueEnum::from_str(name, false).map(Some).map_err(|_| {
        let message = format!("there is no form of results '{name}'; 'output' is human, json or ndjson");
        Error::new(ErrorKind::Configuration, message)
    })
}
