//! The documentation of the settings is the settings.

use std::collections::BTreeSet;

use kaishu_portal::Portal;
use kaishu_server::config::{BlobConfig, Config, MailConfig, Overrides};
use toml::{Table, Value};

const DOCUMENTED: &str = include_str!("../../config/kaishu.toml");

fn names(table: &Table, prefix: &str, found: &mut BTreeSet<String>) {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        match value {
            // The options are whatever the storage knows.
            Value::Table(_) if name == "blobs.options" => {
                found.insert(name);
            }
            Value::Table(inner) => names(inner, &format!("{name}."), found),
            _ => {
                found.insert(name);
            }
        }
    }
}

/// The settings with those that have no default written out.
fn with_examples() -> String {
    let is_example = |line: &&str| {
        line.strip_prefix("# ").is_some_and(|rest| {
            rest.split_once(" = ").is_some_and(|(name, _)| {
                name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase())
            })
        })
    };
    let line = |line: &str| if is_example(&line) { line[2..].to_owned() } else { line.to_owned() };
    DOCUMENTED.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_documented_defaults_are_those_of_the_code() {
    let documented: Config = toml::from_str(DOCUMENTED).unwrap();
    assert_eq!(documented, Config::default());
}

#[test]
fn every_setting_is_documented_and_nothing_else() {
    let config = Config {
        database_url: Some("sqlite:///x".to_owned()),
        policy_override: Some("x".into()),
        calendar_file: Some("x".into()),
        secret_file: Some("x".into()),
        site_dir: Some("x".into()),
        oidc_issuer: Some("https://x".to_owned()),
        oidc_client_id: Some("x".to_owned()),
        oidc_client_secret: Some("x".to_owned()),
        blobs: BlobConfig { url: Some("s3://x".to_owned()), ..BlobConfig::default() },
        mail: MailConfig { url: Some("smtp://x".to_owned()), from: Some("x".to_owned()) },
        ..Config::default()
    };
    let mut in_code = BTreeSet::new();
    names(&Table::try_from(&config).unwrap(), "", &mut in_code);
    let mut documented = BTreeSet::new();
    names(&toml::from_str(&with_examples()).unwrap(), "", &mut documented);
    assert_eq!(documented, in_code);
}

fn load(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kaishu.toml");
    std::fs::write(&file, text).unwrap();
    let overrides = Overrides { file: Some(file), ..Overrides::default() };
    Config::load(&overrides).map_err(|error| format!("{error:#}"))
}

#[test]
fn a_file_overrides_defaults_and_flags_override_the_file() {
    let config = load("listen = '0.0.0.0:80'\n[site.name]\nzh = '某市'").unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.site.name.zh, "某市");
    assert_eq!(config.site.name.en, Config::default().site.name.en);

    let flags = Overrides {
        data_dir: Some("elsewhere".into()),
        listen: Some("127.0.0.1:4000".parse().unwrap()),
        demonstration: true,
        ..Overrides::default()
    };
    let config = Config::load(&flags).unwrap();
    assert_eq!(config.data_dir.to_str(), Some("elsewhere"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:4000");
    assert_eq!(config.site.base_url, "http://127.0.0.1:4000");
    assert_eq!(config.policy, "aba");
    assert!(config.site.demonstration);
}

#[test]
fn a_wrong_key_or_value_is_named() {
    let faults = [
        ("colour = 'red'", "colour"),
        ("[site]\ntitle = 'x'", "title"),
        ("[site.name]\nfr = 'x'", "fr"),
        ("listen = 'somewhere'", "listen"),
        ("max_connections = -1", "max_connections"),
        ("listen = ", "kaishu.toml"),
    ];
    for (text, named) in faults {
        let error = load(text).unwrap_err();
        assert!(error.contains(named), "`{error}` does not name `{named}`");
    }
    let missing = Overrides { file: Some("nowhere.toml".into()), ..Overrides::default() };
    assert!(Config::load(&missing).unwrap_err().to_string().contains("nowhere.toml"));
}

const NEXT_YEAR: &str = r#"
[[year]]
year = 2027
notice = "国务院办公厅关于2027年部分节假日安排的通知（示例）"
links = ["https://www.gov.cn/example"]
off = [
  { name = "元旦", first = 2027-01-01, last = 2027-01-03 },
  { name = "劳动节", first = 2027-05-01, last = 2027-05-05 },
  { name = "国庆节", first = 2027-10-01, last = 2027-10-07 },
]
work = [
  2027-05-08,
]
"#;

// Part of SUP-01: the notice of the next year comes with a file, and a file that is wrong is refused at the start with
// its name, the line and the rule.
#[tokio::test]
async fn a_file_brings_the_holidays_of_the_next_year() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("holidays.toml");
    let (data, name) = (folder.path().display(), file.display());
    let config = load(&format!("data_dir = '{data}'\ncalendar_file = '{name}'")).unwrap();
    for (text, faults) in [
        (None, ["`calendar_file`", "holidays.toml"]),
        (Some(NEXT_YEAR.replace("2027-05-08", "2027-05-07")), ["line 12", "no Saturday or Sunday"]),
        (Some(NEXT_YEAR.replace("notice =", "title =")), ["line 4", "unknown field `title`"]),
        (Some(NEXT_YEAR.replace("2027", "2032")), ["line 3", "the next one is 2027"]),
    ] {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let refused = Portal::open(config.settings("v").unwrap()).await.err().unwrap();
        let refused = refused.to_string();
        assert!(faults.iter().all(|fault| refused.contains(fault)), "{refused}");
    }
    std::fs::write(&file, NEXT_YEAR).unwrap();
    let portal = Portal::open(config.settings("v").unwrap()).await.unwrap();
    assert_eq!(portal.last_noticed_year(), Some(2027));
    let years = portal.calendar_years();
    let next = years.iter().find(|it| it.year == 2027).unwrap();
    assert!(next.notice.as_deref().is_some_and(|notice| notice.ends_with("（示例）")));
    let before = years.iter().find(|it| it.year == 2026).unwrap();
    assert!(before.notice.is_some(), "the years of the program stay");
}
