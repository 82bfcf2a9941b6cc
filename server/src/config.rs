//! Settings: `kaishu.toml`, overridden by `KAISHU_*` variables, overridden by flags.

mod look;
mod sharing;
mod verify;
mod webhooks;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use ipnet::IpNet;
use kaishu_portal::accounts::{LoginLimit, MailSettings, OidcSettings};
use kaishu_portal::in_place::InPlaceSettings;
use kaishu_portal::{BlobSettings, Clock, Settings, Site, Text};
use serde::{Deserialize, Serialize};

pub use look::LookConfig;
pub use sharing::SharingConfig;
pub use verify::VerifyConfig;
pub use webhooks::WebhookConfig;

use crate::connections::own_machine;

/// The file that is read where no other is named.
const DEFAULT_FILE: &str = "kaishu.toml";

/// Far more than a portal has readers at once, far fewer than a system has room for.
const DEFAULT_MAX_OPEN: NonZeroU32 = NonZeroU32::new(4_096).unwrap();

/// What one client may fail to log in with, and for how long: an office behind one address makes fewer.
const DEFAULT_LOGIN_FAILURES: NonZeroU32 = NonZeroU32::new(30).unwrap();
const DEFAULT_LOGIN_MINUTES: NonZeroU32 = NonZeroU32::new(15).unwrap();

/// What the key of a grant may ask in a minute: ten requests a second.
const DEFAULT_KEY_REQUESTS: NonZeroU32 = NonZeroU32::new(600).unwrap();

/// Far more than a program of a department writes in two days, and few enough to count them with each request.
const DEFAULT_KEPT_REQUESTS: NonZeroU32 = NonZeroU32::new(10_000).unwrap();

/// An interrupted upload may be taken up on the next day.
const DEFAULT_UPLOAD_HOURS: NonZeroU32 = NonZeroU32::new(24).unwrap();

/// Data that stands elsewhere is asked for anew after that, and waited for so long.
const DEFAULT_FRESH_MINUTES: NonZeroU32 = NonZeroU32::new(10).unwrap();
const DEFAULT_SOURCE_SECONDS: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// Variables of the build and test scripts, which are no settings.
const NO_SETTINGS: &[&str] = &["URL", "BIN", "WASM_LIBDIR"];

/// Prefixes of variables of tests, which are no settings either.
const NO_SETTING_PREFIXES: &[&str] = &["TEST_", "STORE_"];

/// All settings. `config/kaishu.toml` says what each means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The folder that holds everything.
    pub data_dir: PathBuf,
    /// The database; SQLite in the data folder where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// Most connections to the database.
    pub max_connections: u32,
    /// Most connections of clients at once.
    pub max_open_connections: NonZeroU32,
    /// Networks of proxies, which say for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// Code of the policy profile.
    pub policy: String,
    /// A file that puts some rules in the place of those of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_override: Option<PathBuf>,
    /// A file with notices of holidays that come to those of the program, or take their place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar_file: Option<PathBuf>,
    /// A file with the secret of masked values and cursors; made in the data folder where nothing is
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// Memory of all questions to tables at once, in bytes.
    pub table_memory_bytes: usize,
    /// Time for one page of an answer of a table, in seconds.
    pub table_seconds: u64,
    /// A folder with style, scripts and icons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_dir: Option<PathBuf>,
    /// Most bytes of a request's body.
    pub max_body_bytes: usize,
    /// Most bytes of an upload of files.
    pub max_upload_bytes: usize,
    /// How long an upload waits for more of its file, in hours.
    pub upload_hours: NonZeroU32,
    /// Memory for pages that are kept ready.
    pub page_cache_bytes: u64,
    /// Most logins of one client that may fail within the time below.
    pub login_failures: NonZeroU32,
    /// That time, and how long the client waits then, in minutes.
    pub login_minutes: NonZeroU32,
    /// Most requests of a minute with the key of a grant.
    pub key_requests_per_minute: NonZeroU32,
    /// Most requests of two days that are known by their keys, for each account.
    pub kept_requests_per_account: NonZeroU32,
    /// The address of a provider of identities, by which people log in besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc_issuer: Option<String>,
    /// The name of this portal there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc_client_id: Option<String>,
    /// The secret of this portal there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc_client_secret: Option<String>,
    /// Whether a second factor that was given there counts here.
    pub oidc_trust_second_factor: bool,
    /// Whether a login there proves who somebody is.
    pub oidc_proves_identity: bool,
    /// What is written to the log.
    pub log: String,
    /// Where the bytes of files are kept.
    pub blobs: BlobConfig,
    /// Where mail goes out.
    #[serde(default)]
    pub mail: MailConfig,
    /// Which providers are asked for data that stands there.
    #[serde(default)]
    pub in_place: InPlaceConfig,
    /// How much may be verified under a grant.
    #[serde(default)]
    pub verify: VerifyConfig,
    /// What is kept of what agencies share with each other.
    #[serde(default)]
    pub sharing: SharingConfig,
    /// What is shown of conditional data before somebody applies.
    #[serde(default)]
    pub look: LookConfig,
    /// Where webhooks may lead.
    #[serde(default)]
    pub webhooks: WebhookConfig,
    /// Name and keeper of the portal.
    pub site: SiteConfig,
}

/// Which providers are asked for data that stands there, and within what bounds (PUB-11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InPlaceConfig {
    /// Organizations with their hosts, as `YX-JTJ http://10.1.2.3:8080`; none is asked where there is none.
    pub hosts: Vec<String>,
    /// Networks of the house in which a named host may stand.
    pub networks: Vec<IpNet>,
    /// How long an answer counts before the source is asked again, in minutes.
    pub fresh_minutes: NonZeroU32,
    /// Most bytes of an answer.
    pub max_bytes: u64,
    /// How long an answer may take, in seconds.
    pub seconds: NonZeroU32,
}

/// Where mail goes out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// `smtp://host:25` or `smtps://name:password@host`; no mail is sent where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Who writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// Where the bytes of files are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobConfig {
    /// `s3://bucket/prefix`; the data folder where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Options of the storage by name.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

/// Name and keeper of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteConfig {
    /// The address the outside knows it by.
    pub base_url: String,
    /// Code of the region it belongs to.
    pub region: String,
    /// Words offered under the search field.
    pub popular: Vec<String>,
    /// Whether everything is a demonstration.
    pub demonstration: bool,
    /// Its name.
    pub name: TextConfig,
    /// Who keeps it.
    pub keeper: TextConfig,
    /// Where the keeper is.
    pub address: TextConfig,
    /// When the keeper can be reached.
    pub hours: TextConfig,
    /// What the portal is, in a sentence.
    pub description: TextConfig,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextConfig {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What flags override.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The settings file; it must exist when it is named.
    pub file: Option<PathBuf>,
    /// The folder that holds everything.
    pub data_dir: Option<PathBuf>,
    /// Address and port to listen on.
    pub listen: Option<SocketAddr>,
    /// Whether the demonstration's name and rules stand where nothing else is said.
    pub demonstration: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            data_dir: PathBuf::from("data"),
            database_url: None,
            max_connections: 8,
            max_open_connections: DEFAULT_MAX_OPEN,
            trusted_proxies: own_machine(),
            policy: "default".to_owned(),
            policy_override: None,
            calendar_file: None,
            secret_file: None,
            table_memory_bytes: 512 << 20,
            table_seconds: 10,
            site_dir: None,
            max_body_bytes: 1 << 20,
            max_upload_bytes: 2 << 30,
            upload_hours: DEFAULT_UPLOAD_HOURS,
            page_cache_bytes: 64 << 20,
            login_failures: DEFAULT_LOGIN_FAILURES,
            login_minutes: DEFAULT_LOGIN_MINUTES,
            key_requests_per_minute: DEFAULT_KEY_REQUESTS,
            kept_requests_per_account: DEFAULT_KEPT_REQUESTS,
            oidc_issuer: None,
            oidc_client_id: None,
            oidc_client_secret: None,
            oidc_trust_second_factor: false,
            oidc_proves_identity: false,
            log: "info".to_owned(),
            blobs: BlobConfig::default(),
            mail: MailConfig::default(),
            in_place: InPlaceConfig::default(),
            verify: VerifyConfig::default(),
            sharing: SharingConfig::default(),
            look: LookConfig::default(),
            webhooks: WebhookConfig::default(),
            site: SiteConfig::of(&Site::default()),
        }
    }
}

impl Default for InPlaceConfig {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            networks: Vec::new(),
            fresh_minutes: DEFAULT_FRESH_MINUTES,
            max_bytes: 64 << 20,
            seconds: DEFAULT_SOURCE_SECONDS,
        }
    }
}

impl InPlaceConfig {
    fn to_settings(&self) -> InPlaceSettings {
        let Self { hosts, networks, fresh_minutes, max_bytes, seconds } = self;
        InPlaceSettings {
            hosts: hosts.clone(),
            networks: networks.iter().map(|it| (it.network(), it.prefix_len())).collect(),
            fresh_for: chrono::TimeDelta::minutes(fresh_minutes.get().into()),
            max_bytes: *max_bytes,
            seconds: seconds.get().into(),
            ..InPlaceSettings::default()
        }
    }
}

impl Config {
    /// Returns the settings of the demonstration.
    pub fn demonstration() -> Self {
        Self {
            policy: "aba".to_owned(),
            site: SiteConfig::of(&Site::demonstration()),
            ..Self::default()
        }
    }

    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// Names the key that is not known or the value that cannot be read, and where it stands.
    pub fn load(overrides: &Overrides) -> anyhow::Result<Self> {
        let base = if overrides.demonstration { Self::demonstration() } else { Self::default() };
        let file = match &overrides.file {
            Some(file) if !file.is_file() => {
                return Err(anyhow!(
                    "there is no settings file {}; correct --config, or leave it out for the defaults",
                    file.display()
                ));
            }
            Some(file) => Some(file.clone()),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.is_file()),
        };
        let mut figment = Figment::from(Serialized::defaults(base));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(Env::prefixed("KAISHU_").filter(is_setting).split("__"));
        if let Some(data_dir) = &overrides.data_dir {
            figment = figment.merge(Serialized::default("data_dir", data_dir));
        }
        if let Some(listen) = &overrides.listen {
            figment = figment.merge(Serialized::default("listen", listen));
        }
        let mut config: Self = figment.extract().map_err(|error| anyhow!("{error}")).context(
            "the settings cannot be used; every key is documented in server/config/kaishu.toml",
        )?;
        let unset = SiteConfig::of(&Site::default()).base_url;
        if config.site.base_url == unset {
            config.site.base_url = format!("http://{}", config.listen);
        }
        Ok(config)
    }

    /// Returns what the portal is opened with.
    ///
    /// # Errors
    ///
    /// Says why the secret of the portal cannot be read or made.
    pub fn settings(&self, asset_version: &str) -> anyhow::Result<Settings> {
        let folder = &self.data_dir;
        let database_url = self.database_url.clone().unwrap_or_else(|| sqlite_url(folder));
        let blobs = match &self.blobs.url {
            None => BlobSettings::Local(folder.join("blobs")),
            Some(url) => BlobSettings::Remote {
                url: url.clone(),
                options: self.blobs.options.clone().into_iter().collect(),
            },
        };
        Ok(Settings {
            database_url,
            max_connections: self.max_connections,
            blobs,
            index_dir: folder.join("index"),
            policy: self.policy.clone(),
            policy_override: self.policy_override.clone(),
            calendar_file: self.calendar_file.clone(),
            site: self.site.to_site(asset_version),
            clock: Clock::System,
            work_dir: folder.join("work"),
            secret: crate::secret::read(self.secret_file.as_deref(), folder)?,
            login_limit: LoginLimit {
                failures: self.login_failures,
                span: chrono::TimeDelta::minutes(self.login_minutes.get().into()),
            },
            oidc: self.oidc()?,
            upload_time: chrono::TimeDelta::hours(self.upload_hours.get().into()),
            mail: MailSettings { url: self.mail.url.clone(), from: self.mail.from.clone() },
            in_place: self.in_place.to_settings(),
            key_requests: self.key_requests_per_minute,
            kept_requests: self.kept_requests_per_account,
            verify: self.verify.to_limits(),
            verified_for: chrono::TimeDelta::days(self.sharing.verified_days.get().into()),
            look_least: self.look.least_count,
            webhooks: self.webhooks.to_settings(),
            table_bounds: kaishu_portal::tables::Bounds {
                memory: self.table_memory_bytes,
                time: std::time::Duration::from_secs(self.table_seconds),
                ..kaishu_portal::tables::Bounds::default()
            },
        })
    }
}

impl Config {
    /// The provider of identities, where one is named.
    fn oidc(&self) -> anyhow::Result<Option<OidcSettings>> {
        match (&self.oidc_issuer, &self.oidc_client_id) {
            (Some(issuer), Some(client_id)) => Ok(Some(OidcSettings {
                issuer: issuer.clone(),
                client_id: client_id.clone(),
                client_secret: self.oidc_client_secret.clone(),
                trusts_second_factor: self.oidc_trust_second_factor,
                proves_identity: self.oidc_proves_identity,
            })),
            (None, None) if self.oidc_client_secret.is_none() => Ok(None),
            _ => Err(anyhow!(
                "`oidc_issuer` and `oidc_client_id` belong together: set both, or none of the settings `oidc_*`"
            )),
        }
    }
}

/// Returns the address of the database in a data folder. Characters that mean something in an
/// address are written so that they mean themselves.
fn sqlite_url(folder: &Path) -> String {
    let path = folder.join("kaishu.sqlite");
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}")
}

fn is_setting(name: &figment::value::UncasedStr) -> bool {
    let name = name.as_str().to_ascii_uppercase();
    !NO_SETTINGS.contains(&name.as_str())
        && !NO_SETTING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

impl SiteConfig {
    fn of(site: &Site) -> Self {
        let Site {
            name,
            keeper,
            address,
            hours,
            description,
            base_url,
            region,
            popular,
            demonstration,
            asset_version: _,
        } = site;
        Self {
            base_url: base_url.clone(),
            region: region.clone(),
            popular: popular.clone(),
            demonstration: *demonstration,
            name: TextConfig::of(name),
            keeper: TextConfig::of(keeper),
            address: TextConfig::of(address),
            hours: TextConfig::of(hours),
            description: TextConfig::of(description),
        }
    }

    fn to_site(&self, asset_version: &str) -> Site {
        Site {
            name: self.name.to_text(),
            keeper: self.keeper.to_text(),
            address: self.address.to_text(),
            hours: self.hours.to_text(),
            description: self.description.to_text(),
            base_url: self.base_url.trim_end_matches('/').to_owned(),
            region: self.region.clone(),
            popular: self.popular.clone(),
            demonstration: self.demonstration,
            asset_version: asset_version.to_owned(),
        }
    }
}

impl TextConfig {
    fn of(text: &Text) -> Self {
        Self { zh: text.zh.clone(), en: text.en.clone() }
    }

    fn to_text(&self) -> Text {
        Text::new(&self.zh, &self.en)
    }
}
