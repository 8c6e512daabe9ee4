//! Settings from options, variables and profiles.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use dan_client::{
    AuthenticationMethod, Configuration, ConfigurationSources, Environment, ErrorKind, Origin, Setting,
};

const SECRET: &str = "s3cret-of-a-test";

/// A folder with a configuration file.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("config.toml")
    }

    /// What is wrong with the file, without the folder's name.
    fn complaint(&self) -> String {
        let error = ConfigurationSources::new().file(self.file()).load().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.to_string().replace(&self.0.path().display().to_string(), "FOLDER")
    }
}

fn pairs(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn from(variables: &[(&str, &str)]) -> Result<Configuration, dan_client::Error> {
    Configuration::from_variables(pairs(variables))
}

#[test]
fn an_option_goes_before_a_variable_before_a_profile_before_the_default() {
    let folder = Folder::with("[profiles.default]\nenvironment = 'local'\nservice_context = 'eBevis'\n");
    let load = |option: Option<&str>, variable: &str, file: bool| {
        let mut sources = ConfigurationSources::new().variables(pairs(&[("DAN_ENVIRONMENT", variable)]));
        if file {
            sources = sources.file(folder.file());
        }
        if let Some(option) = option {
            sources = sources.option(Setting::Environment, option);
        }
        let configuration = sources.load().unwrap();
        let settings = configuration.effective_settings();
        let origin = settings.iter().find(|setting| setting.key == "environment");
        (configuration.environment, origin.map(|setting| setting.origin.clone()))
    };
    assert_eq!(load(Some("production"), "dev", true), (Environment::Production, Some(Origin::Option)));
    let variable = Origin::Variable("DAN_ENVIRONMENT".to_owned());
    assert_eq!(load(None, "dev", true), (Environment::Development, Some(variable)));
    let profile = Origin::Profile { name: "default".to_owned(), file: folder.file(), line: 2 };
    assert_eq!(load(None, "", true), (Environment::Local, Some(profile)));
    assert_eq!(load(None, "", false), (Environment::Test, None));
}

#[test]
fn a_profile_is_named_by_the_caller_or_a_variable_or_the_file() {
    let folder = Folder::with(
        "profile = 'second'\n[profiles.first]\ntimeout = '1s'\n[profiles.second]\ntimeout = '2s'\n[profiles.third]\ntimeout = '3s'\n",
    );
    let timeout = |profile: Option<&str>, variable: &str| {
        let sources =
            ConfigurationSources::new().file(folder.file()).variables(pairs(&[("DAN_PROFILE", variable)]));
        let sources = match profile {
            Some(name) => sources.profile(name),
            None => sources,
        };
        sources.load().map(|configuration| configuration.timeout.unwrap_or_default())
    };
    assert_eq!(timeout(Some("first"), "third").unwrap(), Duration::from_secs(1));
    assert_eq!(timeout(None, "third").unwrap(), Duration::from_secs(3));
    assert_eq!(timeout(None, "").unwrap(), Duration::from_secs(2));
    let unknown = timeout(Some("fourth"), "").unwrap_err().to_string();
    assert!(unknown.contains("no profile 'fourth'; there are: first, second, third"), "{unknown}");
}

/// The example with every comment that holds a setting opened.
fn opened_example() -> String {
    let setting = |line: &str| line.strip_prefix("# ").filter(|line| line.contains(" = ")).map(str::to_owned);
    Configuration::EXAMPLE_FILE
        .lines()
        .map(|line| setting(line).unwrap_or_else(|| line.to_owned()) + "\n")
        .filter(|line| !line.starts_with("profile ="))
        .collect()
}

#[test]
fn the_example_says_nothing_and_names_everything() {
    let folder = Folder::with(Configuration::EXAMPLE_FILE);
    let configuration = ConfigurationSources::new().file(folder.file()).load().unwrap();
    assert!(configuration.effective_settings().is_empty());

    let opened = opened_example();
    for setting in Setting::ALL {
        let name = setting.key().rsplit('.').next().unwrap();
        let named = |name: &str| opened.lines().any(|line| line.starts_with(&format!("{name} = ")));
        assert!(named(name) || named(&format!("{name}_file")), "{setting}");
    }
    // A secret may stand there in one way only; its file is shown first.
    let text: String = opened
        .lines()
        .filter(|line| !line.starts_with("subscription_key = ") && !line.starts_with("key_password = "))
        .map(|line| format!("{}\n", line.replace('…', "0123456789abcdef")))
        .collect();
    let folder = Folder::with(&text);
    for file in ["subscription-key", "studio-key", "password", "token", "client.jwk"] {
        std::fs::write(folder.0.path().join(file), SECRET).unwrap();
    }
    let configuration = ConfigurationSources::new().file(folder.file()).load().unwrap();
    // Two subscription keys belong to service contexts.
    assert_eq!(configuration.effective_settings().len(), Setting::ALL.len() + 2);
    assert_eq!(configuration.key_files.pkcs12.as_deref(), Some(&*folder.0.path().join("enterprise.p12")));
    assert_eq!(
        configuration.maskinporten.scopes.as_deref(),
        Some("altinn:dataaltinnno altinn:dataaltinnno/ebevis")
    );
    let shown = format!("{configuration:?}");
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn a_mistake_in_the_file_names_its_line_and_no_value() {
    let mistakes = [
        ("misspelt", format!("[profiles.default]\nenviroment = '{SECRET}'\n")),
        ("misspelt below", format!("[profiles.a.maskinporten]\nclient = '{SECRET}'\n")),
        ("outside of a profile", format!("subscription_key = '{SECRET}'\n")),
        ("of another kind", "[profiles.default]\n\ntimeout = true\n".to_owned()),
        ("no table", format!("[profiles]\ndefault = '{SECRET}'\n")),
        ("unquoted", format!("[profiles.default]\naccess_token = {SECRET}\n")),
        ("not closed", format!("[profiles.default]\naccess_token = '{SECRET}\n")),
        ("twice", format!("[profiles.default]\naccess_token = '{SECRET}'\naccess_token = '{SECRET}'\n")),
        ("in two ways", format!("[profiles.default]\naccess_token = '{SECRET}'\naccess_token_file = 'x'\n")),
        ("a file that is not there", "[profiles.default]\naccess_token_file = 'nothing'\n".to_owned()),
        ("a key of a context", "[profiles.default.subscription_keys]\neBevis = { path = 'x' }\n".to_owned()),
        ("no such profile", "profile = 'x'\n[profiles.default]\n".to_owned()),
        ("no such environment", "[profiles.default]\nenvironment = 'tset'\n".to_owned()),
        ("no length of time", "[profiles.default]\ntimeout = 30\n".to_owned()),
        ("no way of authenticating", "[profiles.default]\nauth = 'basic'\n".to_owned()),
    ];
    let mut report = String::new();
    for (mistake, text) in &mistakes {
        report.push_str(&format!("{mistake}\n  {}\n", Folder::with(text).complaint()));
    }
    assert!(!report.contains(SECRET), "{report}");
    insta::assert_snapshot!(report);
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let error = ConfigurationSources::new().file("/nowhere/config.toml").load().unwrap_err();
    assert!(error.to_string().contains("'/nowhere/config.toml' cannot be read"), "{error}");
    let error = from(&[("DAN_PROFILE", "test")]).unwrap_err();
    assert!(error.to_string().contains("DAN_CONFIG"), "{error}");
}

#[test]
fn a_secret_comes_from_one_place() {
    let folder = Folder::with("");
    let path = folder.0.path().join("key");
    std::fs::write(&path, format!("{SECRET}\n")).unwrap();
    let path = path.to_str().unwrap();

    let from_file = from(&[("DAN_ACCESS_TOKEN_FILE", path)]).unwrap();
    assert_eq!(from_file.access_token.unwrap().expose(), SECRET);
    let both = from(&[("DAN_ACCESS_TOKEN", "a"), ("DAN_ACCESS_TOKEN_FILE", path)]).unwrap_err();
    insta::assert_snapshot!(both, @"DAN_ACCESS_TOKEN and DAN_ACCESS_TOKEN_FILE are both set; keep one");
    let missing = from(&[("DAN_ACCESS_TOKEN_FILE", "/nowhere/key")]).unwrap_err();
    assert!(missing.to_string().starts_with("DAN_ACCESS_TOKEN_FILE: '/nowhere/key' cannot be read"));
}

#[test]
fn a_variable_s_key_goes_before_the_profile_s_of_the_same_context() {
    let folder =
        Folder::with("[profiles.default.subscription_keys]\n'Altinn Studio-apps' = 'a'\nTilda = 'b'\n");
    let configuration = ConfigurationSources::new()
        .file(folder.file())
        .variables(pairs(&[
            ("DAN_SUBSCRIPTION_KEY_ALTINN_STUDIO_APPS", "c"),
            ("DAN_SUBSCRIPTION_KEY_FILE", ""),
        ]))
        .load()
        .unwrap();
    let mut shown: Vec<String> = configuration
        .effective_settings()
        .iter()
        .map(|setting| format!("{} {} {}", setting.key, setting.value, setting.origin))
        .collect();
    shown.sort();
    insta::assert_snapshot!(shown.join("\n").replace(&*Path::new(&folder.file()).to_string_lossy(), "FILE"), @r"
    subscription_keys.ALTINN_STUDIO_APPS [redacted] variable DAN_SUBSCRIPTION_KEY_ALTINN_STUDIO_APPS
    subscription_keys.Tilda [redacted] profile 'default', FILE:3
    ");
}

#[test]
fn the_key_of_a_context_may_lie_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "0123456789abcdef\n").unwrap();
    let named = ("DAN_SUBSCRIPTION_KEY_EBEVIS_FILE", file.to_str().unwrap());
    let configuration = from(&[named]).unwrap();
    assert_eq!(configuration.subscription_keys.service_contexts().collect::<Vec<_>>(), ["EBEVIS"]);
    let origin = Origin::Variable("DAN_SUBSCRIPTION_KEY_EBEVIS_FILE".to_owned());
    assert_eq!(configuration.effective_settings()[0].origin, origin);

    let twice = from(&[named, ("DAN_SUBSCRIPTION_KEY_EBEVIS", "key")]).unwrap_err().to_string();
    assert!(twice.contains("are both set; keep one"), "{twice}");
}

#[test]
fn a_value_that_cannot_be_right_is_told_with_its_place() {
    let commas =
        from(&[("MASKINPORTEN_SCOPES", "altinn:dataaltinnno, altinn:dataaltinnno/ebevis")]).unwrap_err();
    assert!(commas.to_string().ends_with("put blanks there (variable MASKINPORTEN_SCOPES)"), "{commas}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "-----BEGIN PRIVATE KEY-----\n").unwrap();
    let error = from(&[("DAN_CA_FILE", file.to_str().unwrap())]).unwrap().client().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("ca.pem': no certificate in PEM stands in it"), "{error}");
}

#[test]
fn the_way_of_authenticating_follows_from_what_is_there() {
    let client = ("MASKINPORTEN_CLIENT_ID", "client");
    let jwk = ("MASKINPORTEN_CLIENT_JWK", "{}");
    let pkcs12 = ("DAN_PKCS12_FILE", "enterprise.p12");
    let token = ("DAN_ACCESS_TOKEN", "token");
    let method = |variables: &[(&str, &str)]| from(variables).unwrap().authentication_method();
    assert_eq!(method(&[]).unwrap(), AuthenticationMethod::None);
    assert_eq!(method(&[client, jwk]).unwrap(), AuthenticationMethod::Maskinporten);
    assert_eq!(method(&[client, pkcs12]).unwrap(), AuthenticationMethod::Maskinporten);
    assert_eq!(method(&[pkcs12]).unwrap(), AuthenticationMethod::Certificate);
    assert_eq!(method(&[client, jwk, token]).unwrap(), AuthenticationMethod::Token);

    let ambiguous = method(&[client, jwk, pkcs12]).unwrap_err();
    assert_eq!(ambiguous.kind(), ErrorKind::Configuration);
    assert!(ambiguous.to_string().contains("say which one: maskinporten"), "{ambiguous}");
    let said = ConfigurationSources::new()
        .variables(pairs(&[client, jwk, pkcs12]))
        .option(Setting::Auth, "certificate")
        .load()
        .unwrap();
    assert_eq!(said.authentication_method().unwrap(), AuthenticationMethod::Certificate);
}
