//! For tests: plays a recorded answer over a real connection, whole or with a fault.
//!
//! A transcript is what `curl -isN` printed: status line, headers, empty line, body. The body goes out in chunked framing in
//! small pieces, so that a missing end is seen as such by the client. A thread and blocking sockets: what is tested is the
//! client, and nothing here shares its runtime.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

pub(crate) struct Transcript {
    head: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// What the server does with one connection.
pub(crate) enum Act {
    Answer(Transcript),
    /// Answers in one piece per this many bytes.
    Dribble(Transcript, usize),
    /// Sends this many bytes of the body, then closes without the end of the framing.
    Cut(Transcript, usize),
    /// Sends this many bytes of the body, then waits until the client hangs up, and says so.
    Stall(Transcript, usize),
    /// Takes the request and waits until the client hangs up.
    Silence,
    /// Takes the request and closes.
    HangUp,
}

pub(crate) struct Server {
    pub(crate) base_url: String,
    /// The whole request of each connection, in order.
    pub(crate) requests: Receiver<String>,
    /// One message for each client that hung up on a `Stall` or `Silence`.
    pub(crate) hung_up: Receiver<()>,
}

/// Where those stand that a vendor's server gave; the others are written after the documentation.
pub(crate) const RECORDED: &str = "recorded";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

pub(crate) fn read(name: &str) -> Transcript {
    let bytes = std::fs::read(folder().join(format!("{name}.http"))).expect(name);
    parse(&bytes)
}

/// An answer that no server was recorded to give.
pub(crate) fn made(head: &str, body: &str) -> Transcript {
    parse(format!("{head}\n\n{body}").as_bytes())
}

pub(crate) fn all() -> Vec<(String, Transcript)> {
    let written = names("").into_iter();
    let recorded = names(RECORDED).into_iter().map(|name| format!("{RECORDED}/{name}"));
    written
        .chain(recorded)
        .map(|name| (name.clone(), read(&name)))
        .collect()
}

/// The transcripts in a folder, in order.
pub(crate) fn names(within: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder().join(within)).expect("tests/transcripts");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut names: Vec<String> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "http"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert!(names.len() > 5, "the transcripts are not where they should be");
    names.sort();
    names
}

fn parse(bytes: &[u8]) -> Transcript {
    let mut rest = bytes;
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        rest.read_line(&mut line).expect("a head in UTF-8");
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        // The replay frames the body itself.
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if !["transfer-encoding", "content-length", "connection", "keep-alive"].contains(&name.as_str()) {
            head.push(line.to_owned());
        }
    }
    Transcript {
        head,
        body: rest.to_vec(),
    }
}

/// Serves one act per connection, then refuses.
pub(crate) fn serve(acts: Vec<Act>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (request, requests) = channel();
    let (gone, hung_up) = channel();
    std::thread::spawn(move || {
        for act in acts {
            let Ok((connection, _)) = listener.accept() else { return };
            // A client that leaves in the middle is what some tests are about.
            let _ = play(connection, act, &request, &gone);
        }
    });
    Server {
        base_url: format!("http://{address}/v1"),
        requests,
        hung_up,
    }
}

/// An address where nobody listens.
pub(crate) fn refused() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}/v1", listener.local_addr().expect("an address"))
}

fn play(mut connection: TcpStream, act: Act, request: &Sender<String>, gone: &Sender<()>) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let _ = request.send(read_request(&connection)?);
    match act {
        Act::Answer(transcript) => {
            let size = transcript.body.len();
            send(&mut connection, &transcript, size, 4096)?;
            connection.write_all(b"0\r\n\r\n")
        }
        Act::Dribble(transcript, piece) => {
            let size = transcript.body.len();
            send(&mut connection, &transcript, size, piece)?;
            connection.write_all(b"0\r\n\r\n")
        }
        Act::Cut(transcript, size) => send(&mut connection, &transcript, size, 512),
        Act::Stall(transcript, size) => {
            send(&mut connection, &transcript, size, 512)?;
            wait(connection, gone)
        }
        Act::Silence => wait(connection, gone),
        Act::HangUp => Ok(()),
    }
}

fn send(connection: &mut TcpStream, transcript: &Transcript, size: usize, piece: usize) -> std::io::Result<()> {
    let head = transcript.head.join("\r\n");
    let framing = "transfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    connection.write_all(format!("{head}\r\n{framing}").as_bytes())?;
    for bytes in transcript.body[..size].chunks(piece) {
        connection.write_all(format!("{:x}\r\n", bytes.len()).as_bytes())?;
        connection.write_all(bytes)?;
        connection.write_all(b"\r\n")?;
    }
    Ok(())
}

fn wait(mut connection: TcpStream, gone: &Sender<()>) -> std::io::Result<()> {
    // A reset is as good a goodbye as an end.
    let _ = connection.read(&mut [0; 1]);
    let _ = gone.send(());
    Ok(())
}

fn read_request(connection: &TcpStream) -> std::io::Result<String> {
    let mut reader = BufReader::new(connection);
    let mut request = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        request.push_str(&line);
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.push_str(&String::from_utf8_lossy(&body));
    Ok(request)
}
