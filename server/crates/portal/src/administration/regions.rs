//! Records of regions: what their zones say, which body is their data authority, and new ones (ORG-04, ZON-01).
//!
//! What a zone says is kept by its own authority; names, authorities and new regions by the authority above, which for
//! the uppermost region is its own. Level and place stay: roles reach as far as the tree.

use std::collections::BTreeMap;

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::StoreError;
use kaishu_store::regions::{self, NewRegion, RegionRecord};
use kaishu_types::vocabulary::RegionLevel;
use kaishu_types::{Lang, OrganizationCode, RegionCode};

use super::{Faults, MAX_NAME, MAX_TEXT};
use crate::accounts::Caller;
use crate::cases::{LogAct, not_covered};
use crate::requests::sha256;
use crate::{Error, Portal, Result};

/// A record as somebody wrote it down; an empty text is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `NewRegion`")]
pub struct RegionForm<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub name_en: &'a str,
    pub level: &'a str,
    pub parent: &'a str,
    pub description: &'a str,
    pub authority: &'a str,
    /// The revision that was edited; none for a new region.
    pub revision: Option<&'a str>,
}

/// A record as those see it who keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRow {
    /// The record.
    pub record: RegionRecord,
    /// Tells it from what it was before and will be.
    pub revision: String,
    /// Whether the reader keeps its names and its authority, too.
    pub is_whole: bool,
    /// Listed datasets, those of the regions below included.
    pub n_datasets: u64,
}

impl Portal {
    /// Lists the records that the caller keeps, upper regions first.
    ///
    /// # Errors
    ///
    /// Refused for who keeps none.
    pub async fn region_records(&self, caller: &Caller, lang: Lang) -> Result<Vec<RegionRow>> {
        let action = Action::KeepRegions;
        if !caller.may_ever(action) {
            return Err(not_covered(caller, action, lang));
        }
        let directory = self.directory();
        let records = regions::records(&self.inner.store).await?;
        let kept = records.into_iter().filter(|it| self.keeps_region(caller, &it.code));
        Ok(kept
            .map(|record| RegionRow {
                revision: revision_of(&record),
                is_whole: self.keeps_region(caller, above(&record)),
                n_datasets: directory.region(&record.code).map_or(0, |it| it.n_datasets),
                record,
            })
            .collect())
    }

    fn keeps_region(&self, caller: &Caller, code: &str) -> bool {
        let subject = self.subject(None, Some(code), false);
        caller.role_for(Action::KeepRegions, &subject).is_some()
    }

    /// Finds a record that the caller keeps.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller keeps.
    pub async fn region_record(
        &self,
        caller: &Caller,
        code: &str,
        lang: Lang,
    ) -> Result<RegionRow> {
        let rows = self.region_records(caller, lang).await?;
        let found = rows.into_iter().find(|row| row.record.code == code);
        found.ok_or_else(|| Error::not_found("region", code))
    }

    /// Adds or changes a record.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; `Conflict` where somebody changed the record meanwhile; refused for who does
    /// not keep it.
    pub async fn save_region(
        &self,
        caller: &Caller,
        form: &RegionForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        match form.revision {
            None => self.add_region(caller, form, lang).await,
            Some(revision) => self.change_region(caller, (form, revision), lang).await,
        }
    }

    async fn add_region(&self, caller: &Caller, form: &RegionForm<'_>, lang: Lang) -> Result<()> {
        let new = self.read_region(form, lang)?;
        let parent = new.parent.as_ref().map(RegionCode::as_str);
        let subject = self.subject(None, parent, false);
        let by = self.permitted(caller, Action::KeepRegions, &subject, lang)?;
        let transaction = self.inner.store.begin_catalogue().await?;
        regions::add(&transaction, &new).await.map_err(|error| match error {
            StoreError::Conflict { .. } => Error::field(
                "code",
                lang.pick("这个编码已经有地区使用", "A region has this code already"),
            ),
            other => other.into(),
        })?;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let facts = [
            ("name", new.name.clone()),
            ("level", new.level.to_string()),
            ("parent", parent.unwrap_or_default().to_owned()),
            ("authority", text(&new.authority)),
        ];
        let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
        let facts = facts.map(|(name, value)| (name.to_owned(), value)).collect();
        self.keep_region(transaction, (new.code.as_str(), "added"), by, facts).await
    }

    async fn change_region(
        &self,
        caller: &Caller,
        (form, revision): (&RegionForm<'_>, &str),
        lang: Lang,
    ) -> Result<()> {
        let row = self.region_record(caller, form.code, lang).await?;
        let before = row.record;
        if row.revision != revision {
            let what = "somebody changed this region since".to_owned();
            return Err(StoreError::Conflict { what }.into());
        }
        let mut faults = Faults::new(lang);
        let description = faults.text("description", form.description, MAX_TEXT);
        let mut after = RegionRecord { description, ..before.clone() };
        // Who keeps the zone alone leaves everything else as it is.
        if row.is_whole {
            after.name = faults.name("name", form.name);
            after.name_en = faults.text("name_en", form.name_en, MAX_NAME);
            after.authority = self.chosen_authority(&mut faults, form.authority, &before.code);
            if after.authority.is_none() && before.authority.is_some() {
                faults.add(
                    "authority",
                    "每个地区有一个数据主管部门，请选择",
                    "Each region has a data authority: choose it",
                );
            }
        }
        faults.into_result()?;
        let code = if row.is_whole { above(&before) } else { before.code.as_str() };
        let subject = self.subject(None, Some(code), false);
        let by = self.permitted(caller, Action::KeepRegions, &subject, lang)?;
        let facts = changes(&before, &after);
        let transaction = self.inner.store.begin_catalogue().await?;
        regions::change(&transaction, &before, &after).await?;
        self.keep_region(transaction, (before.code.as_str(), "changed"), by, facts).await
    }

    async fn keep_region(
        &self,
        transaction: kaishu_store::Transaction,
        (subject, event): (&str, &str),
        by: Actor,
        facts: BTreeMap<String, String>,
    ) -> Result<()> {
        let act = LogAct { kind: "region", subject, event, by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        self.reload_directory().await?;
        self.wake_index();
        Ok(())
    }

    /// Reads a new region, which lies below another one.
    fn read_region(&self, form: &RegionForm<'_>, lang: Lang) -> Result<NewRegion> {
        let mut faults = Faults::new(lang);
        let code = form.code.trim().parse::<RegionCode>().ok();
        if code.is_none() {
            faults.add(
                "code",
                "编码由字母、数字和连字符组成，例如 YX-QH",
                "A code has letters, digits and hyphens, as in YX-QH",
            );
        }
        let name = faults.name("name", form.name);
        let name_en = faults.text("name_en", form.name_en, MAX_NAME);
        let level = faults.choice::<RegionLevel>("level", form.level);
        let parent = faults.choice::<RegionCode>("parent", form.parent);
        let directory = self.directory();
        let place = parent.as_ref().map(|code| directory.region(code.as_str()));
        match (place, level) {
            (Some(None), _) => faults.add("parent", "没有这个地区", "There is no such region"),
            (Some(Some(place)), Some(level)) if rank(level) <= rank(place.level) => faults.add(
                "level",
                format!("层级要低于上级地区（{}）", place.level.label(Lang::Zh)),
                format!("It is below the region above it ({})", place.level.label(Lang::En)),
            ),
            _ => {}
        }
        let description = faults.text("description", form.description, MAX_TEXT);
        let reached = parent.as_ref().map(RegionCode::as_str).unwrap_or_default();
        let authority = self.chosen_authority(&mut faults, form.authority, reached);
        faults.into_result()?;
        let (Some(code), Some(level)) = (code, level) else {
            return Err(Error::Internal("a region without a fault is not whole".to_owned()));
        };
        Ok(NewRegion { code, name, name_en, level, parent, description, authority, position: 0 })
    }

    /// Reads the data authority of a region: a body of this region or of one above it.
    fn chosen_authority(&self, faults: &mut Faults, text: &str, region: &str) -> Option<String> {
        if text.trim().is_empty() {
            return None;
        }
        let code = faults.choice::<OrganizationCode>("authority", text)?;
        let directory = self.directory();
        let Some(body) = directory.organization(code.as_str()) else {
            faults.add("authority", "没有登记这个机构", "There is no such organization");
            return None;
        };
        let reached = directory.region_and_above(region);
        if !reached.iter().any(|it| it.named.code == body.region.code) {
            faults.add(
                "authority",
                "数据主管部门是本地区或者上级地区的机构",
                "The data authority is a body of this region or of one above it",
            );
        }
        Some(code.to_string())
    }
}

/// The region whose authority keeps names and authority of one: the one above it, or itself where it is uppermost.
fn above(record: &RegionRecord) -> &str {
    record.parent.as_deref().unwrap_or(&record.code)
}

/// How far down a level is.
fn rank(level: RegionLevel) -> usize {
    RegionLevel::ALL.iter().position(|it| *it == level).unwrap_or_default()
}

fn revision_of(record: &RegionRecord) -> String {
    sha256(format!("{record:?}").as_bytes()).chars().take(16).collect()
}

/// What changed, as `before → after`.
fn changes(before: &RegionRecord, after: &RegionRecord) -> BTreeMap<String, String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let fields = [
        ("name", before.name.clone(), after.name.clone()),
        ("name_en", text(&before.name_en), text(&after.name_en)),
        ("description", text(&before.description), text(&after.description)),
        ("authority", text(&before.authority), text(&after.authority)),
    ];
    let changed = fields.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(name, old, new)| (name.to_owned(), format!("{old} → {new}"))).collect()
}
