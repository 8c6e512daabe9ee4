//! The schemas of the types that are written by hand.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{PartyIdentifier, Timestamp, UnknownFields};

impl JsonSchema for UnknownFields {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("UnknownFields")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Timestamp")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl JsonSchema for PartyIdentifier {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("PartyIdentifier")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "party-identifier" })
    }
}
