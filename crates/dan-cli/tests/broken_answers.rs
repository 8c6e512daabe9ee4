//! What the command says of answers that are not the service's, or not whole.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread;

/// Looks like a token; nothing here reads it.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.e30.c2ln";

/// Answers every request with these bytes and closes the connection.
fn answer_all(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).unwrap();
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

/// The exit code and what is said, for a harvest that gets this answer.
fn harvest(answer: &'static str, options: &[&str]) -> String {
    let base_url = format!("http://{}", answer_all(answer));
    let output = Command::new(env!("CARGO_BIN_EXE_dan"))
        .args(["harvest", "X", "--subject", "991825827", "--base-url", &base_url])
        .args(options)
        .env_clear()
        .envs([("DAN_ACCESS_TOKEN", TOKEN), ("DAN_SUBSCRIPTION_KEY", "key")])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    let said = String::from_utf8(output.stderr).unwrap();
    format!("{} {}", output.status.code().unwrap(), said.trim_end())
}

#[test]
fn nothing_broken_passes_for_data() {
    let answers = [
        (
            "cut in transit",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"evid",
        ),
        (
            "cut before",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n{\"evid",
        ),
        ("a log-in page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"),
        (
            "another object",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\":12}",
        ),
        ("a redirect", "HTTP/1.1 302 Found\r\nLocation: https://example.no/\r\nContent-Length: 0\r\n\r\n"),
        (
            "an outage",
            "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        ),
        ("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"),
        ("nothing", ""),
    ];
    // All at once, since what may pass by itself is sent again after pauses.
    let report: String = thread::scope(|scope| {
        let mut runs = Vec::new();
        for (name, answer) in answers {
            for options in [&["--output", "json"][..], &["--output", "ndjson"], &[]] {
                let run = scope.spawn(move || harvest(answer, options));
                runs.push((format!("{name} {}", options.join(" ")), run));
            }
        }
        runs.into_iter().map(|(name, run)| format!("{name}\n  {}\n", run.join().unwrap())).collect()
    });
    insta::with_settings!({ filters => vec![
        (r" \([^()]*(end of file|parse|connection closed|Connection reset|invalid HTTP|message)[^()]*\)", " (CAUSE)"),
        (r"in \d+\.\d s", "in N s"),
    ] }, { insta::assert_snapshot!(report) });
}
