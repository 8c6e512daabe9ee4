//! The code for small documents, one for each thing that a document may hold.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use dan_codegen::{Document, Generated, Runtime, generate};

/// The code of a document with these schemas, without its head.
fn code(schemas: &str) -> String {
    let text =
        format!("openapi: 3.0.3\ninfo: {{title: Test, version: '1'}}\ncomponents:\n  schemas:\n{schemas}");
    let document = Document::parse(&text, "test.yaml").unwrap();
    let Generated { code, warnings, .. } = generate(&document, Runtime::Outside).unwrap();
    let warnings: String = warnings.iter().map(|warning| format!("// {warning}\n")).collect();
    let body = code.lines().skip_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n");
    warnings + &body
}

/// The schemas stand in the test; the snapshot holds the code alone.
#[track_caller]
fn assert_code(name: &str, schemas: &str) {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, code(schemas)) });
}

#[test]
fn objects_with_required_nullable_and_optional_fields() {
    assert_code(
        "objects",
        "    Unit:
      type: object
      description: 'A unit [of] the register; see https://example.no/units.'
      required: [orgNumber, name]
      properties:
        orgNumber: {type: string, format: party-identifier}
        name: {type: string, nullable: true, x-privacy: masked}
        type: {type: integer, format: int32, description: The kind of unit.}
        parent: {$ref: '#/components/schemas/Unit'}
        '@links': {type: array, items: {type: string}}
        registered: {type: string, format: date-time}
        anything: {x-privacy: withheld}
",
    );
}

#[test]
fn open_enums_of_text_and_of_integers() {
    assert_code(
        "enums",
        "    Color:
      type: string
      enum: [red, dark-green, '+1', self]
    Level:
      type: integer
      enum: [-1, 0, 1]
      x-enum-varnames: [Low, Middle, High]
      x-enum-descriptions: [Not enough., Enough., Too much.]
",
    );
}

#[test]
fn unions_by_a_field() {
    assert_code(
        "union",
        "    Shape:
      oneOf: [{$ref: '#/components/schemas/CircleShape'}, {$ref: '#/components/schemas/SquareShape'}]
      discriminator: {propertyName: type}
    CircleShape:
      type: object
      required: [type, radius]
      properties: {type: {type: string}, radius: {type: number}}
    SquareShape:
      type: object
      required: [type]
      properties: {type: {type: string}, side: {type: number}}
",
    );
}

#[test]
fn what_cannot_be_expressed_is_a_warning() {
    assert_code(
        "warnings",
        "    Either:
      oneOf: [{type: string}, {type: object, properties: {a: {type: string}}}]
    Lost: {$ref: '#/components/schemas/Nowhere'}
    Circle: {$ref: '#/components/schemas/Circle'}
",
    );
}

#[test]
fn the_same_document_gives_the_same_code() {
    let schemas = "    A: {type: object, properties: {b: {type: object, properties: {c: {type: string}}}}}\n";
    assert_eq!(code(schemas), code(schemas));
}
