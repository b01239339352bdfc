//! A server for the tests of this module: it holds one object and answers each request as a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::connection::Connection;
use super::place::S3Place;

/// What is sent for a request.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// The range that was asked for, of an object of these bytes, with that ETag if there is one.
    Range(Vec<u8>, Option<&'static str>),
    /// A status, and an error's code in its body.
    Refused(u16, &'static str),
    /// A body of XML.
    Xml(String),
    /// Nothing, for as long as that.
    Late(Duration, Box<Answer>),
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// Its method and target.
    pub(super) line: String,
    pub(super) range: Option<String>,
    /// Bytes of its body.
    pub(super) length: usize,
}

/// A server and what was asked of it.
pub(super) struct Server {
    url: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers requests, in the order in which they come in, until the test ends.
    pub(super) fn start(answer: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let all = Arc::clone(&asked);
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
                thread::spawn(move || {
                    while let Some(request) = read(&socket) {
                        let number = {
                            let mut all = all.lock().unwrap();
                            all.push(request.clone());
                            all.len() - 1
                        };
                        if write(&socket, &request, answer(number, &request)).is_none() {
                            break;
                        }
                    }
                });
            }
        });
        Self { url, asked }
    }

    /// A place on it, and the flag that stops whoever waits for it.
    pub(super) fn place(&self, key: &str) -> (S3Place, Arc<AtomicBool>) {
        let cancel = Arc::new(AtomicBool::new(false));
        let connection = Arc::new(Connection::of_test(&self.url, Arc::clone(&cancel)));
        (S3Place { connection, bucket: "media".into(), key: key.to_owned() }, cancel)
    }

    pub(super) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(socket: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(socket);
    let (mut line, mut range, mut length) = (String::new(), None, 0);
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|length| *length > 0)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name {
            "range" => range = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line: line.trim_end().to_owned(), range, length })
}

fn write(mut socket: &TcpStream, request: &Request, answer: Answer) -> Option<()> {
    let (head, body) = match answer {
        Answer::Late(time, answer) => {
            thread::sleep(time);
            return write(socket, request, *answer);
        }
        Answer::Refused(status, code) => {
            (format!("{status} Refused"), format!("<Error><Code>{code}</Code></Error>").into_bytes())
        }
        Answer::Xml(body) => ("200 OK".to_owned(), body.into_bytes()),
        Answer::Range(bytes, e_tag) => {
            let size = bytes.len();
            let range = request.range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
            let (start, end) = match range {
                Some(("", last)) => (size.saturating_sub(last.parse().unwrap()), size),
                Some((start, last)) => (start.parse().unwrap(), (last.parse::<usize>().unwrap() + 1).min(size)),
                None => (0, size),
            };
            let e_tag = e_tag.map(|e_tag| format!("\r\netag: \"{e_tag}\"")).unwrap_or_default();
            let head = format!("206 Partial Content\r\ncontent-range: bytes {start}-{}/{size}{e_tag}", end - 1);
            (head, bytes[start..end].to_vec())
        }
    };
    let length = body.len();
    socket.write_all(format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n").as_bytes()).ok()?;
    socket.write_all(&body).ok()
}
