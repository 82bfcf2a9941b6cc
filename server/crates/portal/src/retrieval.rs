//! What counts as one retrieval: requests of one client for one file in a short time (DL-04).
//!
//! A download in parts, begun again or made by several connections is one retrieval with one receipt.
//! Nobody can fill the register, or make a file look popular, by asking for it again and again.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_types::receipt::ReceiptView;
use quick_cache::sync::Cache;

/// How long requests of one client for one file are one retrieval.
const ONE_RETRIEVAL: TimeDelta = TimeDelta::minutes(10);

/// Retrievals that are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// Who asks, as far as the network tells: an address, or of IPv6 the network that one customer has.
/// It is kept in memory for minutes and never written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(IpAddr);

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                Self(IpAddr::V6(Ipv6Addr::from(network)))
            }
            address => Self(address),
        }
    }
}

/// The retrievals of the last minutes.
pub(crate) struct Retrievals(Cache<(i64, Client), ReceiptView>);

impl Default for Retrievals {
    fn default() -> Self {
        Self(Cache::new(MAX_REMEMBERED))
    }
}

impl Retrievals {
    /// Returns the receipt of the retrieval that a request goes on with.
    pub(crate) fn under_way(
        &self,
        resource: i64,
        version: u32,
        client: Client,
        now: DateTime<Utc>,
    ) -> Option<ReceiptView> {
        let receipt = self.0.get(&(resource, client))?;
        let is_recent = now.signed_duration_since(receipt.retrieved_at) < ONE_RETRIEVAL;
        (receipt.version == version && is_recent).then_some(receipt)
    }

    /// Remembers a retrieval.
    pub(crate) fn remember(&self, client: Client, receipt: &ReceiptView) {
        self.0.insert((receipt.resource_id, client), receipt.clone());
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use kaishu_types::organization::Named;

    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, is_same: bool) {
        let client = |address: &str| Client::from(address.parse::<IpAddr>().unwrap());
        assert_eq!(client(one) == client(other), is_same, "{one} {other}");
    }

    #[test]
    fn a_retrieval_is_under_way_for_minutes_and_for_one_client_and_version() {
        let begun = DateTime::UNIX_EPOCH;
        let receipt = ReceiptView {
            code: "R-19700101-000000000001".parse().unwrap(),
            dataset: "A-1".parse().unwrap(),
            dataset_title: String::new(),
            version: 2,
            resource_id: 7,
            resource_title: String::new(),
            file_name: String::new(),
            size_bytes: 0,
            sha256: String::new(),
            sm3: String::new(),
            provider: Named { code: String::new(), name: String::new(), name_en: None },
            licence: String::new(),
            retrieved_at: begun,
            attribution: String::new(),
        };
        let [one, other] =
            [[192, 0, 2, 1], [192, 0, 2, 2]].map(|it| Client::from(IpAddr::from(it)));
        let retrievals = Retrievals::default();
        retrievals.remember(one, &receipt);
        let is_found = |resource, version, client, minutes| {
            let now = begun + TimeDelta::minutes(minutes);
            retrievals.under_way(resource, version, client, now).is_some()
        };

        assert!(is_found(7, 2, one, 9));
        assert!(!is_found(7, 2, one, 10));
        assert!(!is_found(7, 2, other, 1));
        assert!(!is_found(7, 3, one, 1));
        assert!(!is_found(8, 2, one, 1));
    }

    #[test]
    fn a_client_is_an_address_or_the_network_of_one_customer() {
        check("192.0.2.1", "192.0.2.1", true);
        check("192.0.2.1", "::ffff:192.0.2.1", true);
        check("192.0.2.1", "192.0.2.2", false);
        check("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true);
        check("2001:db8:1:2::1", "2001:db8:1:3::1", false);
    }
}
