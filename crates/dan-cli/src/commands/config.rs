//! `dan config`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use dan_client::{Configuration, EffectiveSetting, Environment, Setting, default_configuration_file};
use serde::Serialize;

use crate::failure::Failure;
use crate::file;
use crate::output::table::table;
use crate::output::write_text;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Write a configuration file in which everything is explained and nothing is set
    #[command(
        after_help = "Without --config, it goes where 'dan' looks for it: dan/config.toml below $XDG_CONFIG_HOME or\n\
        ~/.config, and below %APPDATA% on Windows.\n\n\
        Examples:\n  dan config init\n  dan config init --print"
    )]
    Init(InitOptions),
    /// Show which settings are in force and where each comes from; secrets are masked
    #[command(
        after_help = "Examples:\n  dan config show\n  dan config show --profile production --output json"
    )]
    Show,
}

#[derive(Debug, Args)]
pub(crate) struct InitOptions {
    /// Write it to standard output instead
    #[arg(long)]
    print: bool,
    /// Replace the file that is there
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(session: &Session, command: ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Init(options) => init(session, &options),
        ConfigCommand::Show => show(session),
    }
}

fn init(session: &Session, options: &InitOptions) -> Result<(), Failure> {
    if options.print {
        return write_text(Configuration::EXAMPLE_FILE);
    }
    let path = place(session).ok_or_else(|| {
        Failure::Usage("there is no home directory; say where the file goes with --config".to_owned())
    })?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::Io(format!("'{}' cannot be made", folder.display()), error))?;
    }
    file::write(&path, Configuration::EXAMPLE_FILE.as_bytes(), options.force)?;
    session.note(format_args!(
        "wrote '{}'; edit it, then see 'dan config show' and 'dan doctor'",
        path.display()
    ));
    Ok(())
}

/// Where the configuration file is looked for.
fn place(session: &Session) -> Option<PathBuf> {
    let by_variable = || std::env::var_os("DAN_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    session.options().config.clone().or_else(by_variable).or_else(default_configuration_file)
}

fn show(session: &Session) -> Result<(), Failure> {
    let configuration = session.configuration()?;
    let settings = in_force(configuration);
    let documents: Vec<SettingDocument> = settings.iter().map(SettingDocument::of).collect();
    session.form().print_list(&documents, || {
        let rows = documents
            .iter()
            .map(|setting| [setting.setting.clone(), setting.value.clone(), setting.origin.clone()]);
        table(["Setting", "Value", "From"], rows, "")
    })
}

/// What somebody has given, and the defaults of what matters to every call.
fn in_force(configuration: &Configuration) -> Vec<(String, String, String)> {
    let given = configuration.effective_settings();
    let is_given = |key: &str| given.iter().any(|setting| setting.key == key);
    let told =
        |setting: &EffectiveSetting| (setting.key.clone(), setting.value.clone(), setting.origin.to_string());
    let mut settings: Vec<_> = given.iter().map(told).collect();
    let mut default = |setting: Setting, value: String, from: &str| {
        if !is_given(setting.key()) {
            settings.push((setting.key().to_owned(), value, from.to_owned()));
        }
    };
    default(Setting::Environment, Environment::default().to_string(), "default");
    default(Setting::BaseUrl, configuration.environment.origin().to_owned(), "the environment");
    let method = configuration.authentication_method();
    let method = method.map_or_else(|error| error.to_string(), |method| method.to_string());
    default(Setting::Auth, method, "what is configured");
    settings.sort();
    settings
}

#[derive(Serialize)]
struct SettingDocument {
    setting: String,
    value: String,
    origin: String,
}

impl SettingDocument {
    fn of((setting, value, origin): &(String, String, String)) -> Self {
        Self { setting: setting.clone(), value: value.clone(), origin: origin.clone() }
    }
}
