//! One signed call to an address of others: where it leads is looked at, no answer leads elsewhere, and none is read.

use std::time::Duration;

use kaishu_types::Lang;

use super::signing;
use crate::{Portal, Result};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(4);

/// What came of a call.
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    pub(crate) note: Option<String>,
}

impl Answer {
    pub(crate) fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// A call.
pub(crate) struct Post<'a> {
    /// Where to.
    pub(crate) url: &'a str,
    /// What it is signed with, encrypted.
    pub(crate) secret: &'a str,
    /// What makes it one that was made before.
    pub(crate) id: &'a str,
    pub(crate) content_type: &'static str,
    /// What it says besides.
    pub(crate) headers: &'a [(&'static str, String)],
    pub(crate) body: &'a str,
    /// How long it may take, in seconds.
    pub(crate) seconds: u64,
}

impl Portal {
    /// Makes a call once.
    pub(crate) async fn post_signed(&self, post: &Post<'_>) -> Answer {
        let failed = |note: String| Answer { status: None, note: Some(note) };
        let within = Duration::from_secs(post.seconds.max(1));
        match tokio::time::timeout(within, self.post_once(post)).await {
            Ok(Ok(status)) => {
                let note = (!(200..300).contains(&status)).then(|| format!("it answered {status}"));
                Answer { status: Some(status), note }
            }
            Ok(Err(note)) => failed(note),
            Err(_) => failed("it did not answer in time".to_owned()),
        }
    }

    async fn post_once(&self, post: &Post<'_>) -> Result<u16, String> {
        let settings = &self.inner.webhooks;
        let url = settings.read(post.url, Lang::En).map_err(|error| error.to_string())?;
        let secret = self.account_secrets().open_webhook(post.secret);
        let secret = secret.ok_or_else(|| "its secret cannot be opened".to_owned())?;
        // Receivers compare it with their own clock.
        let timestamp = self.now().timestamp();
        let signature = signing::sign(&secret, post.id, timestamp, post.body);
        let signature = signature.ok_or_else(|| "its secret cannot be read".to_owned())?;
        let addresses = settings.resolve(&url).await?;
        let mut client = reqwest::Client::builder()
            // Neither an answer nor a variable of the machine leads to another one.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT);
        if let Some(host) = url.host_str() {
            client = client.resolve_to_addrs(host, &addresses);
        }
        let broken = |error: reqwest::Error| match error.is_timeout() {
            true => "it did not answer in time".to_owned(),
            false => "no connection, or it broke off".to_owned(),
        };
        let mut request = client
            .build()
            .map_err(broken)?
            .post(url)
            .header("content-type", post.content_type)
            .header("user-agent", "Kaishu-Webhooks/1")
            .header("webhook-id", post.id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .body(post.body.to_owned());
        for (name, value) in post.headers {
            request = request.header(*name, value);
        }
        Ok(request.send().await.map_err(broken)?.status().as_u16())
    }
}
