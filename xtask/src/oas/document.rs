//! A document as JSON, once it is clear that it is a whole OpenAPI document.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// An OpenAPI document of version 3.0 or 3.1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    /// Where it comes from.
    pub(crate) name: String,
    /// What it says.
    pub(crate) content: Value,
}

impl Document {
    /// Reads a text, JSON or YAML.
    ///
    /// # Errors
    ///
    /// When the text is no OpenAPI 3.0 or 3.1 document, or not a whole one.
    pub(crate) fn parse(text: &str, name: &str) -> Result<Self> {
        let content = parse(text).and_then(check).with_context(|| format!("{name} cannot be used"))?;
        Ok(Self { name: name.to_owned(), content })
    }

    /// The version of OpenAPI that it is written in.
    pub(crate) fn openapi(&self) -> &str {
        self.content["openapi"].as_str().unwrap_or_default()
    }
}

fn parse(text: &str) -> Result<Value> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.chars().next() {
        None => bail!("it is empty"),
        Some('<') => bail!("it is a page (HTML or XML), not an OpenAPI document: check the address"),
        Some('{' | '[') => serde_json::from_str(text).map_err(|error| {
            if error.is_eof() {
                anyhow::anyhow!("it breaks off in line {}: only half of it is there", error.line())
            } else {
                anyhow::Error::new(error).context("it is not valid JSON")
            }
        }),
        Some(_) => serde_saphyr::from_str(text).context("it is neither valid JSON nor valid YAML"),
    }
}

fn check(content: Value) -> Result<Value> {
    let text = |member: &str| content.get(member).and_then(Value::as_str);
    match (text("openapi"), text("swagger")) {
        (Some(version), _) if version.starts_with("3.0.") || version.starts_with("3.1.") => {}
        (Some(version), _) => bail!("OpenAPI {version:?} is not supported: 3.0 and 3.1 are"),
        (None, Some(version)) => bail!("Swagger {version:?} is not supported: OpenAPI 3.0 and 3.1 are"),
        (None, None) => bail!("it is no OpenAPI document: the member `openapi` with its version is missing"),
    }
    for member in ["info", "paths"] {
        if !content[member].is_object() {
            bail!("it is no whole OpenAPI document: the member `{member}` is missing or no object");
        }
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_read_alike() {
        let json = r#"{"openapi":"3.0.1","info":{},"paths":{"/a":{"get":{"responses":{"200":{"description":"yes"}}}}}}"#;
        let yaml = "openapi: 3.0.1\ninfo: {}\npaths:\n  /a:\n    get:\n      responses:\n        200: {description: 'yes'}\n";
        assert_eq!(Document::parse(json, "a").unwrap(), Document::parse(yaml, "a").unwrap());
    }

    #[test]
    fn what_is_no_whole_document_is_told() {
        for (text, complaint) in [
            ("", "is empty"),
            ("<!DOCTYPE html><html>", "is a page"),
            (r#"{"openapi":"3.0.1","paths":{"/a":"#, "only half of it"),
            (r#"{"openapi":"3.0.1",}"#, "not valid JSON"),
            ("openapi: [", "neither valid JSON nor valid YAML"),
            ("Service unavailable", "no OpenAPI document"),
            ("[]", "no OpenAPI document"),
            (r#"{"statusCode":404,"message":"Resource not found"}"#, "no OpenAPI document"),
            (r#"{"swagger":"2.0"}"#, "Swagger \"2.0\" is not supported"),
            (r#"{"openapi":"4.0.0"}"#, "OpenAPI \"4.0.0\" is not supported"),
            (r#"{"openapi":"3.0.1","info":{}}"#, "`paths` is missing"),
            (r#"{"openapi":"3.0.1","info":{},"paths":[]}"#, "`paths` is missing"),
        ] {
            let error = format!("{:#}", Document::parse(text, "the answer").unwrap_err());
            assert!(error.starts_with("the answer cannot be used: "), "{error}");
            assert!(error.contains(complaint), "{text}: {error}");
        }
    }
}
