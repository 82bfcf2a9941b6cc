//! Records of organizations, kept by the authority of their region and, in part, by their heads
//! (ORG-01, ORG-02, ZON-03).

use std::collections::BTreeMap;

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::StoreError;
use kaishu_store::accounts::holders;
use kaishu_store::organizations::{self, NewOrganization, Record};
use kaishu_types::account::Role;
use kaishu_types::vocabulary::{OrganizationKind, RegionLevel};
use kaishu_types::{Lang, OrganizationCode, RegionCode};

use super::{Faults, MAX_NAME, MAX_TEXT};
use crate::accounts::Caller;
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// A record as somebody wrote it down; an empty text is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `NewOrganization`")]
pub struct OrganizationForm<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub name_en: &'a str,
    pub kind: &'a str,
    pub level: &'a str,
    pub region: &'a str,
    pub parent: &'a str,
    pub sector: &'a str,
    pub description: &'a str,
    pub responsible_head: &'a str,
    pub contact: &'a str,
    pub homepage: &'a str,
    /// The revision that was edited; none for a new record.
    pub revision: Option<i32>,
}

/// A record as those see it who keep it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrganizationRow {
    /// The record.
    pub record: Record,
    /// Names of those who hold the role of the responsible head (ORG-02).
    pub heads: Vec<String>,
    /// Names of the data officers.
    pub officers: Vec<String>,
}

/// A record that was read, with its sector.
struct Read {
    record: NewOrganization,
    sector: Option<String>,
}

impl Portal {
    /// Lists the records that the caller keeps, by code.
    ///
    /// # Errors
    ///
    /// Refused for who keeps none.
    pub async fn organization_records(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<OrganizationRow>> {
        let action = Action::KeepOrganizations;
        if !caller.may_ever(action) {
            return Err(not_covered(caller, action, lang));
        }
        let store = &self.inner.store;
        let records = organizations::records(store, self.listed()).await?;
        let people = holders(store, &[Role::Head, Role::Officer]).await?;
        let named = |code: &str, role: Role| {
            let found = people.iter().filter(|it| it.0 == code && it.1 == role);
            found.map(|it| it.2.clone()).collect()
        };
        let kept = records.into_iter().filter(|record| self.keeps(caller, record));
        Ok(kept
            .map(|record| {
                let code = record.view.named.code.as_str();
                let (heads, officers) = (named(code, Role::Head), named(code, Role::Officer));
                OrganizationRow { heads, officers, record }
            })
            .collect())
    }

    fn keeps(&self, caller: &Caller, record: &Record) -> bool {
        let (code, region) = (&record.view.named.code, &record.view.region.code);
        let subject = self.subject(Some(code), Some(region), false);
        caller.role_for(Action::KeepOrganizations, &subject).is_some()
    }

    /// Finds a record that the caller keeps.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller keeps.
    pub async fn organization_record(
        &self,
        caller: &Caller,
        code: &str,
        lang: Lang,
    ) -> Result<OrganizationRow> {
        let rows = self.organization_records(caller, lang).await?;
        let found = rows.into_iter().find(|row| row.record.view.named.code == code);
        found.ok_or_else(|| Error::not_found("organization", code))
    }

    /// Adds or changes a record.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field, with the article for a kind that the profile does not cover;
    /// `Conflict` where somebody changed the record meanwhile or the code is taken; refused for who does
    /// not keep it, where it was and where it goes.
    pub async fn save_organization(
        &self,
        caller: &Caller,
        form: &OrganizationForm<'_>,
        lang: Lang,
    ) -> Result<OrganizationCode> {
        let store = &self.inner.store;
        let records = organizations::records(store, self.listed()).await?;
        let find = |code: &str| records.iter().find(|it| it.view.named.code == code);
        let before = match form.revision {
            None => None,
            Some(_) => {
                let code = form.code.to_ascii_uppercase();
                let found = find(&code).filter(|record| self.keeps(caller, record));
                Some(found.ok_or_else(|| Error::not_found("organization", code))?)
            }
        };
        let read = self.read_organization(form, &records, before, lang)?;
        let by = self.keeper(caller, &read.record, before, lang)?;
        let facts = facts_of(&read, before);
        let transaction = store.begin_catalogue().await?;
        let (record, sector) = (&read.record, read.sector.as_deref());
        let saved = organizations::save(&transaction, record, sector, form.revision).await;
        saved.map_err(|error| as_fault(error, form.revision.is_none(), lang))?;
        let event = if before.is_some() { "changed" } else { "added" };
        let (kind, subject) = ("organization", record.code.as_str());
        let act = LogAct { kind, subject, event, by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        self.reload_directory().await?;
        self.wake_index();
        Ok(read.record.code)
    }

    /// Who writes a record: whoever keeps it where it is, and where it will be. A head keeps what people
    /// need to reach the agency; what it is and where it belongs is the authority's.
    fn keeper(
        &self,
        caller: &Caller,
        record: &NewOrganization,
        before: Option<&Record>,
        lang: Lang,
    ) -> Result<Actor> {
        let (code, region) = (record.code.as_str(), record.region.as_str());
        let subject = self.subject(Some(code), Some(region), false);
        let by = self.permitted(caller, Action::KeepOrganizations, &subject, lang)?;
        let is_structural = before.is_none_or(|before| {
            let view = &before.view;
            let parent = view.parent.as_ref().map(|it| it.code.as_str());
            view.kind != record.kind
                || view.level != record.level
                || view.region.code != region
                || parent != record.parent.as_ref().map(OrganizationCode::as_str)
        });
        if !is_structural {
            return Ok(by);
        }
        let above = self.subject(None, Some(region), false);
        self.permitted(caller, Action::KeepOrganizations, &above, lang)
    }

    fn read_organization(
        &self,
        form: &OrganizationForm<'_>,
        records: &[Record],
        before: Option<&Record>,
        lang: Lang,
    ) -> Result<Read> {
        let mut faults = Faults::new(lang);
        let code = faults.choice::<OrganizationCode>("code", form.code);
        if faults.has("code") {
            faults.found.clear();
            faults.add(
                "code",
                "编码由字母、数字和连字符组成，例如 YX-FGW",
                "A code has letters, digits and hyphens, as in YX-FGW",
            );
        }
        let name = faults.name("name", form.name);
        let name_en = faults.text("name_en", form.name_en, MAX_NAME);
        let kind = faults.choice::<OrganizationKind>("kind", form.kind);
        let level = faults.choice::<RegionLevel>("level", form.level);
        let region = faults.choice::<RegionCode>("region", form.region);
        if let Some(region) = &region
            && self.directory().region(region.as_str()).is_none()
        {
            faults.add("region", "没有这个地区", "There is no such region");
        }
        let parent = match form.parent.trim() {
            "" => None,
            text => faults.choice::<OrganizationCode>("parent", text),
        };
        if let Some(parent) = &parent
            && !records.iter().any(|it| it.view.named.code == parent.as_str())
        {
            faults.add("parent", "没有登记这个机构", "There is no such organization");
        }
        let sector = faults.text("sector", form.sector, MAX_NAME);
        if let Some(kind) = kind {
            self.check_kind(&mut faults, kind, before);
            if kind == OrganizationKind::PublicServiceOperator && sector.is_none() {
                faults.add(
                    "sector",
                    "公用事业企业要写明行业，例如：供水",
                    "Name the sector of a public service operator, as in water supply",
                );
            }
        }
        let description = faults.text("description", form.description, MAX_TEXT);
        let responsible_head = faults.text("responsible_head", form.responsible_head, MAX_NAME);
        let contact = faults.text("contact", form.contact, MAX_NAME);
        let homepage = faults.text("homepage", form.homepage, MAX_NAME);
        if homepage.as_ref().is_some_and(|it| !is_web_address(it)) {
            faults.add(
                "homepage",
                "网址以 https:// 或 http:// 开头",
                "An address begins with https:// or http://",
            );
        }
        faults.into_result()?;
        let (Some(code), Some(kind), Some(level), Some(region)) = (code, kind, level, region)
        else {
            return Err(Error::Internal("a record without a fault is not whole".to_owned()));
        };
        let record = NewOrganization {
            code,
            name,
            name_en,
            kind,
            level,
            region,
            parent,
            description,
            responsible_head,
            contact,
            homepage,
            is_imported: false,
        };
        Ok(Read { record, sector })
    }

    /// A kind that the profile in force does not cover is not recorded anew (ORG-01).
    fn check_kind(&self, faults: &mut Faults, kind: OrganizationKind, before: Option<&Record>) {
        let is_as_before = before.is_some_and(|before| before.view.kind == kind);
        if is_as_before {
            return;
        }
        if let Some((zh, en)) = self.uncovered(kind) {
            faults.add("kind", format!("{zh}。选其他类别"), format!("{en}; choose another kind"));
        }
    }

    /// Says in both languages that the rules in force do not cover a kind of organization, and by which
    /// article; `None` where they do (ORG-01).
    pub(crate) fn uncovered(&self, kind: OrganizationKind) -> Option<(String, String)> {
        let rule = &self.policy().rules.general.organization_kinds;
        let article = |lang| rule.reference("organization_kinds", lang).article;
        let (zh, en) = (kind.label(Lang::Zh), kind.label(Lang::En));
        let said = || {
            let zh = format!("现行办法不适用于{zh}（{}）", article(Lang::Zh));
            let en = en.to_lowercase();
            (zh, format!("The rules in force do not cover a {en} ({})", article(Lang::En)))
        };
        (!rule.value.contains(&kind)).then(said)
    }
}

fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

/// What changed, as `before → after`.
fn facts_of(read: &Read, before: Option<&Record>) -> BTreeMap<String, String> {
    let Read { record, sector } = read;
    let old = before.map(|it| &it.view);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let fields = [
        ("name", record.name.clone(), old.map(|it| it.named.name.clone())),
        ("name_en", text(&record.name_en), old.map(|it| text(&it.named.name_en))),
        ("kind", record.kind.to_string(), old.map(|it| it.kind.to_string())),
        ("level", record.level.to_string(), old.map(|it| it.level.to_string())),
        ("region", record.region.to_string(), old.map(|it| it.region.code.clone())),
        (
            "parent",
            text(&record.parent.as_ref().map(ToString::to_string)),
            old.map(|it| text(&it.parent.as_ref().map(|it| it.code.clone()))),
        ),
        ("sector", text(sector), before.map(|it| text(&it.sector))),
        ("description", text(&record.description), old.map(|it| text(&it.description))),
        (
            "responsible_head",
            text(&record.responsible_head),
            old.map(|it| text(&it.responsible_head)),
        ),
        ("contact", text(&record.contact), old.map(|it| text(&it.contact))),
        ("homepage", text(&record.homepage), old.map(|it| text(&it.homepage))),
    ];
    let changed = fields.into_iter().filter_map(|(name, new, old)| match old {
        None => (!new.is_empty()).then(|| (name.to_owned(), new)),
        Some(old) => (old != new).then(|| (name.to_owned(), format!("{old} → {new}"))),
    });
    changed.collect()
}

/// What the store found wrong, where a form can show it.
fn as_fault(error: StoreError, is_new: bool, lang: Lang) -> Error {
    match error {
        StoreError::Conflict { .. } if is_new => Error::field(
            "code",
            lang.pick("这个编码已经有机构使用", "An organization has this code already"),
        ),
        StoreError::Invalid { .. } => Error::field(
            "parent",
            lang.pick(
                "不能从属于自己，也不能从属于自己的下级",
                "It would be above itself; name another one",
            ),
        ),
        other => other.into(),
    }
}
