//! `cargo xtask oas fetch`, seen from outside: documents of every kind, from files and from servers.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod server;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use server::Server;
use tempfile::TempDir;

/// A document as it is kept.
const KEPT: &str = "\
openapi: 3.1.0
info: {title: Lamps, version: v1}
servers: [{url: 'https://lamps.example.no/v1'}]
security: [{token: []}]
paths:
  /lamps/{id}:
    parameters: [{$ref: '#/components/parameters/Id'}]
    get:
      description: Looks at a lamp.
      parameters:
        - {name: color, in: query, schema: {$ref: '#/components/schemas/Color'}}
        - {name: since, in: query, required: true, schema: {type: string, format: date-time}}
      responses:
        '200': {$ref: '#/components/responses/Lamp'}
        '404': {description: There is none.}
    delete:
      responses: {'204': {description: It is gone.}}
  /photo:
    get:
      responses: {'200': {description: A photo., content: {image/png: {}}}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  parameters: {Id: {name: id, in: path, required: true, schema: {type: integer}}}
  responses:
    Lamp:
      description: The lamp.
      headers: {x-version: {schema: {type: string}}}
      content: {application/json: {schema: {$ref: '#/components/schemas/Lamp'}}}
  schemas:
    Color: {type: string, enum: [red, green]}
    Base: {type: object, x-internal: true, required: [id], properties: {id: {type: integer}}}
    Lamp:
      description: A lamp.
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - type: object
          required: [color]
          properties:
            color: {anyOf: [{$ref: '#/components/schemas/Color'}, {type: 'null'}], description: Its color.}
            watts: {type: [number, 'null']}
            place: {type: object, properties: {room: {type: string}}}
            tags: {type: array, items: {type: string}}
            power:
              oneOf:
                - {type: object, properties: {volts: {type: integer}}}
                - {type: object, properties: {volts: {type: string}}}
";

/// The same in OpenAPI 3.0, in another order, with other ways to say it.
const SAME: &str = r##"{
  "components": {
    "schemas": {
      "Lamp": {
        "type": "object", "required": ["color", "id"], "description": "A lamp.",
        "properties": {
          "tags": { "items": { "type": "string" }, "type": "array" },
          "power": { "oneOf": [
            { "properties": { "volts": { "type": "integer" } }, "type": "object" },
            { "properties": { "volts": { "type": "string" } }, "type": "object" }
          ] },
          "place": { "type": "object", "properties": { "room": { "type": "string" } } },
          "watts": { "nullable": true, "type": "number" },
          "color": { "description": "Its color.", "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Color" }] },
          "id": { "type": "integer" }
        }
      },
      "Color": { "enum": ["green", "red"], "type": "string" }
    },
    "securitySchemes": { "token": { "scheme": "bearer", "type": "http" } }
  },
  "paths": {
    "/photo": { "get": { "responses": { "200": { "description": "A photo.",
      "content": { "image/png": { "schema": { "type": "string", "format": "binary" } } } } } } },
    "/Lamps/{id}/": {
      "delete": {
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }],
        "responses": { "204": { "description": "It is gone." } }
      },
      "get": {
        "description": "Looks at a lamp.",
        "parameters": [
          { "name": "since", "in": "query", "required": true, "schema": { "type": "string", "format": "date-time" } },
          { "name": "color", "in": "query", "schema": { "$ref": "#/components/schemas/Color" } },
          { "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }
        ],
        "responses": {
          "404": { "description": "There is none." },
          "200": {
            "description": "The lamp.",
            "headers": { "X-Version": { "schema": { "type": "string" } } },
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Lamp" } } }
          }
        }
      }
    }
  },
  "security": [{ "token": [] }],
  "servers": [{ "url": "https://lamps.example.no/v1/" }],
  "info": { "title": "Lamps", "version": "v1" },
  "openapi": "3.0.1"
}"##;

const NO_PATCHES: &str = r#"{ "patches": [] }"#;
/// A patch for a text whose default is an object.
const PATCH: &str = r#"{ "patches": [{ "name": "object-as-default", "reason": "a text has no object as its default",
    "each": { "type": "string" }, "pointer": "/default", "expected": {} }] }"#;

/// A folder with the document that is kept, and the command in it.
struct Desk {
    folder: TempDir,
}

/// What a call gave.
struct Outcome {
    succeeded: bool,
    printed: String,
    complaint: String,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.put("kept.yaml", KEPT);
        desk.put("patches.json", NO_PATCHES);
        desk
    }

    fn put(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn fetch(&self, arguments: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["oas", "fetch", "--against", "kept.yaml", "--patches", "patches.json"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("NO_PROXY", "*")
            .output()
            .unwrap();
        Outcome {
            succeeded: output.status.success(),
            printed: String::from_utf8(output.stdout).unwrap(),
            complaint: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[test]
fn another_way_to_say_the_same_is_no_difference() {
    let desk = Desk::new();
    desk.put("same.json", SAME);
    let outcome = desk.fetch(&["same.json", "--check"]);
    insta::assert_snapshot!(outcome.printed);
    assert!(outcome.succeeded, "{}", outcome.complaint);
}

#[test]
fn what_was_added_removed_and_changed_is_shown() {
    let desk = Desk::new();
    let other = KEPT
        .replace("openapi: 3.1.0", "openapi: 3.1.1")
        .replace("https://lamps.example.no/v1", "https://lamps.example.no/v2")
        .replace(
            "Looks at a lamp.",
            "Looks at a lamp.\n\nOr at what is left of it.".replace('\n', " ").as_str(),
        )
        .replace("in: query, required: true", "in: query")
        .replace("    delete:\n      responses: {'204': {description: It is gone.}}\n", "")
        .replace("  /photo:\n    get:\n", "  /photo:\n    get:\n      security: []\n      deprecated: true\n")
        .replace("image/png: {}", "image/png: {}, image/webp: {}")
        .replace("x-version: {schema: {type: string}}", "x-version: {schema: {type: integer}}")
        .replace("name: id, in: path", "name: lamp, in: path")
        .replace("enum: [red, green]", "enum: [red, blue]")
        .replace("required: [color]", "required: [watts]")
        .replace(
            "watts: {type: [number, 'null']}",
            "watts: {type: integer, format: int32, minimum: 0, default: 5}",
        )
        .replace(
            "{room: {type: string}}",
            "{room: {type: string, description: Where it hangs.}, wall: {type: string}}",
        )
        .replace("            tags: {type: array, items: {type: string}}\n", "")
        .replace(
            "  schemas:\n",
            "  schemas:\n    Shade: {type: object, properties: {form: {type: string}}}\n",
        )
        .replace("volts: {type: integer}", "volts: {type: number}")
        .replace("scheme: bearer", "scheme: basic");
    desk.put("other.yaml", &other);

    let outcome = desk.fetch(&["other.yaml"]);
    insta::assert_snapshot!(outcome.printed);
    assert!(outcome.succeeded, "{}", outcome.complaint);

    let checked = desk.fetch(&["other.yaml", "--check"]);
    assert_eq!(checked.printed, outcome.printed);
    assert!(!checked.succeeded);
    assert_eq!(checked.complaint, "error: the documents differ\n");

    let without = desk.fetch(&["other.yaml", "--ignore-descriptions"]).printed;
    assert!(!without.contains("hangs") && without.contains("`wall`"), "{without}");
}

#[test]
fn the_fetched_document_is_written_in_normal_form_and_nothing_else_is_touched() {
    let desk = Desk::new();
    desk.put("same.json", SAME);
    assert!(desk.fetch(&["same.json", "--out", "normal.json"]).succeeded);
    let normal = fs::read_to_string(desk.folder.path().join("normal.json")).unwrap();
    insta::assert_snapshot!(normal);

    assert!(desk.fetch(&["normal.json", "--out", "again.json"]).succeeded);
    assert_eq!(fs::read_to_string(desk.folder.path().join("again.json")).unwrap(), normal);
    assert_eq!(fs::read_to_string(desk.folder.path().join("kept.yaml")).unwrap(), KEPT);
}

#[test]
fn a_known_fault_is_patched_and_a_patch_without_a_fault_fails_the_check() {
    let desk = Desk::new();
    desk.put("patches.json", PATCH);
    let faulty =
        SAME.replace(r#""room": { "type": "string" }"#, r#""room": { "type": "string", "default": {} }"#);
    desk.put("faulty.json", &faulty);
    let outcome = desk.fetch(&["faulty.json", "--check"]);
    insta::assert_snapshot!(outcome.printed);
    assert!(outcome.succeeded, "{}", outcome.complaint);

    desk.put("mended.json", SAME);
    let outcome = desk.fetch(&["mended.json"]);
    insta::assert_snapshot!(outcome.printed);
    assert!(outcome.succeeded, "{}", outcome.complaint);
    let outcome = desk.fetch(&["mended.json", "--check"]);
    assert!(!outcome.succeeded);
    assert_eq!(
        outcome.complaint,
        "error: patches that do not apply: object-as-default; mend or remove them\n"
    );
}

#[test]
fn a_server_is_asked_over_tls_under_a_certificate_authority_of_its_own() {
    let desk = Desk::new();
    let (server, certificate_authority) = Server::with_tls("200 OK", "application/json", SAME);
    desk.put("ca.pem", &certificate_authority);

    let outcome = desk.fetch(&[&server.url(), "--ca-file", "ca.pem", "--check"]);
    assert!(outcome.succeeded, "{}", outcome.complaint);
    assert!(outcome.printed.contains("No difference."), "{}", outcome.printed);

    let outcome = desk.fetch(&[&server.url()]);
    assert!(!outcome.succeeded);
    assert!(outcome.complaint.contains("--ca-file"), "{}", outcome.complaint);
}

#[test]
fn what_is_no_document_is_told_plainly() {
    let desk = Desk::new();
    let half = &SAME[..SAME.len() / 2];
    for (status, media_type, body, complaint) in [
        ("200 OK", "text/html", "<!doctype html><title>Sign in</title>", "is a page (HTML or XML)"),
        ("200 OK", "application/json", half, "only half of it is there"),
        ("200 OK", "application/json", r#"{"a":1}"#, "it is no OpenAPI document"),
        ("404 Not Found", "application/json", r#"{"statusCode":404}"#, "there is nothing at"),
        ("503 Service Unavailable", "text/plain", "", "answered HTTP 503"),
        (
            "302 Found\r\nlocation: https://elsewhere.example.no/",
            "text/plain",
            "",
            "sends on to https://elsewhere.example.no/",
        ),
    ] {
        let server = Server::plain(status, media_type, body);
        let outcome = desk.fetch(&[&server.url()]);
        assert!(!outcome.succeeded && outcome.printed.is_empty(), "{status}: {}", outcome.printed);
        assert!(outcome.complaint.contains(complaint), "{status}: {}", outcome.complaint);
    }
}

#[test]
fn a_connection_that_breaks_and_a_server_that_is_not_there_are_told_apart() {
    let desk = Desk::new();
    let server = Server::that_breaks_off(SAME);
    let outcome = desk.fetch(&[&server.url()]);
    assert!(!outcome.succeeded);
    assert!(outcome.complaint.contains("only half of the document came"), "{}", outcome.complaint);

    let url = server.url();
    drop(server);
    let outcome = desk.fetch(&[&url]);
    assert!(!outcome.succeeded);
    assert!(outcome.complaint.contains("cannot be reached: check the network"), "{}", outcome.complaint);
}
