//! The parameters of a dataset, judged by what the dataset declares.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::error::DanError;
use super::error_code::ErrorCode;
use crate::catalogue::{EvidenceCode, EvidenceParameter, ParameterType};

/// Checks the given parameters, in the service's order.
pub(super) fn check_parameters(code: &EvidenceCode, given: &[(&str, &str)]) -> Result<(), DanError> {
    let declared = code.parameters();
    let dataset = &code.name;
    let refused = |text: String| Err(DanError::new(ErrorCode::Parameter, text));
    if declared.is_empty() && !given.is_empty() {
        return refused(format!("{dataset} takes no parameters, but {} given", counted(given.len())));
    }
    let required = declared.iter().filter(|parameter| parameter.is_required());
    if given.len() > declared.len() || given.len() < required.clone().count() {
        return refused(format!(
            "{dataset} takes {} parameters of which {} are required, but {} given",
            declared.len(),
            required.count(),
            counted(given.len())
        ));
    }
    let is_given = |parameter: &&EvidenceParameter| given.iter().any(|(name, _)| *name == parameter.name);
    if let Some(missing) = required.clone().find(|parameter| !is_given(parameter)) {
        return refused(format!("{dataset} requires the parameter {}", missing.name));
    }
    for (name, value) in given {
        let declaration = declared.iter().find(|parameter| parameter.name == *name);
        let Some(param_type) = declaration.and_then(|parameter| parameter.param_type) else {
            return refused(format!("{dataset} has no parameter {name}"));
        };
        if !is_value_of(param_type, value) {
            return refused(format!(
                "the parameter {name} of {dataset} is not of the type {}",
                type_name(param_type)
            ));
        }
    }
    Ok(())
}

fn counted(number: usize) -> String {
    if number == 1 { "1 was".to_owned() } else { format!("{number} were") }
}

fn is_value_of(param_type: ParameterType, value: &str) -> bool {
    match param_type {
        ParameterType::Boolean => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
        ParameterType::Number => is_number(value.trim()),
        ParameterType::DateTime => {
            let value = value.trim();
            value.parse::<Timestamp>().is_ok()
                || value.parse::<DateTime>().is_ok()
                || value.parse::<Date>().is_ok()
        }
        ParameterType::String | ParameterType::Attachment | ParameterType::Uri => true,
    }
}

/// A decimal number with a point: no exponent, no infinity.
fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok() && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.'))
}

fn type_name(param_type: ParameterType) -> &'static str {
    match param_type {
        ParameterType::Boolean => "boolean",
        ParameterType::Number => "number",
        ParameterType::String => "string",
        ParameterType::DateTime => "dateTime",
        ParameterType::Attachment => "attachment",
        ParameterType::Uri => "uri",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(parameters: &[(&str, &str, bool)]) -> EvidenceCode {
        let parameters: Vec<_> = parameters
            .iter()
            .map(|(name, param_type, required)| {
                json!({ "evidenceParamName": name, "paramType": param_type, "required": required })
            })
            .collect();
        serde_json::from_value(json!({
            "evidenceCodeName": "X", "description": null, "parameters": parameters, "isAsynchronous": false,
            "values": [], "authorizationRequirements": [], "belongsToServiceContexts": [], "isPublic": false,
        }))
        .unwrap()
    }

    fn refusal(code: &EvidenceCode, given: &[(&str, &str)]) -> Option<String> {
        check_parameters(code, given).err().map(|error| {
            assert_eq!(error.code, ErrorCode::Parameter);
            let body: serde_json::Value = serde_json::from_slice(error.response().body()).unwrap();
            body["description"].as_str().unwrap().split_once("requested: ").unwrap().1.to_owned()
        })
    }

    #[test]
    fn refuses_in_the_order_of_the_service() {
        let none = code(&[]);
        let one_of_two = code(&[("a", "number", true), ("b", "string", false)]);
        insta::assert_debug_snapshot!([
            refusal(&none, &[]),
            refusal(&none, &[("a", "1")]),
            refusal(&one_of_two, &[("a", "1"), ("b", "2"), ("c", "3")]),
            refusal(&one_of_two, &[]),
            refusal(&one_of_two, &[("b", "2")]),
            refusal(&one_of_two, &[("a", "1"), ("B", "2")]),
            refusal(&one_of_two, &[("a", "one")]),
            refusal(&one_of_two, &[("a", "1"), ("b", "")]),
        ]);
    }

    #[test]
    fn judges_values_by_type() {
        for (param_type, good, bad) in [
            ("boolean", &["true", "FALSE"][..], &["", "1", "yes"][..]),
            ("number", &["1", "-1.5", " 2 ", "007"], &["", "1e5", "inf", "1,5", "x"]),
            (
                "dateTime",
                &["2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05.1234567+01:00"],
                &["", "now", "32"],
            ),
            ("uri", &["", "anything"], &[]),
        ] {
            let code = code(&[("a", param_type, false)]);
            for value in good {
                assert_eq!(refusal(&code, &[("a", value)]), None, "{param_type} {value}");
            }
            for value in bad {
                assert!(refusal(&code, &[("a", value)]).is_some(), "{param_type} {value}");
            }
        }
    }
}
