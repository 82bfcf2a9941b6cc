//! A server for mail that keeps what it is given.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A server for mail on this machine.
pub(crate) struct PostBox {
    port: u16,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    letters: Mutex<Vec<Letter>>,
    came: Notify,
    /// Parts of addresses, and what is said to a mail for them.
    refusals: Mutex<Vec<(&'static str, &'static str)>>,
    is_silent: AtomicBool,
}

/// A mail that came.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) body: String,
}

impl PostBox {
    pub(crate) async fn open() -> Self {
        Self::open_at(0).await
    }

    /// Opens at a port; at any that is free for 0.
    pub(crate) async fn open_at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Arc::new(Inner::default());
        let kept = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move { take(stream, &kept).await });
            }
        });
        Self { port, inner }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Waits for a mail that nobody took yet, and takes the one that came last.
    pub(crate) async fn last(&self) -> Letter {
        loop {
            let came = self.inner.came.notified();
            if let Some(letter) = self.inner.letters.lock().unwrap().pop() {
                return letter;
            }
            came.await;
        }
    }

    /// Takes all mails that came and that nobody took yet.
    pub(crate) fn taken(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.inner.letters.lock().unwrap())
    }

    /// Refuses from now on what is for addresses with this in them, in these words.
    pub(crate) fn refuse(&self, part: &'static str, words: &'static str) {
        self.inner.refusals.lock().unwrap().push((part, words));
    }

    /// Refuses nothing any more.
    pub(crate) fn refuse_nothing(&self) {
        self.inner.refusals.lock().unwrap().clear();
    }

    /// Keeps mails from now on and never says so.
    pub(crate) fn fall_silent(&self) {
        self.inner.is_silent.store(true, Ordering::SeqCst);
    }

    /// Says again that a mail is kept.
    pub(crate) fn speak_again(&self) {
        self.inner.is_silent.store(false, Ordering::SeqCst);
    }
}

impl Inner {
    fn refusal_of(&self, address: &str) -> Option<&'static str> {
        let refusals = self.refusals.lock().unwrap();
        refusals.iter().find(|(part, _)| address.contains(part)).map(|(_, words)| *words)
    }
}

/// Speaks as much SMTP as a mail needs.
async fn take(stream: TcpStream, kept: &Inner) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 post box\r\n").await.unwrap();
    let mut to = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let command = line.to_ascii_uppercase();
        if let Some(address) = command.strip_prefix("RCPT TO:") {
            to = address.to_ascii_lowercase();
            if let Some(words) = kept.refusal_of(&to) {
                writer.write_all(format!("{words}\r\n").as_bytes()).await.unwrap();
                continue;
            }
        }
        if command != "DATA" {
            writer.write_all(b"250 ok\r\n").await.unwrap();
            continue;
        }
        writer.write_all(b"354 go on\r\n").await.unwrap();
        let mut text = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            if line == "." {
                break;
            }
            text += &line;
            text.push('\n');
        }
        let letter = Letter { to: to.clone(), body: body_of(&text) };
        kept.letters.lock().unwrap().push(letter);
        kept.came.notify_one();
        if kept.is_silent.load(Ordering::SeqCst) {
            return std::future::pending().await;
        }
        writer.write_all(b"250 kept\r\n").await.unwrap();
    }
}

/// Reads the text of a mail, however it is packed.
fn body_of(mail: &str) -> String {
    use base64::Engine as _;
    let (head, body) = mail.split_once("\n\n").unwrap();
    let head = head.to_ascii_lowercase();
    if head.contains("transfer-encoding: base64") {
        let packed: String = body.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed).unwrap();
        return String::from_utf8(bytes).unwrap();
    }
    if head.contains("quoted-printable") {
        return body.replace("=\n", "").replace("=3D", "=");
    }
    body.to_owned()
}

impl Letter {
    /// The path of the link in it that begins so.
    pub(crate) fn link(&self, start: &str) -> String {
        let place = self.body.find(start).unwrap_or_else(|| panic!("no {start} in {}", self.body));
        self.body[place..].split_whitespace().next().unwrap().to_owned()
    }
}
