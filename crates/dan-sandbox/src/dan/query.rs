//! The query as the service reads it: names without regard to case, repeated values joined, blanks for `+`.

use std::borrow::Cow;

/// The names that mean something to direct harvest; all others are parameters of the dataset.
const RESERVED: [&str; 7] =
    ["subject", "requestor", "envelope", "query", "reuseToken", "tokenOnBehalfOfOwner", "code"];

/// The parameters of a query, each name once, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Query {
    parameters: Vec<(String, String)>,
}

impl Query {
    /// Reads a query. A name that has no `=` is not seen; the values of a repeated name are joined with commas.
    pub(crate) fn parse(text: Option<&str>) -> Self {
        let mut query = Self::default();
        for field in text.unwrap_or_default().split('&').filter(|field| field.contains('=')) {
            for (name, value) in url::form_urlencoded::parse(field.as_bytes()) {
                query.add(name, &value);
            }
        }
        query
    }

    fn add(&mut self, name: Cow<'_, str>, value: &str) {
        match self.parameters.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            Some((_, joined)) => {
                joined.push(',');
                joined.push_str(value);
            }
            None => self.parameters.push((name.into_owned(), value.to_owned())),
        }
    }

    /// The value of a parameter, if it is there and not empty.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.raw_value(name).filter(|value| !value.is_empty())
    }

    /// A flag is off when it is absent, `0` or `false`; everything else, nothing at all included, means on.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.raw_value(name).is_some_and(|value| !means_no(value))
    }

    /// Whether the envelope is wanted: unless it is declined in so many words.
    pub(crate) fn wants_envelope(&self) -> bool {
        !self.raw_value("envelope").is_some_and(means_no)
    }

    /// The parameters of the dataset: all but the reserved names.
    pub(crate) fn dataset_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_reserved = |name: &str| RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name));
        self.parameters
            .iter()
            .filter(move |(name, _)| !is_reserved(name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn raw_value(&self, name: &str) -> Option<&str> {
        let parameter = self.parameters.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        parameter.map(|(_, value)| value.as_str())
    }
}

fn means_no(value: &str) -> bool {
    value == "0" || value.eq_ignore_ascii_case("false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_on_unless_it_says_no() {
        for (query, on) in [
            ("", false),
            ("flag", false),
            ("flag=0", false),
            ("flag=false", false),
            ("FLAG=False", false),
            ("flag=", true),
            ("flag=no", true),
            ("flag=1", true),
            ("Flag=true", true),
        ] {
            assert_eq!(Query::parse(Some(query)).flag("flag"), on, "{query}");
        }
    }

    #[test]
    fn the_envelope_stays_unless_it_is_declined() {
        for (query, wanted) in [
            ("", true),
            ("envelope=", true),
            ("envelope=no", true),
            ("envelope=true", true),
            ("envelope", true),
            ("envelope=false", false),
            ("Envelope=FALSE", false),
            ("envelope=0", false),
        ] {
            assert_eq!(Query::parse(Some(query)).wants_envelope(), wanted, "{query}");
        }
    }

    #[test]
    fn other_names_are_parameters_of_the_dataset() {
        let query = Query::parse(Some("Subject=1&a=1&A=2&b=x+y%2Bz&c&REUSETOKEN=1&code=k&%C3%A5r=2026"));
        let parameters: Vec<_> = query.dataset_parameters().collect();
        assert_eq!(parameters, [("a", "1,2"), ("b", "x y+z"), ("år", "2026")]);
        assert_eq!(query.value("subject"), Some("1"));
        assert_eq!(query.value("requestor"), None);
    }
}
