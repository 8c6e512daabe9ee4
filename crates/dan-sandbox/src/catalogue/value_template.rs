//! A value of an answer: as it is, or by an expression, once or for each item of a list.

use jmespath::{Expression, Rcvar, Variable};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::{AnswerError, search};
use super::evidence_code::{EvidenceCode, EvidenceValue, ValueDefinition};
use crate::clock;

/// A value as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ValueFile {
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

/// A value, ready to be given.
#[derive(Debug)]
pub(super) struct ValueTemplate {
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

impl ValueTemplate {
    pub(super) fn new(file: ValueFile, evidence_code: &EvidenceCode) -> Result<Self, AnswerError> {
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
    pub(super) fn give(
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

fn with_item(variables: &Rcvar, item: &Rcvar) -> Rcvar {
    let mut members = variables.as_object().cloned().unwrap_or_default();
    members.insert("item".to_owned(), item.clone());
    Rcvar::new(Variable::Object(members))
}
