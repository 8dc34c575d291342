//! Receivers that behave, or misbehave, on a script: a raw HTTP answerer and a small SMTP server, each on a port of its own.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a receiver does with a connection.
#[derive(Clone, Debug)]
pub(super) enum Script {
    /// HTTP: answers with these bytes, then closes.
    Answer(String),
    /// HTTP: says that the answer is long, and sends without end.
    Endless,
    /// HTTP and SMTP: takes the connection and says nothing.
    Silent,
    /// HTTP and SMTP: takes the connection and closes it.
    Close,
    /// SMTP: greets with this line, then closes.
    Greet(String),
    /// SMTP: answers the command that begins with the first text with the second; behaves otherwise.
    Say(&'static str, String),
    /// SMTP: reads the whole mail and closes without a word.
    DropAfterData,
    /// SMTP: greets with a line that never ends.
    EndlessLine,
}

/// A running receiver; what it heard is kept.
#[derive(Clone)]
pub(super) struct Receiver {
    pub port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// Everything heard, a text for each connection.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    async fn start(script: Script, serve: fn(TcpStream, Script, Heard) -> Served) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let shelf = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let index = {
                    let mut all = shelf.lock().unwrap();
                    all.push(String::new());
                    all.len() - 1
                };
                tokio::spawn(serve(stream, script.clone(), Heard { shelf: Arc::clone(&shelf), index }));
            }
        });
        Self { port, heard }
    }

    pub(super) async fn http(script: Script) -> Self {
        Self::start(script, |stream, script, heard| Box::pin(http(stream, script, heard))).await
    }

    pub(super) async fn smtp(script: Script) -> Self {
        Self::start(script, |stream, script, heard| Box::pin(smtp(stream, script, heard))).await
    }
}

type Served = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

struct Heard {
    shelf: Arc<Mutex<Vec<String>>>,
    index: usize,
}

impl Heard {
    fn add(&self, text: &str) {
        self.shelf.lock().unwrap()[self.index].push_str(text);
    }
}

async fn http(stream: TcpStream, script: Script, heard: Heard) {
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    let mut line = String::new();
    while stream.read_line(&mut line).await.unwrap_or(0) > 0 && line != "\r\n" {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        heard.add(&line);
        line.clear();
    }
    let mut body = vec![0; length];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    heard.add("\r\n");
    heard.add(&String::from_utf8_lossy(&body));
    match script {
        Script::Answer(text) => {
            let _sent = stream.write_all(text.as_bytes()).await;
        }
        Script::Endless => {
            let _sent = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").await;
            while stream.write_all(&[b'x'; 4_096]).await.is_ok() {}
        }
        Script::Silent => std::future::pending().await,
        Script::Close | Script::Greet(_) | Script::Say(..) | Script::DropAfterData | Script::EndlessLine => {}
    }
}

async fn smtp(stream: TcpStream, script: Script, heard: Heard) {
    let mut stream = BufReader::new(stream);
    let greeting = match &script {
        Script::Silent => std::future::pending().await,
        Script::Close => return,
        Script::Greet(line) => format!("{line}\r\n"),
        Script::EndlessLine => {
            while stream.write_all(&[b'2'; 4_096]).await.is_ok() {}
            return;
        }
        Script::Answer(_) | Script::Endless | Script::Say(..) | Script::DropAfterData => "220 rig ESMTP\r\n".to_owned(),
    };
    let _sent = stream.write_all(greeting.as_bytes()).await;
    if matches!(script, Script::Greet(_)) {
        return;
    }
    let (mut line, mut in_data) = (String::new(), false);
    while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
        heard.add(&line);
        let word = line.trim_end().to_ascii_uppercase();
        let answer = match (&script, in_data) {
            (Script::DropAfterData, true) if word == "." => return,
            (Script::Say(".", text), true) if word == "." => Some(text.clone()),
            (_, true) if word == "." => Some("250 2.0.0 queued as 1".to_owned()),
            (_, true) => None,
            (Script::Say(command, text), false) if word.starts_with(command) => Some(text.clone()),
            (_, false) if word.starts_with("EHLO") => Some("250-rig\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME".to_owned()),
            (_, false) if word == "DATA" => Some("354 go ahead".to_owned()),
            (_, false) if word.starts_with("AUTH") => Some("235 welcome".to_owned()),
            (_, false) if word == "QUIT" => Some("221 bye".to_owned()),
            (_, false) => Some("250 fine".to_owned()),
        };
        if let Some(answer) = answer {
            in_data = answer.starts_with("354");
            let _sent = stream.write_all(format!("{answer}\r\n").as_bytes()).await;
        }
        line.clear();
    }
}
