//! What a source answers: values as they are, or JMESPath expressions over the subject and the parameters.

use jiff::Timestamp;
use jmespath::{Context, DEFAULT_RUNTIME, Expression, Rcvar, Variable, interpret};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::evidence_code::{EvidenceCode, EvidenceValue};
use super::source_failure::{Failure, FailureFile, SourceFailure};
use super::value_template::{ValueFile, ValueTemplate};
use crate::clock;

/// What the expressions of an answer see.
pub(crate) struct AnswerScope<'a> {
    /// The subject's bare identifier.
    pub(crate) subject: Option<&'a str>,
    /// The subject's entry in the register of legal entities, or null.
    pub(crate) unit: &'a Value,
    /// The subject's entry in the population register, or null.
    pub(crate) person: &'a Value,
    /// The parameters, texts by name.
    pub(crate) parameters: &'a Value,
    pub(crate) now: Timestamp,
}

/// An answer, ready to be given.
#[derive(Debug)]
pub(crate) struct Answer {
    data: Value,
    failures: Vec<Failure>,
    values: Vec<ValueTemplate>,
}

/// An answer cannot be given, because its data is wrong.
#[derive(Debug, Error)]
pub(crate) enum AnswerError {
    #[error("the answer names the value {0}, which the evidence code does not have")]
    UnknownValue(String),
    #[error("the value {0} must have either a value, an expression or a number of bytes")]
    ValueOrExpression(String),
    #[error("the expression is no JMESPath: {0}")]
    Expression(#[from] jmespath::JmespathError),
    #[error("validFrom and validTo must be times, and '{0}' is none")]
    Time(String),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// An answer as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AnswerFile {
    /// What the expressions see as `data`.
    #[serde(default)]
    data: Value,
    /// When the source refuses.
    #[serde(default)]
    failures: Vec<FailureFile>,
    values: Vec<ValueFile>,
}

impl Answer {
    pub(super) fn new(file: AnswerFile, evidence_code: &EvidenceCode) -> Result<Self, AnswerError> {
        let values = file.values.into_iter().map(|value| ValueTemplate::new(value, evidence_code));
        let failures = file.failures.into_iter().map(Failure::new);
        Ok(Self {
            data: file.data,
            values: values.collect::<Result<_, _>>()?,
            failures: failures.collect::<Result<_, _>>()?,
        })
    }

    /// The values for a subject and its parameters, or the source's refusal.
    pub(crate) fn give(
        &self,
        scope: &AnswerScope<'_>,
    ) -> Result<Result<Vec<EvidenceValue>, SourceFailure>, AnswerError> {
        let variables = self.variables(scope)?;
        for failure in &self.failures {
            if let Some(refusal) = failure.give(&variables)? {
                return Ok(Err(refusal));
            }
        }
        let timestamp = clock::with_z(scope.now);
        let mut values = Vec::new();
        for template in &self.values {
            template.give(&variables, &timestamp, &mut values)?;
        }
        Ok(Ok(values))
    }

    fn variables(&self, scope: &AnswerScope<'_>) -> Result<Rcvar, AnswerError> {
        let variables = json!({
            "subject": scope.subject,
            "unit": scope.unit,
            "person": scope.person,
            "parameters": scope.parameters,
            "now": clock::with_z(scope.now),
            "data": self.data,
        });
        Ok(Rcvar::new(Variable::from_serializable(variables)?))
    }
}

/// As [`Expression::search`], but over variables that need not be converted anew for each expression.
pub(super) fn search(expression: &Expression<'static>, variables: &Rcvar) -> Result<Rcvar, AnswerError> {
    let mut context = Context::new(expression.as_str(), &DEFAULT_RUNTIME);
    Ok(interpret(variables, expression.as_ast(), &mut context)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::SourceErrorCode;

    fn evidence_code() -> EvidenceCode {
        serde_json::from_value(json!({
            "evidenceCodeName": "X", "description": null, "isAsynchronous": false,
            "values": [
                { "evidenceValueName": "a", "source": "S", "valueType": "string" },
                { "evidenceValueName": "b", "source": "S", "valueType": "jsonSchema" },
            ],
            "authorizationRequirements": [], "belongsToServiceContexts": [], "isPublic": false,
        }))
        .unwrap()
    }

    fn answer(file: Value) -> Result<Answer, String> {
        Answer::new(serde_json::from_value(file).unwrap(), &evidence_code())
            .map_err(|error| error.to_string())
    }

    fn give(file: Value) -> Result<Vec<(String, Option<Value>)>, SourceFailure> {
        let scope = AnswerScope {
            subject: Some("1"),
            unit: &Value::Null,
            person: &Value::Null,
            parameters: &json!({ "from": "2026-02-01" }),
            now: Timestamp::UNIX_EPOCH,
        };
        let values = answer(file).unwrap().give(&scope).unwrap()?;
        Ok(values.into_iter().map(|value| (value.name, value.value)).collect())
    }

    #[test]
    fn gives_literals_and_expressions() {
        let file = json!({ "values": [
            { "evidenceValueName": "a", "value": "text" },
            { "evidenceValueName": "a", "expression": "subject" },
            { "evidenceValueName": "a", "expression": "unit.navn" },
            { "evidenceValueName": "a", "expression": "unit.navn", "omitWhenNull": true },
            { "evidenceValueName": "b", "expression": "{s: subject}", "asText": true },
        ] });
        let expected = [
            ("a", Some(json!("text"))),
            ("a", Some(json!("1"))),
            ("a", None),
            ("b", Some(json!(r#"{"s":"1"}"#))),
        ];
        assert_eq!(give(file).unwrap(), expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn repeats_a_value_for_each_item_that_qualifies() {
        let file = json!({
            "data": [{ "of": "1", "n": 10 }, { "of": "2", "n": 20 }, { "of": "1", "n": 30 }],
            "values": [{
                "evidenceValueName": "a", "forEach": "data", "when": "item.of == subject", "expression": "item.n",
            }],
        });
        let values: Vec<_> = give(file).unwrap().into_iter().map(|(_, value)| value.unwrap()).collect();
        assert_eq!(values, [json!(10), json!(30)]);
    }

    #[test]
    fn a_source_can_refuse() {
        let file = json!({
            "failures": [{
                "when": "!unit", "code": 3002, "detailCode": "S-1",
                "detailDescription": "join(' ', [subject, 'was not found'])",
            }],
            "values": [],
        });
        let failure = give(file).unwrap_err();
        assert_eq!(failure.code, SourceErrorCode::PermanentClient);
        assert_eq!(failure.detail_code, "S-1");
        assert_eq!(failure.detail_description, "1 was not found");
    }

    #[test]
    fn says_what_is_wrong_with_an_answer() {
        let messages = [
            json!({ "values": [{ "evidenceValueName": "c", "value": 1 }] }),
            json!({ "values": [{ "evidenceValueName": "a" }] }),
            json!({ "values": [{ "evidenceValueName": "a", "value": 1, "expression": "b" }] }),
            json!({ "values": [{ "evidenceValueName": "a", "expression": "b[" }] }),
        ]
        .map(|file| answer(file).unwrap_err().lines().next().unwrap().to_owned());
        insta::assert_debug_snapshot!(messages, @r#"
        [
            "the answer names the value c, which the evidence code does not have",
            "the value a must have either a value, an expression or a number of bytes",
            "the value a must have either a value, an expression or a number of bytes",
            "the expression is no JMESPath: Parse error: Expected number, ':', or '*' -- found Eof (line 0, column 2)",
        ]
        "#);
    }
}
