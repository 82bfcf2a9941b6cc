//! Where webhooks may lead: never into the networks of the house, whatever a name says, unless its operator named them.

use std::net::{IpAddr, SocketAddr};

use kaishu_types::Lang;
use reqwest::Url;

use crate::in_place::{has_credentials, is_in, is_public};
use crate::{Error, Result};

/// Longest address, in bytes.
const MAX_URL_BYTES: usize = 1_000;

/// Where webhooks may lead, and how long an answer may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    /// The only hosts that are called; one that begins with a point stands for all below it. Any public host where
    /// there is none.
    pub hosts: Vec<String>,
    /// Networks of the house that may be called besides, with the length of their prefix; there without https, too.
    pub networks: Vec<(IpAddr, u8)>,
    /// How long a call may take, in seconds.
    pub seconds: u64,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { hosts: Vec::new(), networks: Vec::new(), seconds: 10 }
    }
}

impl WebhookSettings {
    /// Reads the address of a webhook. Where a name leads is looked at with each call.
    ///
    /// # Errors
    ///
    /// `InvalidInput` of the field `url` for what may not be called.
    pub(crate) fn read(&self, text: &str, lang: Lang) -> Result<Url> {
        let wrong = |zh: &str, en: &str| Err(Error::field("url", lang.pick(zh, en)));
        let found = Url::parse(text.trim()).ok().filter(|_| text.len() <= MAX_URL_BYTES);
        let Some(url) = found.filter(Url::has_host) else {
            return wrong(
                "请填写完整的地址，例如 https://example.cn/kaishu",
                "is the whole address, as https://example.cn/kaishu",
            );
        };
        let address = address_of(&url);
        let is_in_house = address.is_some_and(|it| self.is_named(it));
        if url.scheme() != "https" && !(url.scheme() == "http" && is_in_house) {
            return wrong("地址须以 https:// 开头", "begins with https://");
        }
        if has_credentials(&url) || url.fragment().is_some() {
            return wrong("地址里不能有用户名、密码或者 #", "has no name, password or `#` in it");
        }
        if address.is_some_and(|it| !self.may_connect(it)) || !self.is_listed(&url, is_in_house) {
            return wrong(
                "这个地址不在允许推送的范围内：只能推送到公网地址，或者平台登记的主机",
                "is not one that may be called: only public addresses are, or the hosts that the portal names",
            );
        }
        Ok(url)
    }

    /// Resolves the host of a webhook, once: what is connected to is what was looked at.
    ///
    /// # Errors
    ///
    /// Says why it is not called.
    pub(super) async fn resolve(&self, url: &Url) -> Result<Vec<SocketAddr>, String> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(443);
        let found: Vec<SocketAddr> = match address_of(url) {
            Some(address) => vec![SocketAddr::new(address, port)],
            None => {
                let found = tokio::net::lookup_host((host, port)).await;
                found.map_err(|_| "the host has no address".to_owned())?.collect()
            }
        };
        // What is not public is not told apart: the answer says nothing of the house.
        match !found.is_empty() && found.iter().all(|it| self.may_connect(it.ip())) {
            true => Ok(found),
            false => Err("the host leads to an address that may not be called".to_owned()),
        }
    }

    fn may_connect(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.is_named(address)
    }

    fn is_named(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| is_in(address.to_canonical(), *network))
    }

    fn is_listed(&self, url: &Url, is_in_house: bool) -> bool {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let is_it = |listed: &String| match listed.starts_with('.') {
            true => host.ends_with(listed.as_str()),
            false => host == *listed,
        };
        self.hosts.is_empty() || is_in_house || self.hosts.iter().any(is_it)
    }
}

fn address_of(url: &Url) -> Option<IpAddr> {
    let host = url.host_str().unwrap_or_default();
    host.trim_matches(['[', ']']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(settings: &WebhookSettings, url: &str, is_right: bool) {
        assert_eq!(settings.read(url, Lang::En).is_ok(), is_right, "{url}");
    }

    #[test]
    fn only_public_addresses_are_called_over_https() {
        let settings = WebhookSettings::default();
        for good in
            ["https://example.cn/kaishu", "https://example.cn:8443/a?b=c", "https://1.1.1.1/"]
        {
            check(&settings, good, true);
        }
        for bad in [
            "http://example.cn/kaishu",
            "ftp://example.cn/",
            "example.cn",
            "https://",
            "https://a:b@example.cn/",
            "https://example.cn/#a",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00::1]/",
            "https://0.0.0.0/",
        ] {
            check(&settings, bad, false);
        }
    }

    #[test]
    fn the_operator_names_hosts_and_networks() {
        let hosts = vec!["hooks.example.cn".to_owned(), ".gov.cn".to_owned()];
        let networks = vec![(IpAddr::from([127, 0, 0, 0]), 8)];
        let settings = WebhookSettings { hosts, networks, ..WebhookSettings::default() };
        check(&settings, "https://hooks.example.cn/a", true);
        check(&settings, "https://a.gov.cn/", true);
        check(&settings, "https://xgov.cn/", false);
        check(&settings, "https://example.cn/", false);
        check(&settings, "http://127.0.0.1:9000/a", true);
        check(&settings, "http://10.0.0.1/", false);
        check(&settings, "http://hooks.example.cn/", false);
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_followed() {
        let settings = WebhookSettings::default();
        for url in ["https://localhost/", "https://127.0.0.1/"] {
            let Ok(url) = Url::parse(url) else { continue };
            assert!(settings.resolve(&url).await.is_err(), "{url}");
        }
    }
}
