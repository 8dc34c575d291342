//! A web server that misbehaves as told: raw TCP on a port of its own, so that no library mends what it sends.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// The first octet of a TLS connection; answered in clear, as servers do whose port was mixed up.
const TLS_HELLO: u8 = 0x16;

/// What to do with a request.
pub(super) enum Reply {
    /// These bytes; the connection stays open unless the head says `close`.
    Send(Vec<u8>),
    /// These bytes, then the connection is closed.
    Cut(Vec<u8>),
    /// These bytes, then the same piece for ever.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes, then nothing.
    Hang(Vec<u8>),
}

/// An answer with a right length.
pub(super) fn reply(status: u16, head: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut out = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{head}\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    Reply::Send(out)
}

/// A redirect.
pub(super) fn redirect(to: &str) -> Reply {
    reply(302, &format!("Location: {to}\r\n"), "")
}

type Script = dyn Fn(&str, &str) -> Reply + Send + Sync;

/// The server, and what it was asked.
pub(super) struct Site {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Answers each request by the script, which is given path and head.
    pub(super) async fn new(script: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&heads));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { port, heads }
    }

    /// No robots.txt (404); everything else by the script.
    pub(super) async fn open(script: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) -> Self {
        Self::new(move |path, head| if path == "/robots.txt" { reply(404, "", "") } else { script(path, head) }).await
    }

    pub(super) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    /// The paths asked for, in order.
    pub(super) fn paths(&self) -> Vec<String> {
        self.heads.lock().unwrap().iter().map(|head| head.split(' ').nth(1).unwrap_or("").to_owned()).collect()
    }

    /// The last request's head, in lower case.
    pub(super) fn last_head(&self) -> String {
        self.heads.lock().unwrap().last().cloned().unwrap_or_default().to_lowercase()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<String>>>) {
    let mut held = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = held.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            let mut buffer = [0; 8_192];
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(n) => held.extend_from_slice(&buffer[..n]),
            }
            if held.first() == Some(&TLS_HELLO) {
                let _ = stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await;
                return;
            }
        };
        let head = String::from_utf8_lossy(&held[..end]).into_owned();
        held.drain(..end);
        let path = head.split(' ').nth(1).unwrap_or("").to_owned();
        log.lock().unwrap().push(head.clone());
        match script(&path, &head) {
            Reply::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Cut(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Reply::Endless(bytes, piece) => {
                let _ = stream.write_all(&bytes).await;
                while stream.write_all(&piece).await.is_ok() {
                    tokio::task::yield_now().await;
                }
                return;
            }
            Reply::Hang(bytes) => {
                let _ = stream.write_all(&bytes).await;
                std::future::pending::<()>().await;
            }
        }
    }
}
