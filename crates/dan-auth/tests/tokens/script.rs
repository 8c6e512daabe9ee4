//! A server that answers as it was told, one answer for each request, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a request was.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// `POST /token`.
    pub(crate) what: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// A field of a form.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }
}

/// What to do with a request.
pub(crate) enum Reply {
    /// A status, headers in lines, and a body.
    Answer(u16, String, String),
    /// No answer: the connection breaks.
    Nothing,
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Reply {
    Reply::Answer(status, String::new(), body.into())
}

pub(crate) fn answer_with(status: u16, headers: &str, body: impl Into<String>) -> Reply {
    Reply::Answer(status, format!("{headers}\r\n"), body.into())
}

/// A server on this machine, without TLS. It ends with the process.
pub(crate) struct Script {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Script {
    pub(crate) fn of(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (log, replies) = (Arc::clone(&received), replies.into_iter().collect::<Vec<_>>());
        std::thread::spawn(move || {
            let mut replies = replies.into_iter();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                if let Some(request) = receive(&stream) {
                    log.lock().unwrap().push(request);
                    let reply = replies.next().unwrap_or_else(|| answer(501, "the script has ended"));
                    send(&mut stream, reply);
                }
            }
        });
        Self { url, received }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

fn receive(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let what = line.rsplit_once(' ')?.0.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, value)| value.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Received { what, headers, body: String::from_utf8(body).unwrap() })
}

fn send(stream: &mut TcpStream, reply: Reply) {
    let Reply::Answer(status, headers, body) = reply else { return };
    let length = body.len();
    // The client may have gone.
    drop(write!(
        stream,
        "HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    ));
}
