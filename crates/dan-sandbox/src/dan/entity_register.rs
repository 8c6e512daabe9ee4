//! Look-ups in the register of legal entities, open to anybody.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Dan;
use super::answer::{empty_answer, framework_answer};
use crate::operation::RegisterView;

/// How many levels of units below units are shown.
const DEEPEST: usize = 10;

impl Dan {
    /// Answers from the register. What is no number is in no register.
    pub(super) fn entity_register(&self, number: &str, view: RegisterView) -> Response<Bytes> {
        let unit = number.parse().ok().and_then(|number| self.register.unit(&number));
        let found = match view {
            RegisterView::Unit => unit.cloned(),
            RegisterView::OnlyMainUnit => unit.filter(|unit| !is_subunit(unit)).cloned(),
            RegisterView::OnlySubunit => unit.filter(|unit| is_subunit(unit)).cloned(),
            RegisterView::MainUnit => unit.map(|unit| self.main_unit(unit).clone()),
            RegisterView::Hierarchy => unit.map(|unit| self.hierarchy(unit, DEEPEST)),
            RegisterView::Subunits => Some(self.register.subunits(number).cloned().collect()),
            RegisterView::IsPublic => {
                let is_public = |number| self.register.is_public_agency(&number);
                Some(number.parse().is_ok_and(is_public).into())
            }
        };
        match found {
            Some(document) => framework_answer(document.to_string()),
            None => empty_answer(StatusCode::NOT_FOUND),
        }
    }

    /// The topmost unit above.
    fn main_unit<'a>(&'a self, mut unit: &'a Value) -> &'a Value {
        for _ in 0..DEEPEST {
            let parent = unit["overordnetEnhet"].as_str().and_then(|number| number.parse().ok());
            match parent.and_then(|number| self.register.unit(&number)) {
                Some(parent) => unit = parent,
                None => break,
            }
        }
        unit
    }

    fn hierarchy(&self, unit: &Value, depth: usize) -> Value {
        let number = unit["organisasjonsnummer"].as_str().unwrap_or_default();
        let subunits = self.register.subunits(number).filter(|_| depth > 0);
        let subunits: Vec<Value> = subunits.map(|unit| self.hierarchy(unit, depth - 1)).collect();
        json!({ "OrgNumber": number, "Unit": unit, "Subunits": subunits })
    }
}

/// Whether a unit is a place of work of another one.
fn is_subunit(unit: &Value) -> bool {
    matches!(unit["organisasjonsform"]["kode"].as_str(), Some("BEDR" | "AAFY"))
}
