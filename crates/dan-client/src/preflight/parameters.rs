//! Whether the parameters are those of the dataset.

use dan_model::{EvidenceParameter, ParameterType, Timestamp, mask_personal_numbers};

use crate::near_name::near_name;
use crate::preflight::{Finding, Question};

/// What is wrong with the parameters, by the rules that the service has.
pub(super) fn findings(question: &Question<'_>, defined: &[EvidenceParameter]) -> Vec<Finding> {
    let given = |name: &str| question.parameters.iter().filter(|(given, _)| given == name).count();
    let mut findings = Vec::new();
    for (name, value) in question.parameters {
        let Some(parameter) = defined.iter().find(|parameter| parameter.evidence_param_name == *name) else {
            let names = defined.iter().map(|parameter| parameter.evidence_param_name.as_str());
            let near = near_name(name, names).map(str::to_owned);
            findings.push(Finding::UnknownParameter {
                parameter: mask_personal_numbers(name).into_owned(),
                near,
            });
            continue;
        };
        findings.extend(of_value(parameter, value));
    }
    for parameter in defined {
        let name = &parameter.evidence_param_name;
        match given(name) {
            0 if parameter.required == Some(true) => findings.push(Finding::MissingParameter {
                parameter: name.clone(),
                parameter_type: parameter.param_type.clone(),
            }),
            0 | 1 => {}
            _ => findings.push(Finding::RepeatedParameter { parameter: name.clone() }),
        }
    }
    findings
}

fn of_value(parameter: &EvidenceParameter, value: &str) -> Option<Finding> {
    let name = parameter.evidence_param_name.clone();
    let wrong = |expected: ParameterType| Finding::WrongParameterType { parameter: name.clone(), expected };
    match parameter.param_type.as_ref()? {
        ParameterType::Boolean if !is_boolean(value) => Some(wrong(ParameterType::Boolean)),
        ParameterType::Number if !is_number(value) => Some(wrong(ParameterType::Number)),
        ParameterType::DateTime if !value.contains(|character: char| character.is_ascii_digit()) => {
            Some(wrong(ParameterType::DateTime))
        }
        ParameterType::DateTime if Timestamp::from(value).parse().is_err() => {
            Some(Finding::UnusualDate { parameter: name })
        }
        _ => None,
    }
}

fn is_boolean(value: &str) -> bool {
    let value = value.trim();
    value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}

/// A decimal number as .NET reads it in the invariant culture: a sign, digits, commas between thousands, a point.
fn is_number(value: &str) -> bool {
    let value = value.trim();
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.chars().all(|character| character.is_ascii_digit());
    (whole.len() + fraction.len() > 0) && all_digits(&whole.replace(',', "")) && all_digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_the_service_reads() {
        for right in ["1", "-1", "+12.5", " 7 ", "1,000", ".5", "5."] {
            assert!(is_number(right), "{right}");
        }
        for wrong in ["", "-", ".", "--1", "-+1", "one", "1e3", "1 000", "0x10", "1.2.3"] {
            assert!(!is_number(wrong), "{wrong}");
        }
    }

    #[test]
    fn each_type_takes_what_the_service_takes() {
        let judge = |parameter_type: &str, value: &str| {
            let parameter = EvidenceParameter::new("p").with_param_type(ParameterType::from(parameter_type));
            of_value(&parameter, value)
        };
        assert_eq!(judge("boolean", "True"), None);
        assert!(matches!(judge("boolean", "1"), Some(Finding::WrongParameterType { .. })));
        assert_eq!(judge("dateTime", "2026-01-01"), None);
        assert_eq!(judge("dateTime", "2026-01-01T10:00:00+01:00"), None);
        assert!(matches!(judge("dateTime", "01/02/2026"), Some(Finding::UnusualDate { .. })));
        assert!(matches!(judge("dateTime", "today"), Some(Finding::WrongParameterType { .. })));
        for anything in ["string", "uri", "attachment", "tomorrows"] {
            assert_eq!(judge(anything, ""), None, "{anything}");
        }
    }
}
