//! What a source answers: values as they are, or JMESPath expressions over the subject and the parameters.

use jiff::Timestamp;
use jmespath::{Context, DEFAULT_RUNTIME, Expression, Rcvar, Variable, interpret};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::evidence_code::{EvidenceCode, EvidenceValue, ValueDefinition};
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

/// The source's own refusal: 3001, 3002 or 3003; or 1013, when it cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFailure {
    pub(crate) code: SourceErrorCode,
    pub(crate) detail_code: String,
    pub(crate) detail_description: String,
}

/// How a source can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u16")]
pub(crate) enum SourceErrorCode {
    /// 1013: the source is down, or takes too long.
    Unreachable,
    /// 3001: it may be better in a while.
    Transient,
    /// 3002: the input is wrong.
    PermanentClient,
    /// 3003: the source is broken.
    PermanentServer,
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FailureFile {
    /// The refusal is given when this expression is true.
    when: String,
    code: SourceErrorCode,
    /// The source's own number for it; none with 1013.
    #[serde(default)]
    detail_code: String,
    /// An expression; nothing is said without it.
    #[serde(default = "nothing")]
    detail_description: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ValueFile {
    evidence_value_name: String,
    value: Option<Value>,
    expression: Option<String>,
    /// The value is that many bytes, as this expression says.
    bytes: Option<String>,
    /// The value is repeated for each item of the list that this expression gives, which others see as `item`.
    for_each: Option<String>,
    /// The value is given when this expression is true.
    when: Option<String>,
    /// JSON is given as text that holds it.
    #[serde(default)]
    as_text: bool,
    /// A value that comes out as null is left out, instead of given without its `value`.
    #[serde(default)]
    omit_when_null: bool,
}

#[derive(Debug)]
struct Failure {
    when: Expression<'static>,
    code: SourceErrorCode,
    detail_code: String,
    detail_description: Expression<'static>,
}

#[derive(Debug)]
struct ValueTemplate {
    definition: ValueDefinition,
    content: Content,
    for_each: Option<Expression<'static>>,
    when: Option<Expression<'static>>,
    as_text: bool,
    omit_when_null: bool,
}

#[derive(Debug)]
enum Content {
    Literal(Value),
    Expression(Expression<'static>),
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
            if search(&failure.when, &variables)?.is_truthy() {
                return Ok(Err(failure.give(&variables)?));
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

impl Failure {
    fn new(file: FailureFile) -> Result<Self, AnswerError> {
        Ok(Self {
            when: jmespath::compile(&file.when)?,
            code: file.code,
            detail_code: file.detail_code,
            detail_description: jmespath::compile(&file.detail_description)?,
        })
    }

    fn give(&self, variables: &Rcvar) -> Result<SourceFailure, AnswerError> {
        let description = search(&self.detail_description, variables)?;
        Ok(SourceFailure {
            code: self.code,
            detail_code: self.detail_code.clone(),
            detail_description: description.as_string().cloned().unwrap_or_default(),
        })
    }
}

impl ValueTemplate {
    fn new(file: ValueFile, evidence_code: &EvidenceCode) -> Result<Self, AnswerError> {
        let name = file.evidence_value_name;
        let Some(definition) = evidence_code.values.iter().find(|value| value.name == name) else {
            return Err(AnswerError::UnknownValue(name));
        };
        let content = match (file.value, file.expression, file.bytes) {
            (Some(value), None, None) => Content::Literal(value),
            (None, Some(expression), None) | (None, None, Some(expression)) => {
                Content::Expression(jmespath::compile(&expression)?)
            }
            _ => return Err(AnswerError::ValueOrExpression(name)),
        };
        Ok(Self {
            definition: definition.clone(),
            content,
            for_each: file.for_each.as_deref().map(jmespath::compile).transpose()?,
            when: file.when.as_deref().map(jmespath::compile).transpose()?,
            as_text: file.as_text,
            omit_when_null: file.omit_when_null,
        })
    }

    /// Adds the value, as often as it stands in the answer.
    fn give(
        &self,
        variables: &Rcvar,
        timestamp: &str,
        values: &mut Vec<EvidenceValue>,
    ) -> Result<(), AnswerError> {
        let Some(for_each) = &self.for_each else { return self.give_one(variables, timestamp, values) };
        for item in search(for_each, variables)?.as_array().into_iter().flatten() {
            self.give_one(&with_item(variables, item), timestamp, values)?;
        }
        Ok(())
    }

    fn give_one(
        &self,
        variables: &Rcvar,
        timestamp: &str,
        values: &mut Vec<EvidenceValue>,
    ) -> Result<(), AnswerError> {
        if let Some(when) = &self.when
            && !search(when, variables)?.is_truthy()
        {
            return Ok(());
        }
        let value = match &self.content {
            Content::Literal(value) => value.clone(),
            Content::Expression(expression) => serde_json::to_value(&*search(expression, variables)?)?,
        };
        if value.is_null() && self.omit_when_null {
            return Ok(());
        }
        let value = if self.as_text && !value.is_null() {
            Value::String(value.to_string())
        } else {
            with_times_respelled(value)
        };
        values.push(EvidenceValue {
            mime_type: self.definition.mime_type.clone(),
            name: self.definition.name.clone(),
            source: self.definition.source.clone(),
            timestamp: timestamp.to_owned(),
            value: Some(value).filter(|value| !value.is_null()),
            value_type: self.definition.value_type,
        });
        Ok(())
    }
}

/// The expression for an empty text.
fn nothing() -> String {
    "''".to_owned()
}

impl TryFrom<u16> for SourceErrorCode {
    type Error = String;

    fn try_from(number: u16) -> Result<Self, String> {
        match number {
            1013 => Ok(Self::Unreachable),
            3001 => Ok(Self::Transient),
            3002 => Ok(Self::PermanentClient),
            3003 => Ok(Self::PermanentServer),
            _ => Err(format!("{number} is no error of a source: 1013, 3001, 3002 and 3003 are")),
        }
    }
}

/// Every text that looks like a date with a time is spelled anew on its way through the service.
fn with_times_respelled(value: Value) -> Value {
    match value {
        Value::String(text) => clock::respelled(&text).unwrap_or(text).into(),
        Value::Array(items) => items.into_iter().map(with_times_respelled).collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| (name, with_times_respelled(value)));
            members.collect::<Map<_, _>>().into()
        }
        value => value,
    }
}

/// As [`Expression::search`], but over variables that need not be converted anew for each expression.
fn search(expression: &Expression<'static>, variables: &Rcvar) -> Result<Rcvar, AnswerError> {
    let mut context = Context::new(expression.as_str(), &DEFAULT_RUNTIME);
    Ok(interpret(variables, expression.as_ast(), &mut context)?)
}

fn with_item(variables: &Rcvar, item: &Rcvar) -> Rcvar {
    let mut members = variables.as_object().cloned().unwrap_or_default();
    members.insert("item".to_owned(), item.clone());
    Rcvar::new(Variable::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

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
