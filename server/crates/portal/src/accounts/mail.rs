//! Mail: sent in the background, tried again for a while, never holding up who caused it.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{AsyncTransport, Tokio1Executor};

use crate::{Error, Portal, Result};

/// How long is waited before the second try, the third, and so on.
const PAUSES: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
];

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
                tracing::error!(%error, "a mail is refused and given up");
                Sent::Never
            }
            Err(error) => {
                tracing::warn!(%error, "a mail could not be sent yet");
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

    /// Sends a mail in the background. Where no server for mail is set, the log says so.
    pub fn send_mail(&self, to: &str, subject: &str, body: &str) {
        self.send_letter(Letter {
            to: to.to_owned(),
            subject: subject.to_owned(),
            body: body.to_owned(),
            link: None,
        });
    }

    /// Sends a mail whose link is a secret.
    pub(super) fn send_letter(&self, letter: Letter) {
        let Mailer { server, shows_links } = &self.inner.accounts.mailer;
        let Some((transport, from)) = server else {
            let link = letter.link.filter(|_| *shows_links);
            let link = link.map(|path| format!("{}{path}", self.site().base_url));
            let link = link.as_deref().unwrap_or("not shown: this is no demonstration");
            tracing::info!(subject = letter.subject, link, "no server for mail is set: not sent");
            return;
        };
        let message = match message(from, letter) {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(%error, "a mail could not be written");
                return;
            }
        };
        tokio::spawn(deliver(transport.clone(), message));
    }
}

fn message(from: &Mailbox, letter: Letter) -> Result<Message> {
    let failed = |error: &dyn std::fmt::Display| Error::Internal(format!("a mail: {error}"));
    let to = letter.to.parse::<lettre::Address>().map_err(|error| failed(&error))?;
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(letter.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.body)
        .map_err(|error| failed(&error))
}

async fn deliver(transport: AsyncSmtpTransport<Tokio1Executor>, message: Message) {
    let mut pauses = PAUSES.into_iter();
    loop {
        let Err(error) = transport.send(message.clone()).await else { return };
        let pause = pauses.next().filter(|_| !error.is_permanent());
        let Some(pause) = pause else {
            tracing::error!(%error, "a mail could not be sent and is given up");
            return;
        };
        tracing::warn!(%error, seconds = pause.as_secs(), "a mail could not be sent yet");
        tokio::time::sleep(pause).await;
    }
}

/// Whether a text is an address that mail can be sent to.
pub(super) fn is_address(text: &str) -> bool {
    text.len() <= 254
        && text.is_ascii()
        && text.parse::<lettre::Address>().is_ok_and(|address| address.domain().contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

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
