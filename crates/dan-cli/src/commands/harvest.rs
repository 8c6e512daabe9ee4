//! `dan harvest`

use std::io::{Read as _, Write as _};

use dan_client::{Evidence, Harvest};
use serde_json::Value;

use crate::arguments::{GlobalOptions, HarvestOptions, OutputForm};
use crate::failure::Failure;
use crate::settings;

pub(crate) async fn run(global: &GlobalOptions, options: HarvestOptions) -> Result<(), Failure> {
    let client = settings::configuration(global)?.client()?;
    let mut harvest = client.direct_harvest(options.dataset);
    if let Some(subject) = options.subject {
        harvest = harvest.subject(subject_text(subject)?);
    }
    if let Some(requestor) = options.requestor {
        harvest = harvest.requestor(requestor);
    }
    if options.reuse_token {
        harvest = harvest.reuse_token();
    }
    if options.on_behalf_of_owner {
        harvest = harvest.token_on_behalf_of_owner();
    }
    for (name, value) in options.parameters {
        harvest = harvest.parameter(name, value);
    }
    let written = if options.no_envelope {
        unenveloped(&harvest.unenveloped().await?, global.output)?
    } else {
        enveloped(&harvest.enveloped().await?, global.output)?
    };
    std::io::stdout().write_all(&written).map_err(Failure::output)
}

/// A command line can be seen by others; `-` and `@FILE` keep a person's number off it.
fn subject_text(subject: String) -> Result<String, Failure> {
    let text = if subject == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text).map_err(|error| {
            Failure::Io("the subject cannot be read from standard input".to_owned(), error)
        })?
    } else if let Some(path) = subject.strip_prefix('@') {
        std::fs::read_to_string(path)
            .map_err(|error| Failure::Usage(format!("the subject cannot be read from '{path}': {error}")))?
    } else {
        subject
    };
    Ok(text.trim().to_owned())
}

/// A dataset of bytes has no envelope, whatever was asked for.
fn enveloped(answer: &Harvest, output: OutputForm) -> Result<Vec<u8>, Failure> {
    if !answer.is_json() {
        return Ok(answer.bytes().to_vec());
    }
    let evidence = answer.evidence()?;
    Ok(match output {
        OutputForm::Human => table(&evidence).into_bytes(),
        OutputForm::Json => line(answer.bytes()),
        OutputForm::Ndjson => {
            let values = evidence.evidence_values.iter();
            values.filter_map(|value| serde_json::to_vec(value).ok()).flat_map(|json| line(&json)).collect()
        }
    })
}

/// For people, JSON is indented and a text alone is without its quotes; bytes go through as they are.
fn unenveloped(answer: &Harvest, output: OutputForm) -> Result<Vec<u8>, Failure> {
    if !answer.is_json() {
        return Ok(answer.bytes().to_vec());
    }
    Ok(match (output, answer.json()?) {
        (OutputForm::Human, Value::String(text)) => line(text.as_bytes()),
        (OutputForm::Human, _) => line(&indented(answer.bytes()).unwrap_or_else(|_| answer.bytes().to_vec())),
        (OutputForm::Json | OutputForm::Ndjson, _) => line(answer.bytes()),
    })
}

/// Token by token, since names may be repeated and their order says something.
fn indented(json: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let mut indented = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(json);
    serde_transcode::transcode(&mut reader, &mut serde_json::Serializer::pretty(&mut indented))?;
    Ok(indented)
}

fn table(evidence: &Evidence) -> String {
    let values = &evidence.evidence_values;
    let width =
        values.iter().map(|value| value.evidence_value_name.chars().count()).max().unwrap_or_default();
    values
        .iter()
        .map(|value| {
            let shown = match &value.value {
                None | Some(Value::Null) => "-".to_owned(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            format!("{:width$}  {shown}\n", value.evidence_value_name)
        })
        .collect()
}

fn line(bytes: &[u8]) -> Vec<u8> {
    let mut line = bytes.to_vec();
    line.push(b'\n');
    line
}
