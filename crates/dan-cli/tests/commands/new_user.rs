//! What somebody sees who has just built the command: every command, typed into a shell in a terminal, against
//! `dan sandbox`.

use std::path::Path;

use crate::pseudo_terminal::Terminal;
use crate::support::{RunningSandbox, bare_dan, with};

const COLUMNS: u16 = 80;

/// Somebody with a sandbox, its variables, and a folder to work in.
struct NewUser {
    sandbox: RunningSandbox,
    transcript: String,
}

impl NewUser {
    fn start() -> Self {
        Self { sandbox: RunningSandbox::start(), transcript: String::new() }
    }

    fn folder(&self) -> &Path {
        self.sandbox.folder.path()
    }

    /// Types a line, and takes down what is seen.
    fn types(&mut self, line: &str) {
        let (seen, code) = self.sees(line);
        self.transcript.push_str(&format!("$ {line}\n{seen}[{code}]\n\n"));
    }

    fn sees(&self, line: &str) -> (String, i32) {
        let mut variables: Vec<(&str, &str)> = vec![("NO_COLOR", "1")];
        variables.extend(self.sandbox.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let home = self.folder().join("home");
        variables.push(("XDG_CONFIG_HOME", home.to_str().unwrap()));
        let script = format!("cd '{}' && {line}", self.folder().display());
        let (seen, status) = Terminal::run_shell(&script, COLUMNS, &variables).end();
        (seen.lines().map(|line| after_progress(line).to_owned() + "\n").collect(), status.code().unwrap())
    }

    /// An accreditation for a dataset.
    fn accreditation(&self, dataset: &[&str]) -> String {
        let request = ["request", "--subject", "998997801", "--service-context", "eBevis"];
        self.sandbox.json(&with(&request, dataset))["id"].as_str().unwrap().to_owned()
    }
}

/// What stays of a line when the progress in it is gone, which a slow machine shows.
fn after_progress(line: &str) -> &str {
    let line = line.rsplit("\u{1b}[2K").next().unwrap_or_default();
    let line = line.rsplit('\r').next().unwrap_or_default();
    line.trim_start_matches("\u{1b}[1A")
}

#[test]
fn every_command_is_tried_in_a_terminal() {
    let mut user = NewUser::start();
    let signing_key = user.sandbox.ready["signing_key_file"].as_str().unwrap().to_owned();
    std::fs::copy(signing_key, user.folder().join("dan.pem")).unwrap();
    std::fs::write(user.folder().join("person"), "15867010022\n").unwrap();
    let held = user.accreditation(&["--dataset", "UnitBasicInformation"]);
    let pending =
        user.accreditation(&["--dataset", "RestanserV2:consent", "--consent-reference", "Tender 2026/17"]);

    for line in [
        "dan --help",
        "dan config init",
        "dan config init",
        "dan config show --output ndjson | head -1",
        "dan doctor | grep -v ' = '",
        "dan token --claims",
        "dan datasets list --search skatt",
        "dan datasets show MvaMeldingsOpplysning",
        "dan datasets codegen Roller --out roller.rs",
        "dan datasets list --output json > metadata.json",
        "dan datasets check --against metadata.json",
        "dan harvest UnitBasicInformation --subject 991825827 --service-context eBevis",
        "dan harvest Roller --subject 998997801 --param RolleFilter=DAGL",
        "dan harvest FregPerson --subject @person --on-behalf-of-owner --no-envelope",
        "echo 998997801 | dan harvest UnitBasicInformation --subject - --field OrganizationName",
        "dan harvest TildaMetadatav1 --out tilda.json --key dan.pem",
        "dan harvest TildaMetadatav1 --out tilda.json",
        "dan verify tilda.json --key dan.pem",
        "dan harvest RestanserV2 --subject 998997801",
        "dan request --subject 998997801 --dataset UnitBasicInformation --wait --service-context eBevis",
        "dan status PENDING",
        "dan status PENDING --wait --timeout 1s",
        "dan evidence PENDING RestanserV2",
        "dan evidence HELD UnitBasicInformation --query OrganizationName",
        "dan accreditations list --service-context eBevis --query 'length([])'",
        "dan accreditations remind PENDING",
        "dan accreditations remind PENDING",
        "dan accreditations reminders PENDING",
        "dan accreditations delete HELD",
        "dan accreditations delete HELD",
        "dan codes statuses",
        "dan codes errors | head -4",
        "dan service-contexts --output ndjson | head -3",
        "dan usage last-year",
        "dan open-data UnitBasicInformation 991825827 --query OrganizationName",
        "dan unit 991825827",
        "dan unit 998997801 --hierarchy",
        "dan version",
        "dan completions bash | head -1",
        "dan certificate inspect dan.pem",
    ] {
        user.types(&line.replace("HELD", &held).replace("PENDING", &pending));
    }
    let said = user.transcript.replace(&held, "HELD").replace(&pending, "PENDING");
    assert!(!said.contains('\u{1b}'), "{}", said.replace('\u{1b}', "^["));
    insta::with_settings!({ filters => vec![
        (user.folder().to_str().unwrap(), "FOLDER"),
        (r"/\S*/dan-sandbox-\w+/", "SANDBOX/"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
        (r"dan \S+ on \w+ \w+, \S+", "dan VERSION on SYSTEM, TIME"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
        (r#""(exp|iat)": \d+"#, r#""$1": TIME"#),
        (r#""jti": "[^"]+""#, r#""jti": "…""#),
        (r"answers in \d+ ms", "answers in N ms"),
        (r"HTTP (\d+), request \w+\)", "HTTP $1, request ID)"),
        (r"key id '[^']+'", "key id 'KID'"),
    ] }, { insta::assert_snapshot!(said) });
}

/// The commands in the transcript are all there are.
#[test]
fn no_command_is_left_out() {
    let help = String::from_utf8(bare_dan(&["--help"]).output().unwrap().stdout).unwrap();
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands =
        listed.take_while(|line| !line.is_empty()).map(|line| line.split_whitespace().next().unwrap());
    let here = include_str!("new_user.rs");
    for command in commands {
        assert!(here.contains(&format!("dan {command}")), "{command}");
    }
}

#[test]
fn the_demonstration_runs_in_a_terminal() {
    let (seen, code) = NewUser::start().sees("dan demo");
    assert_eq!(code, 0, "{seen}");
    assert!(seen.contains("1. ") && seen.contains("genuine: "), "{seen}");
}

#[test]
fn a_sandbox_runs_until_it_is_interrupted() {
    let mut terminal = Terminal::run(&["sandbox"], COLUMNS, &[("NO_COLOR", "1")]);
    terminal.wait_for("\"base_url\":");
    terminal.press(&[3]);
    let (seen, status) = terminal.end();
    assert!(status.success(), "{status}: {seen}");
    assert!(seen.contains("Stop it with Ctrl-C"), "{seen}");
}
