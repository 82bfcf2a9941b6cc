//! Which sources the portal asks: those that its operator named, at addresses that nobody can redirect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use chrono::TimeDelta;
use kaishu_types::{Lang, OrganizationCode};
use reqwest::Url;

use crate::{Error, Result};

/// A pause that spares readers and a source that is down.
const PAUSE: Duration = Duration::from_secs(5);

/// Longest address of a source, in bytes.
const MAX_URL_BYTES: usize = 2_000;

/// Networks that no name of a source may lead to, unless the operator named them: those of the machine itself,
/// of the house, and those that stand for others. As in the registries of IANA for special purposes.
const PRIVATE_V4: [([u8; 4], u8); 14] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
];

/// The same of IPv6, where only `2000::/3` is public; of that without those that stand for others.
const PRIVATE_V6: [([u16; 8], u8); 4] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

/// Which sources the portal asks, and within what bounds (PUB-11). Without hosts it asks none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InPlaceSettings {
    /// Their hosts, each after the code of the organization whose system it is: `YX-JTJ data.example.gov.cn` over
    /// https, or an origin as `YX-JTJ http://10.1.2.3:8080`; with a path where only what is below it is theirs.
    pub hosts: Vec<String>,
    /// Networks of the house in which a named host may stand, with the length of their prefix.
    pub networks: Vec<(IpAddr, u8)>,
    /// How long an answer counts before the source is asked again.
    pub fresh_for: TimeDelta,
    /// Most bytes of an answer.
    pub max_bytes: u64,
    /// How long an answer may take, in seconds.
    pub seconds: u64,
    /// A source that gave nothing is not asked again for so long, so that nobody waits behind others.
    pub pause: Duration,
}

impl Default for InPlaceSettings {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            networks: Vec::new(),
            fresh_for: TimeDelta::minutes(10),
            max_bytes: 64 << 20,
            seconds: 20,
            pause: PAUSE,
        }
    }
}

/// Whether a path holds a slash that some servers read as one, so that it leads elsewhere than it says.
fn has_hidden_slash(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ["%2f", "%5c"].iter().any(|slash| path.contains(slash))
}

/// The sources that may be asked.
#[derive(Debug)]
pub(super) struct Allowed {
    hosts: Vec<NamedHost>,
    networks: Vec<(IpAddr, u8)>,
}

/// A host that the operator named.
#[derive(Debug)]
struct NamedHost {
    /// Code of the organization whose system it is.
    organization: String,
    origin: String,
    /// What the path begins with, as `/open/`.
    below: String,
}

impl NamedHost {
    fn read(text: &str) -> Option<Self> {
        let (organization, host) = text.trim().split_once(char::is_whitespace)?;
        organization.parse::<OrganizationCode>().ok()?;
        let host = host.trim();
        let named = match host.contains("://") {
            true => host.to_owned(),
            false => format!("https://{host}"),
        };
        let url = Url::parse(&named).ok()?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.path().ends_with('/')
            && url.query().is_none()
            && url.fragment().is_none()
            && !has_credentials(&url);
        is_plain.then(|| Self {
            organization: organization.to_owned(),
            origin: url.origin().ascii_serialization(),
            below: url.path().to_owned(),
        })
    }

    fn has(&self, url: &Url, organization: &str) -> bool {
        self.organization == organization
            && self.origin == url.origin().ascii_serialization()
            && url.path().starts_with(&self.below)
            && (self.below == "/" || !has_hidden_slash(url.path()))
    }
}

impl Allowed {
    /// Reads the hosts of the settings.
    ///
    /// # Errors
    ///
    /// Names the host that is none.
    pub(super) fn new(settings: &InPlaceSettings) -> Result<Self> {
        let named = |host: &String| {
            NamedHost::read(host).ok_or_else(|| {
                Error::Configuration(format!(
                    "`in_place.hosts`: `{host}` does not name an organization and its host; write `YX-JTJ data.example.gov.cn`, `YX-JTJ http://10.1.2.3:8080`, or with the path that is theirs `YX-JTJ https://data.example.gov.cn/open/`"
                ))
            })
        };
        let hosts = settings.hosts.iter().map(named).collect::<Result<_>>()?;
        Ok(Self { hosts, networks: settings.networks.clone() })
    }

    /// Whether any source may be asked.
    pub(super) fn is_any(&self) -> bool {
        !self.hosts.is_empty()
    }

    /// Reads the address of a source of an organization.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for what is no address of a host that is named for it.
    pub(super) fn read(&self, text: &str, organization: &str, lang: Lang) -> Result<Url> {
        let wrong = |zh: &str, en: &str| Err(Error::field("url", lang.pick(zh, en)));
        let Some(url) = Url::parse(text.trim()).ok().filter(|_| text.len() <= MAX_URL_BYTES) else {
            return wrong(
                "请填写完整的地址，例如 https://data.example.gov.cn/stops.csv",
                "is the whole address, as https://data.example.gov.cn/stops.csv",
            );
        };
        if has_credentials(&url) {
            return wrong(
                "地址里不能有用户名或者密码",
                "has a name or a password in it; an address is shown to others",
            );
        }
        if url.fragment().is_some() {
            return wrong("地址里不能有 #", "has a `#`, which no source is sent");
        }
        if !self.hosts.iter().any(|host| host.has(&url, organization)) {
            return wrong(
                "平台没有为本单位登记这个主机，不能代理读取。请联系平台管理员登记",
                "is of a host that is not named for this organization; whoever runs the portal can name it",
            );
        }
        Ok(url)
    }

    /// Resolves the host of a source, once: what is connected to is what was looked at. None where it is an
    /// address itself, which the operator named.
    ///
    /// # Errors
    ///
    /// Says why it is not asked.
    pub(super) async fn resolve(&self, url: &Url) -> Result<Option<Vec<SocketAddr>>, String> {
        let host = url.host_str().unwrap_or_default();
        if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            return Ok(None);
        }
        let port = url.port_or_known_default().unwrap_or(443);
        let found = tokio::net::lookup_host((host, port)).await;
        let found: Vec<SocketAddr> = found.map_err(|error| error.to_string())?.collect();
        if found.is_empty() {
            return Err(format!("`{host}` has no address"));
        }
        match found.iter().find(|it| !self.may_connect(it.ip())) {
            Some(it) => Err(format!(
                "`{host}` leads to {}, which is in no network of `in_place.networks`",
                it.ip()
            )),
            None => Ok(Some(found)),
        }
    }

    fn may_connect(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.networks.iter().any(|network| is_in(address, *network))
    }
}

/// Whether a name or a password stands in an address.
pub(crate) fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether an address is one of the public network: neither of this machine, nor of the house, nor one for another.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => {
            let network = |(octets, length)| (IpAddr::V4(Ipv4Addr::from(octets)), length);
            !PRIVATE_V4.into_iter().any(|it| is_in(address, network(it)))
        }
        IpAddr::V6(_) => {
            let network = |(parts, length)| (IpAddr::V6(Ipv6Addr::from(parts)), length);
            is_in(address, network(([0x2000, 0, 0, 0, 0, 0, 0, 0], 3)))
                && !PRIVATE_V6.into_iter().any(|it| is_in(address, network(it)))
        }
    }
}

/// Whether an address is in a network with the length of its prefix.
pub(crate) fn is_in(address: IpAddr, (network, length): (IpAddr, u8)) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length.min(32))).unwrap_or(0);
            u32::from(address) & mask == u32::from(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0);
            u128::from(address) & mask == u128::from(network) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn allowed(hosts: &[&str]) -> Allowed {
        let hosts = hosts.iter().map(|host| format!("YX-T {host}")).collect();
        Allowed::new(&InPlaceSettings { hosts, ..InPlaceSettings::default() }).unwrap()
    }

    #[track_caller]
    fn check(url: &str, is_right: bool) {
        let allowed =
            allowed(&["data.example.gov.cn", "http://10.1.2.3:8080", "b.example.gov.cn/open/"]);
        assert_eq!(allowed.read(url, "YX-T", Lang::En).is_ok(), is_right, "{url}");
        assert!(
            allowed.read(url, "YX-U", Lang::En).is_err(),
            "{url} is the system of somebody else"
        );
    }

    #[test]
    fn only_named_hosts_are_asked_as_they_are_named() {
        check("https://data.example.gov.cn/a.csv?x=1", true);
        check("HTTPS://DATA.example.gov.cn:443/a.csv", true);
        check("http://10.1.2.3:8080/a.csv", true);
        check("https://b.example.gov.cn/open/a.csv", true);
        check("https://b.example.gov.cn/closed/a.csv", false);
        check("https://b.example.gov.cn/open/../closed/a.csv", false);
        check("https://b.example.gov.cn/open/%2e%2e/closed/a.csv", false);
        check("https://b.example.gov.cn/open/..%2Fclosed/a.csv", false);
        check("http://data.example.gov.cn/a.csv", false);
        check("https://data.example.gov.cn:8443/a.csv", false);
        check("http://10.1.2.3/a.csv", false);
        check("https://10.1.2.3:8080/a.csv", false);
        check("https://data.example.gov.cn.evil.cn/a.csv", false);
        check("https://data.example.gov.cn@evil.cn/a.csv", false);
        check("https://name:word@data.example.gov.cn/a.csv", false);
        check("file:///etc/passwd", false);
        check("a.csv", false);
        assert!(!allowed(&[]).is_any());
        let hosts = vec!["https://a.cn/path".to_owned()];
        assert!(Allowed::new(&InPlaceSettings { hosts, ..Default::default() }).is_err());
    }

    #[track_caller]
    fn check_address(address: &str, is_right: bool) {
        let mut allowed = allowed(&[]);
        allowed.networks = vec![("10.20.0.0".parse().unwrap(), 16)];
        assert_eq!(allowed.may_connect(address.parse().unwrap()), is_right, "{address}");
    }

    #[test]
    fn names_lead_to_no_network_of_the_house_that_is_not_named() {
        check_address("1.2.4.8", true);
        check_address("2400:3200::1", true);
        check_address("10.20.1.2", true);
        check_address("::ffff:10.20.1.2", true);
        for private in [
            "10.21.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "fe80::1",
            "fd00::1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            check_address(private, false);
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_connected_to() {
        let allowed = allowed(&["http://localhost:9"]);
        let url = allowed.read("http://localhost:9/a.csv", "YX-T", Lang::En).unwrap();
        let refused = allowed.resolve(&url).await.unwrap_err();
        assert!(refused.contains("in_place.networks"), "{refused}");
    }
}
