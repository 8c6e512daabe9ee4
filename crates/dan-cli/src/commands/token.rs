//! `dan token`

use std::io::Write as _;

use crate::arguments::{GlobalOptions, OutputForm, TokenOptions};
use crate::failure::Failure;
use crate::settings;

pub(crate) async fn run(global: &GlobalOptions, options: &TokenOptions) -> Result<(), Failure> {
    let token = settings::configuration(global)?.access_token_provider()?.access_token().await?;
    let text = if options.claims {
        let claims = token.claims().ok_or_else(|| {
            Failure::Usage("the token is opaque: it holds no claims that could be shown".to_owned())
        })?;
        match global.output {
            OutputForm::Human => format!("{:#}", serde_json::Value::Object(claims)),
            OutputForm::Json | OutputForm::Ndjson => serde_json::Value::Object(claims).to_string(),
        }
    } else {
        match global.output {
            OutputForm::Human => token.expose().to_owned(),
            OutputForm::Json | OutputForm::Ndjson => {
                serde_json::json!({ "access_token": token.expose() }).to_string()
            }
        }
    };
    writeln!(std::io::stdout(), "{text}").map_err(Failure::output)
}
