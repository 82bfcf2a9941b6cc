//! Which regulation a profile carries out, and whether it is in force (ORG-12).

use chrono::{Datelike, NaiveDate};
use toml::de::DeValue;

use super::read::Reader;
use super::value::ReadValue;
use super::vocabulary::ProfileStatus;

/// Days before the expiry of a regulation at which the authority is warned (proposed).
pub const EXPIRY_WARNING_DAYS: i64 = 60;

/// The head of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Code, as in `aba`.
    pub code: String,
    /// Counts the editions of the profile; a request keeps the one in force when it was filed.
    pub revision: u32,
    /// The code of the profile this one overrides.
    pub parent: Option<String>,
    /// Name in Chinese.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// Official title of the regulation.
    pub title: String,
    /// Title in English.
    pub title_en: String,
    /// Number of the issuing document.
    pub document: Option<String>,
    /// The body that interprets it.
    pub interpreter: Option<String>,
    /// First day in force.
    pub effective: Option<NaiveDate>,
    /// Last day in force.
    pub expires: Option<NaiveDate>,
    /// Why these dates, in Chinese, where the regulation does not give them whole.
    pub dates_proposed: Option<String>,
    /// The same in English.
    pub dates_proposed_en: Option<String>,
    /// How far it is in force.
    pub status: ProfileStatus,
}

/// How long a profile may still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// It has no end, or the end is far.
    None,
    /// It ends soon: the authority is warned.
    Soon {
        /// Days that are left, the last one included.
        days_left: i64,
    },
    /// It has ended.
    Expired,
}

impl Header {
    pub(crate) const KEYS: &'static [&'static str] = &[
        "code",
        "revision",
        "parent",
        "name",
        "name_en",
        "title",
        "title_en",
        "document",
        "interpreter",
        "effective",
        "expires",
        "dates_proposed",
        "dates_proposed_en",
        "status",
    ];

    /// Tells on a day whether the regulation has ended or is about to.
    pub fn expiry(&self, today: NaiveDate) -> Expiry {
        match self.expires.map(|last| (last - today).num_days()) {
            Some(days) if days < 0 => Expiry::Expired,
            Some(days) if days <= EXPIRY_WARNING_DAYS => Expiry::Soon { days_left: days + 1 },
            _ => Expiry::None,
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_, '_>) -> Option<Self> {
        let code = reader.header_text("code", true);
        let revision = read_revision(reader);
        let parent = reader.header_text("parent", false);
        let name = reader.header_text("name", true);
        let name_en = reader.header_text("name_en", true);
        let title = reader.header_text("title", true);
        let title_en = reader.header_text("title_en", true);
        let document = reader.header_text("document", false);
        let interpreter = reader.header_text("interpreter", false);
        let effective = read_date(reader, "effective");
        let expires = read_date(reader, "expires");
        let dates_proposed = reader.header_text("dates_proposed", false);
        let dates_proposed_en = reader.header_text("dates_proposed_en", false);
        if dates_proposed.is_some() != dates_proposed_en.is_some() {
            let missing = "`dates_proposed` and `dates_proposed_en` come together";
            reader.fault_at("profile", "dates_proposed", missing.to_owned());
        }
        let status = read_status(reader);
        if let (Some(first), Some(last)) = (effective, expires)
            && last < first
        {
            reader.fault_at("profile", "expires", format!("{last} is before `effective` {first}"));
        }
        Some(Self {
            code: code?,
            revision: revision?,
            parent,
            name: name?,
            name_en: name_en?,
            title: title?,
            title_en: title_en?,
            document,
            interpreter,
            effective,
            expires,
            dates_proposed,
            dates_proposed_en,
            status: status?,
        })
    }

    /// Returns the last day of a term of years that began on `effective`, as regulations count it.
    pub(crate) fn end_of_term(&self, years: u32) -> Option<NaiveDate> {
        let first = self.effective?;
        first.with_year(first.year() + i32::try_from(years).ok()?)
    }
}

fn read_revision(reader: &mut Reader<'_, '_>) -> Option<u32> {
    let value = reader.header_value("revision", true)?;
    let number = value.get_ref().as_integer().and_then(|n| n.as_str().parse::<u32>().ok());
    match number {
        Some(number) if number > 0 => Some(number),
        _ => {
            reader.fault(&value.span(), "profile.revision", "expected a number from 1");
            None
        }
    }
}

fn read_date(reader: &mut Reader<'_, '_>, name: &str) -> Option<NaiveDate> {
    let value = reader.header_value(name, false)?;
    let date = as_date(value.get_ref());
    if date.is_none() {
        reader.fault(&value.span(), &format!("profile.{name}"), "expected a date as 2024-12-31");
    }
    date
}

fn as_date(value: &DeValue<'_>) -> Option<NaiveDate> {
    let datetime = value.as_datetime()?;
    let date = datetime.date.filter(|_| datetime.time.is_none())?;
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

fn read_status(reader: &mut Reader<'_, '_>) -> Option<ProfileStatus> {
    let value = reader.header_value("status", true)?;
    ProfileStatus::read(value.get_ref())
        .map_err(|message| reader.fault(&value.span(), "profile.status", message))
        .ok()
}
