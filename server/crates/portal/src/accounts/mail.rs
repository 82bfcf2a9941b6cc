//! Mail: how one goes out. What is to be sent waits in the store (`letters`, `notices`).

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::{AsyncSmtpTransport, Error as SmtpError};
use lettre::{AsyncTransport, Tokio1Executor};

use crate::{Error, Portal, Result};

/// Where mail goes out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailSettings {
    /// `smtp://host:25`, `smtps://name:password@host`, or `smtp://…?tls=required`; none where no mail is
    /// sent.
    pub url: Option<String>,
    /// Who writes, as in `公共数据开放平台 <data@example.cn>`.
    pub from: Option<String>,
}

/// Sends mail, where a server for it is set.
pub(crate) struct Mailer {
    server: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
    shows_links: bool,
}

/// A mail with one link in it.
pub(super) struct Letter {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) body: String,
    /// The path that its link leads to, which lets whoever has it in.
    pub(super) link: Option<String>,
}

impl Mailer {
    /// Reads the settings. In a demonstration the links that cannot be sent are written to the log.
    pub(crate) fn new(settings: &MailSettings, shows_links: bool) -> Result<Self> {
        let wrong = |key: &str, why: &dyn std::fmt::Display| {
            Error::Configuration(format!("the setting `mail.{key}` cannot be used: {why}"))
        };
        let Some(url) = &settings.url else { return Ok(Self { server: None, shows_links }) };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| wrong("url", &error))?
            .timeout(Some(Duration::from_secs(30)))
            .build();
        let from = settings.from.as_deref().unwrap_or_default();
        let from = from.parse::<Mailbox>().map_err(|error| {
            wrong("from", &format!("{error}; it says who writes, as in `Name <name@example.cn>`"))
        })?;
        Ok(Self { server: Some((transport, from)), shows_links })
    }
}

/// What became of a mail that was tried once.
pub(super) enum Sent {
    /// The server took it.
    Yes,
    /// The server does not answer, or not now.
    NotYet,
    /// It will never be taken.
    Never,
}

impl Portal {
    /// Sends a mail and waits for the server, once.
    pub(super) async fn send_now(&self, letter: Letter) -> Sent {
        let Some((transport, from)) = &self.inner.accounts.mailer.server else {
            return Sent::NotYet;
        };
        let message = match message(from, letter) {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(%error, "a mail could not be written");
                return Sent::Never;
            }
        };
        match transport.send(message).await {
            Ok(_) => Sent::Yes,
            Err(error) if error.is_permanent() => {
                tracing::error!(status = %status(&error), "a mail is refused and given up");
                Sent::Never
            }
            Err(error) => {
                tracing::warn!(status = %status(&error), "a mail could not be sent yet");
                Sent::NotYet
            }
        }
    }

    /// Whether mail can be sent.
    pub fn sends_mail(&self) -> bool {
        self.inner.accounts.mailer.server.is_some()
    }

    /// Whether a link that lets somebody in reaches them: by mail, or in a demonstration by its log.
    pub(super) fn can_invite(&self) -> bool {
        self.sends_mail() || self.inner.accounts.mailer.shows_links
    }

    /// Sends a mail and waits for the server, once; without one a demonstration shows its link in the log.
    pub(super) async fn send_or_show(&self, letter: Letter) -> Sent {
        if self.sends_mail() || !self.inner.accounts.mailer.shows_links {
            return self.send_now(letter).await;
        }
        let link = letter.link.map(|path| format!("{}{path}", self.site().base_url));
        let link = link.as_deref().unwrap_or("none");
        tracing::info!(subject = letter.subject, link, "no server for mail is set: not sent");
        Sent::Yes
    }
}

/// What a log may say of a mail that was not taken: servers write the address into their text.
fn status(error: &SmtpError) -> String {
    match error.status() {
        Some(code) => code.to_string(),
        None if error.is_timeout() => "timeout".to_owned(),
        None if error.is_tls() => "tls".to_owned(),
        None if error.is_response() => "unreadable".to_owned(),
        None => "no answer".to_owned(),
    }
}

fn message(from: &Mailbox, letter: Letter) -> Result<Message> {
    let failed = |error: &dyn std::fmt::Display| Error::Internal(format!("a mail: {error}"));
    let to = letter.to.parse::<lettre::Address>().map_err(|error| failed(&error))?;
    // Without one, many servers take a mail for an unwanted one.
    let id = format!("<{:032x}@{}>", rand::random::<u128>(), from.email.domain());
    Message::builder()
        .message_id(Some(id))
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(letter.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.body)
        .map_err(|error| failed(&error))
}

/// Whether a text is an address that mail can be sent to.
pub(super) fn is_address(text: &str) -> bool {
    text.len() <= 254
        && text.is_ascii()
        && text.parse::<lettre::Address>().is_ok_and(|address| address.domain().contains('.'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    /// A mail says when it was written and has a number of its own, in the domain of who writes.
    #[test]
    fn each_mail_has_a_number() -> std::result::Result<(), Box<dyn std::error::Error>> {
        let from: Mailbox = "数据 <data@example.cn>".parse()?;
        let number = || -> std::result::Result<String, Box<dyn std::error::Error>> {
            let letter = Letter {
                to: "li.na@example.cn".to_owned(),
                subject: "确认邮箱".to_owned(),
                body: "链接".to_owned(),
                link: None,
            };
            let mail = String::from_utf8(message(&from, letter)?.formatted())?;
            assert!(mail.lines().any(|line| line.starts_with("Date: ")), "{mail}");
            let line = mail.lines().find(|line| line.starts_with("Message-ID: <"));
            Ok(line.unwrap_or_default().to_owned())
        };
        let (first, second) = (number()?, number()?);
        assert!(first.ends_with("@example.cn>"), "{first}");
        assert_ne!(first, second);
        Ok(())
    }

    /// Answers one client as a server for mail that knows nobody.
    fn refuse(listener: &TcpListener) -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        stream.write_all(b"220 post.example.cn\r\n")?;
        while let Some(line) = lines.next().transpose()? {
            let answer = match line.get(..4) {
                Some("RCPT") => format!("550 5.1.1 nobody: {}", line.get(8..).unwrap_or_default()),
                _ => "250 post.example.cn".to_owned(),
            };
            stream.write_all(format!("{answer}\r\n").as_bytes())?;
        }
        Ok(())
    }

    // Servers write whom they do not know into what they say.
    #[tokio::test]
    async fn the_log_says_why_a_mail_was_refused_and_not_whose() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || refuse(&listener));
        let from = "data@example.cn".to_owned();
        let mailer = Mailer::new(&MailSettings { url: Some(url), from: Some(from) }, false);
        let (transport, from) = mailer.unwrap().server.unwrap();
        let letter = Letter {
            to: "li.na@example.cn".to_owned(),
            subject: "通知".to_owned(),
            body: "你好".to_owned(),
            link: None,
        };
        let refused = transport.send(message(&from, letter).unwrap()).await.unwrap_err();
        assert!(refused.to_string().contains("li.na@example.cn"), "the server names the address");
        assert_eq!(status(&refused), "550");
        drop(transport);
        drop(server);
    }

    #[test]
    fn wrong_settings_are_named() {
        let check = |url: &str, from: Option<&str>| {
            let settings =
                MailSettings { url: Some(url.to_owned()), from: from.map(str::to_owned) };
            Mailer::new(&settings, false).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(check("smtp://127.0.0.1:2525", Some("数据 <data@example.cn>")), "");
        assert_eq!(check("smtps://a:b@mail.example.cn", Some("data@example.cn")), "");
        assert!(check("pigeon://roof", Some("data@example.cn")).contains("mail.url"));
        assert!(check("smtp://127.0.0.1", None).contains("mail.from"));
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["li@example.cn", "li.na+data@mail.example.com"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "li",
            "li@",
            "@example.cn",
            "li@localhost",
            "li na@example.cn",
            "a@b.cn\r\nBcc: c@d.cn",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
