//! What counts as one retrieval: requests of one client for one file in a short time (DL-04).
//!
//! A download in parts, begun again or made by several connections is one retrieval with one receipt.
//! Nobody can fill the register, or make a file look popular, by asking for it again and again.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_store::receipts::Under;
use kaishu_types::DatasetCode;
use kaishu_types::receipt::{ReceiptView, Retrieved};
use quick_cache::sync::Cache;

use crate::Result;

/// How long requests of one client for one file are one retrieval.
const ONE_RETRIEVAL: TimeDelta = TimeDelta::minutes(10);

/// Retrievals that are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// Who asks, as far as the network tells: an address, or of IPv6 the network that one customer has.
/// It is kept in memory for minutes; only a login writes it, encrypted, for the owner of the account to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(IpAddr);

impl std::fmt::Display for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

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

impl Client {
    /// Stands for no address at all.
    pub(crate) const NOBODY: Self = Self(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));

    /// The network in which a customer can choose freely: of IPv6 what a provider gives to one of them at most
    /// times (/56). For what must not be repeated from the next network of the same customer.
    pub(crate) fn customer(self) -> Self {
        match self.0 {
            IpAddr::V6(address) => {
                let network = u128::from(address) & (u128::MAX << 72);
                Self(IpAddr::V6(Ipv6Addr::from(network)))
            }
            IpAddr::V4(_) => self,
        }
    }
}

/// What is taken, apart from all else: of which resource and version, and by which question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Taken {
    /// The resource; `None` for all of a dataset.
    pub(crate) resource: Option<i64>,
    /// The dataset with its version.
    pub(crate) version: (DatasetCode, u32),
    pub(crate) kind: Retrieved,
    /// What it was open under: what two people take is two retrievals.
    pub(crate) under: Under,
    /// Format and question of an answer.
    pub(crate) what: String,
}

/// The retrievals of the last minutes, by what was taken and by client.
pub(crate) struct Retrievals(Cache<(Taken, Client), ReceiptView>);

impl Default for Retrievals {
    fn default() -> Self {
        Self(Cache::new(MAX_REMEMBERED))
    }
}

impl Retrievals {
    /// Returns the receipt of the retrieval that a request goes on with, or the one that `issue`
    /// makes for a new one. Of requests at the same time one issues it and the others wait.
    pub(crate) async fn receipt(
        &self,
        taken: Taken,
        client: Client,
        now: DateTime<Utc>,
        issue: impl AsyncFnOnce() -> Result<ReceiptView>,
    ) -> Result<ReceiptView> {
        let key = (taken, client);
        self.0.remove_if(&key, |receipt| {
            now.signed_duration_since(receipt.retrieved_at) >= ONE_RETRIEVAL
        });
        self.0.get_or_insert_async(&key, issue()).await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::sync::atomic::{AtomicU64, Ordering};

    use kaishu_types::organization::Named;

    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, is_same: bool) {
        let client = |address: &str| Client::from(address.parse::<IpAddr>().unwrap());
        assert_eq!(client(one) == client(other), is_same, "{one} {other}");
    }

    fn taken(resource: i64, version: u32) -> Taken {
        Taken {
            resource: Some(resource),
            version: ("A-1".parse().unwrap(), version),
            kind: Retrieved::Original,
            under: Under::default(),
            what: String::new(),
        }
    }

    fn receipt(serial: u64, version: u32, resource_id: i64, now: DateTime<Utc>) -> ReceiptView {
        ReceiptView {
            code: format!("R-19700101-{serial:012}").parse().unwrap(),
            dataset: "A-1".parse().unwrap(),
            dataset_title: String::new(),
            version,
            kind: Retrieved::Original,
            question: None,
            resource_id: Some(resource_id),
            resource_title: String::new(),
            file_name: String::new(),
            size_bytes: None,
            sha256: None,
            sm3: None,
            provider: Named { code: String::new(), name: String::new(), name_en: None },
            licence: String::new(),
            licence_accepted: false,
            retrieved_at: now,
            attribution: String::new(),
        }
    }

    #[tokio::test]
    async fn a_retrieval_is_under_way_for_minutes_and_for_one_client_and_version() {
        let [one, other] =
            [[192, 0, 2, 1], [192, 0, 2, 2]].map(|it| Client::from(IpAddr::from(it)));
        let retrievals = Retrievals::default();
        let issued = AtomicU64::new(0);
        let issues = async |resource, version, client, minutes| {
            let now = DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
            let before = issued.load(Ordering::Relaxed);
            let issue = async || {
                let serial = issued.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(receipt(serial, version, resource, now))
            };
            retrievals.receipt(taken(resource, version), client, now, issue).await.unwrap();
            issued.load(Ordering::Relaxed) > before
        };

        assert!(issues(7, 2, one, 0).await);
        assert!(!issues(7, 2, one, 9).await);
        assert!(issues(7, 2, other, 1).await);
        assert!(issues(7, 3, one, 1).await);
        assert!(issues(8, 2, one, 1).await);
        assert!(issues(7, 2, one, 10).await);
    }

    #[tokio::test]
    async fn connections_at_the_same_time_share_one_receipt() {
        let client = Client::from(IpAddr::from([192, 0, 2, 1]));
        let retrievals = Retrievals::default();
        let issued = AtomicU64::new(0);
        let ask = async || {
            let issue = async || {
                let serial = issued.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(receipt(serial, 1, 7, DateTime::UNIX_EPOCH))
            };
            retrievals.receipt(taken(7, 1), client, DateTime::UNIX_EPOCH, issue).await.unwrap().code
        };

        let (first, second, third) = tokio::join!(ask(), ask(), ask());

        assert!(first == second && second == third);
        assert_eq!(issued.load(Ordering::Relaxed), 1);
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
