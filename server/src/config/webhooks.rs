//! Where webhooks may lead.

use std::num::NonZeroU32;

use ipnet::IpNet;
use kaishu_portal::webhooks::WebhookSettings;
use serde::{Deserialize, Serialize};

/// A receiver that only keeps what it is told answers at once.
const DEFAULT_SECONDS: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// Where webhooks may lead, and how long an answer may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookConfig {
    /// The only hosts that are called; any public one where there is none.
    pub hosts: Vec<String>,
    /// Networks of the house that may be called besides.
    pub networks: Vec<IpNet>,
    /// How long a call may take, in seconds.
    pub seconds: NonZeroU32,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self { hosts: Vec::new(), networks: Vec::new(), seconds: DEFAULT_SECONDS }
    }
}

impl WebhookConfig {
    pub(super) fn to_settings(&self) -> WebhookSettings {
        let Self { hosts, networks, seconds } = self;
        WebhookSettings {
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            networks: networks.iter().map(|it| (it.network(), it.prefix_len())).collect(),
            seconds: seconds.get().into(),
        }
    }
}
