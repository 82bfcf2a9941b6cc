//! The compiling guide: the authority writes the next version and publishes it, entries are checked by what is published,
//! and whoever compiles reads it (CAT-03).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kaishu_domain::guide::{FieldNote, Guide};
use kaishu_domain::policy::CatalogueField;
use kaishu_store::guide::{self, GuideVersion};
use kaishu_store::guide_drafts::{self, GuideDraft};
use kaishu_types::Lang;
use serde::Deserialize;
use serde_json::json;

use super::{Faults, MAX_NAME, MAX_TEXT};
use crate::accounts::{Caller, log_in_first};
use crate::cases::{LogAct, moved_on};
use crate::{Error, Portal, Result};

/// Longest note on a field, in characters.
const MAX_NOTE: usize = 500;

/// The next version as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuideForm {
    /// Codes of the fields that are mandatory besides those of the profile.
    pub added: Vec<String>,
    /// Code of a field, and what is said of it in Chinese and in English.
    pub notes: Vec<(String, String, String)>,
    /// The revision that was read.
    pub revision: u32,
}

/// The next version as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuideDesk {
    /// What it is to lay down; what is in force, where nobody has begun another one.
    pub guide: Guide,
    /// Its revision; 0 where none was ever written.
    pub revision: u32,
    /// Who saved it last, and when; none where it is what is in force.
    pub changed: Option<(String, DateTime<Utc>)>,
    /// The fields that can be made mandatory.
    pub choices: Vec<CatalogueField>,
}

/// A version as whoever compiles reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuideView {
    /// The version; none before the first, where only the profile demands something.
    pub version: Option<GuideVersion>,
    /// Whether entries are checked by it.
    pub is_in_force: bool,
    /// All fields of the catalogue.
    pub fields: Vec<GuideField>,
}

/// What a version says of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuideField {
    /// The field.
    pub field: CatalogueField,
    /// Who makes it mandatory.
    pub demand: Demand,
    /// What is said of it.
    pub note: Option<FieldNote>,
}

/// Who makes a field mandatory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// The regulation.
    Profile,
    /// The authority, by the guide.
    Guide,
    /// Nobody.
    Nobody,
}

/// What a version holds, as far as it is read again.
#[derive(Debug, Deserialize)]
struct Content {
    #[serde(default)]
    mandatory: Vec<String>,
    #[serde(flatten)]
    guide: Guide,
}

impl Portal {
    /// Returns the next version of the guide as it is being written.
    ///
    /// # Errors
    ///
    /// Refused for who does not keep the guide.
    pub async fn guide_desk(&self, caller: &Caller, lang: Lang) -> Result<GuideDesk> {
        self.keeper_of_words(caller, lang)?;
        let draft = guide_drafts::find(&self.inner.store).await?;
        let revision = draft.as_ref().map_or(0, |draft| draft.revision);
        let open = draft.filter(|draft| draft.is_open);
        let guide = match &open {
            Some(draft) => written(&draft.content)?,
            None => self.published_guide().await?.1,
        };
        let changed = open.map(|draft| (draft.changed_by, draft.changed_at));
        Ok(GuideDesk { guide, revision, changed, choices: Guide::choices(self.policy()) })
    }

    /// Saves the next version of the guide; nothing is checked by it before it is published.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; `Conflict` where somebody else saved or published meanwhile; refused for who
    /// does not keep the guide.
    pub async fn save_guide(&self, caller: &Caller, form: &GuideForm, lang: Lang) -> Result<()> {
        let by = self.keeper_of_words(caller, lang)?;
        let guide = self.read_guide(form, lang)?;
        let content = serde_json::to_string(&guide)
            .map_err(|error| Error::Internal(format!("the guide cannot be written: {error}")))?;
        let facts = BTreeMap::from([
            ("added".to_owned(), guide.added.iter().cloned().collect::<Vec<_>>().join(" ")),
            ("notes".to_owned(), guide.notes.keys().cloned().collect::<Vec<_>>().join(" ")),
        ]);
        let facts = facts.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let transaction = self.inner.store.begin().await?;
        let saved = (by.name.as_str(), self.instant());
        if !guide_drafts::save(&transaction, &content, form.revision, saved).await? {
            return Err(moved_on(lang));
        }
        let (kind, subject, event) = ("vocabulary", "guide", "guide_drafted");
        self.log(&transaction, LogAct { kind, subject, event, by, reason: "", facts }).await?;
        Ok(transaction.commit().await?)
    }

    fn read_guide(&self, form: &GuideForm, lang: Lang) -> Result<Guide> {
        let mut faults = Faults::new(lang);
        let mut guide = Guide::default();
        let choices = Guide::choices(self.policy());
        for code in &form.added {
            if choices.iter().any(|field| field.as_str() == code) {
                guide.added.insert(code.clone());
            } else {
                let (zh, en) = ("从列出的内容里选择", "Choose from the fields that are listed");
                faults.add("added", zh, en);
            }
        }
        for (code, zh, en) in &form.notes {
            let Some(field) = CatalogueField::ALL.iter().find(|it| it.as_str() == code) else {
                continue;
            };
            let (name, name_en) = (format!("note.{code}.zh"), format!("note.{code}.en"));
            let zh = faults.text(&name, zh, MAX_NOTE).unwrap_or_default();
            let en = faults.text(&name_en, en, MAX_NOTE).unwrap_or_default();
            if zh.is_empty() && !en.is_empty() && !faults.has(&name) {
                let field = (field.label(Lang::Zh), field.label(Lang::En));
                faults.add(
                    &name,
                    format!("{}：请先写中文说明", field.0),
                    format!("{}: write the note in Chinese first", field.1),
                );
            }
            if !zh.is_empty() {
                guide.notes.insert(code.clone(), FieldNote { zh, en });
            }
        }
        faults.into_result()?;
        Ok(guide)
    }

    /// Publishes the compiling guide: the fields that the profile makes mandatory, what was written for the next
    /// version, and the terms that are offered. Entries are checked by it from then on. Returns its number.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; `Conflict` where somebody else saved or published meanwhile; refused for who
    /// does not keep the guide.
    pub async fn publish_guide(
        &self,
        caller: &Caller,
        (note, link): (&str, &str),
        lang: Lang,
    ) -> Result<u32> {
        let by = self.keeper_of_words(caller, lang)?;
        let mut faults = Faults::new(lang);
        let note = faults.text("note", note, MAX_TEXT).unwrap_or_default();
        if note.is_empty() && !faults.has("note") {
            faults.add("note", "写明这一版改了什么", "Say what is new in this version");
        }
        let link = faults.text("link", link, MAX_NAME);
        if link.as_ref().is_some_and(|it| !it.starts_with("https://") && !it.starts_with("http://"))
        {
            let (zh, en) =
                ("网址以 https:// 或 http:// 开头", "An address begins with https:// or http://");
            faults.add("link", zh, en);
        }
        faults.into_result()?;
        let draft = guide_drafts::find(&self.inner.store).await?;
        let draft: Option<GuideDraft> = draft.filter(|draft| draft.is_open);
        let laid_down = match &draft {
            Some(draft) => written(&draft.content)?,
            None => self.published_guide().await?.1,
        };
        let transaction = self.inner.store.begin().await?;
        if let Some(draft) = &draft
            && !guide_drafts::end(&transaction, draft.revision).await?
        {
            return Err(moved_on(lang));
        }
        let (content, day) = (self.guide_content(&laid_down), self.today());
        let version = guide::publish(&transaction, (&note, link.as_deref()), content, day).await?;
        let facts = [
            ("version", version.number.to_string()),
            ("sm3", version.hash.clone()),
            ("link", link.unwrap_or_default()),
        ];
        let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
        let facts = facts.map(|(name, value)| (name.to_owned(), value)).collect();
        let (kind, subject, reason) = ("vocabulary", "guide", note.as_str());
        self.log(&transaction, LogAct { kind, subject, event: "guide", by, reason, facts }).await?;
        transaction.commit().await?;
        Ok(version.number)
    }

    /// What an entry is checked against, as JSON.
    fn guide_content(&self, laid_down: &Guide) -> String {
        let policy = self.policy();
        let mandatory: Vec<&str> = policy.mandatory_fields().iter().map(|it| it.as_str()).collect();
        let directory = self.directory();
        let mut terms: BTreeMap<&str, Vec<[&str; 3]>> = BTreeMap::new();
        for term in directory.terms.iter().filter(|term| !directory.is_retired(term)) {
            let words = [&*term.code, &*term.label_zh, &*term.label_en];
            terms.entry(&term.vocabulary).or_default().push(words);
        }
        json!({
            "policy": policy.header.code,
            "policy_revision": policy.header.revision,
            "mandatory": mandatory,
            "added": laid_down.added,
            "notes": laid_down.notes,
            "vocabularies": terms,
        })
        .to_string()
    }

    /// Lists the published versions of the guide, the newest first.
    pub async fn guide_versions(&self) -> Result<Vec<GuideVersion>> {
        Ok(guide::list(&self.inner.store).await?)
    }

    /// Returns the number of the guide in force; 0 before the first version is published.
    pub(crate) async fn guide_in_force(&self) -> Result<u32> {
        Ok(guide::current(&self.inner.store).await?)
    }

    /// Returns what the guide in force lays down, with its number; nothing and 0 before the first version.
    pub(crate) async fn published_guide(&self) -> Result<(u32, Guide)> {
        match guide::find(&self.inner.store, None).await? {
            Some(version) => Ok((version.number, content(&version)?.guide)),
            None => Ok((0, Guide::default())),
        }
    }

    /// Shows a version of the guide to whoever is logged in; the one in force where none is named.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such version; refused for who is not logged in.
    pub async fn guide(
        &self,
        caller: &Caller,
        number: Option<u32>,
        lang: Lang,
    ) -> Result<GuideView> {
        if !caller.is_logged_in() {
            return Err(log_in_first(lang));
        }
        let version = guide::find(&self.inner.store, number).await?;
        if let (None, Some(number)) = (&version, number) {
            return Err(Error::not_found("guide", number.to_string()));
        }
        let content = match &version {
            Some(version) => content(version)?,
            None => {
                let mandatory = self.policy().mandatory_fields().into_iter();
                let mandatory = mandatory.map(|it| it.as_str().to_owned()).collect();
                Content { mandatory, guide: Guide::default() }
            }
        };
        let demand = |field: CatalogueField| {
            if content.mandatory.iter().any(|code| code == field.as_str()) {
                Demand::Profile
            } else if content.guide.demands(field) {
                Demand::Guide
            } else {
                Demand::Nobody
            }
        };
        let fields = CatalogueField::ALL.iter().map(|field| GuideField {
            field: *field,
            demand: demand(*field),
            note: content.guide.note(*field).cloned(),
        });
        let in_force = self.guide_in_force().await?;
        let is_in_force = version.as_ref().is_none_or(|version| version.number == in_force);
        Ok(GuideView { fields: fields.collect(), is_in_force, version })
    }
}

fn written(text: &str) -> Result<Guide> {
    serde_json::from_str(text)
        .map_err(|error| Error::Internal(format!("the draft of the guide: {error}")))
}

fn content(version: &GuideVersion) -> Result<Content> {
    serde_json::from_str(&version.content).map_err(|error| {
        Error::Internal(format!("version {} of the guide: {error}", version.number))
    })
}
