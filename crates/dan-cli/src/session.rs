//! What a command works with: settings, the client that they make, and the form of its results.

use std::cell::OnceCell;
use std::io::Write as _;
use std::sync::Arc;

use dan_client::{
    AccessTokenProvider, AccreditationHandle, AuthenticationMethod, Configuration, ConfigurationSources,
    DanClient, DanClientBuilder, Error, ErrorKind, Setting,
};
use dan_sandbox::Sandbox;
use serde_json::{Map, Value};

use crate::arguments::GlobalOptions;
use crate::failure::Failure;
use crate::output::OutputForm;
use crate::output::progress::Progress;

/// One run of the command.
pub(crate) struct Session {
    options: GlobalOptions,
    /// With `--sandbox`; it lives as long as the command.
    sandbox: Option<Sandbox>,
    configuration: OnceCell<Configuration>,
    provider: OnceCell<Arc<dyn AccessTokenProvider>>,
}

impl Session {
    pub(crate) async fn start(options: GlobalOptions) -> Result<Self, Failure> {
        let sandbox = if options.sandbox { Some(Sandbox::start().await?) } else { None };
        Ok(Self { options, sandbox, configuration: OnceCell::new(), provider: OnceCell::new() })
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

    /// What is seen while something takes its time.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(self.options.quiet)
    }

    /// A client that may do everything.
    pub(crate) fn client(&self) -> Result<DanClient, Failure> {
        Ok(self.limited(self.authenticated()?).build()?)
    }

    /// The same for a command that waits: there, `--timeout` says how long to wait, and not how long a call may take.
    pub(crate) fn waiting_client(&self) -> Result<DanClient, Failure> {
        Ok(self.authenticated()?.build()?)
    }

    /// An accreditation by its id, in the service context that is said.
    pub(crate) fn accreditation(&self, id: String) -> Result<AccreditationHandle, Failure> {
        self.in_context(self.client()?.accreditation(id))
    }

    /// The same for a command that waits.
    pub(crate) fn waiting_accreditation(&self, id: String) -> Result<AccreditationHandle, Failure> {
        self.in_context(self.waiting_client()?.accreditation(id))
    }

    /// The organization that asks: the one that the token was issued to, or that the certificate names.
    pub(crate) async fn organization(&self) -> Result<String, Failure> {
        let configuration = self.configuration()?;
        let number = if configuration.authentication_method()? == AuthenticationMethod::Certificate {
            configuration.client_identity()?.certificate().organization_number().map(str::to_owned)
        } else {
            let token = self.progress().during("getting a token", self.provider()?.access_token()).await?;
            token.claims().and_then(|claims| organization_of(&claims))
        };
        number.ok_or_else(|| {
            Failure::Usage("the token names no organization; say who asks with --requestor".to_owned())
        })
    }

    /// Who gives tokens. It is made once, so that one token serves the whole command.
    pub(crate) fn provider(&self) -> Result<Arc<dyn AccessTokenProvider>, Failure> {
        if let Some(provider) = self.provider.get() {
            return Ok(Arc::clone(provider));
        }
        let provider = self.configuration()?.access_token_provider()?;
        Ok(Arc::clone(self.provider.get_or_init(|| provider)))
    }

    fn authenticated(&self) -> Result<DanClientBuilder, Failure> {
        let configuration = self.configuration()?;
        Ok(match configuration.authentication_method()? {
            AuthenticationMethod::Maskinporten | AuthenticationMethod::Token => {
                public(configuration)?.access_token_provider(self.provider()?)
            }
            _ => configuration.builder()?,
        })
    }

    /// With what `--timeout` says of a call, all attempts and pauses together.
    fn limited(&self, builder: DanClientBuilder) -> DanClientBuilder {
        match self.options.timeout {
            Some(timeout) => builder.timeout(timeout).deadline(timeout),
            None => builder,
        }
    }

    fn in_context(&self, handle: AccreditationHandle) -> Result<AccreditationHandle, Failure> {
        Ok(match &self.configuration()?.service_context {
            Some(name) => handle.service_context(name),
            None => handle,
        })
    }

    /// A client for what is public. A wrong key is no hindrance. With mutual TLS, an address of one's own may be a
    /// certificate endpoint, which lets nobody in without a certificate, not even to what is public.
    pub(crate) fn public_client(&self) -> Result<DanClient, Failure> {
        let configuration = self.configuration()?;
        let mutual_tls =
            configuration.authentication_method().ok() == Some(AuthenticationMethod::Certificate);
        let mut builder = public(configuration)?;
        if mutual_tls
            && configuration.base_url.is_some()
            && let Ok(identity) = configuration.client_identity()
        {
            builder = builder.client_identity(identity);
        }
        Ok(self.limited(builder).build()?)
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
        let configuration = sources.load()?;
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

/// A client without a way of authenticating.
fn public(configuration: &Configuration) -> Result<DanClientBuilder, Error> {
    let mut public = configuration.clone();
    public.authentication = Some(AuthenticationMethod::None);
    public.builder()
}

/// The organization in a token: `0192:991825827` in the claim `consumer`.
pub(crate) fn organization_of(claims: &Map<String, Value>) -> Option<String> {
    let number = claims.get("consumer")?.get("ID")?.as_str()?;
    Some(number.rsplit(':').next().unwrap_or(number).to_owned())
}

fn form_of(configuration: &Configuration) -> Result<Option<OutputForm>, Error> {
    let Some(name) = &configuration.output else { return Ok(None) };
    clap::ValueEnum::from_str(name, false).map(Some).map_err(|_| {
        let message = format!("there is no form of results '{name}'; 'output' is human, json or ndjson");
        Error::new(ErrorKind::Configuration, message)
    })
}
