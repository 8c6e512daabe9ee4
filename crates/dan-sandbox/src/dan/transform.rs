//! The query parameter `query`: JMESPath over the text of an answer.

use jmespath::Variable;

use super::error::DanError;
use super::error_code::ErrorCode;

/// Applies an expression to a JSON text. Nothing found is `null`.
pub(super) fn transform(json: &str, expression: Option<&str>) -> Result<Option<String>, DanError> {
    let Some(expression) = expression else { return Ok(None) };
    let transformed = || -> Option<String> {
        let expression = jmespath::compile(expression).ok()?;
        let found = expression.search(Variable::from_json(json).ok()?).ok()?;
        serde_json::to_string(&*found).ok()
    };
    transformed().map(Some).ok_or_else(|| ErrorCode::JmesPath.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_nothing_as_null() {
        let found = |expression| transform(r#"{"a":{"b":[1,2]}}"#, Some(expression)).unwrap().unwrap();
        assert_eq!(found("a.b[1]"), "2");
        assert_eq!(found("a.c"), "null");
        assert_eq!(transform("{}", None).unwrap(), None);
    }

    #[test]
    fn refuses_what_is_no_expression() {
        assert_eq!(transform("{}", Some("a[")).unwrap_err().code, ErrorCode::JmesPath);
        assert_eq!(transform("{}", Some("abs('x')")).unwrap_err().code, ErrorCode::JmesPath);
        assert_eq!(transform("", Some("a")).unwrap_err().code, ErrorCode::JmesPath);
    }
}
