//! Several datasets changed alike: each gets a revision of its own, with its own review.

use kaishu_domain::basis_of_change;
use kaishu_types::draft::{ChangeBasis, Choice, DraftDocument};
use kaishu_types::vocabulary::Frequency;
use kaishu_types::{DatasetCode, FieldError, Lang};

use super::OpeningAct;
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// Most datasets that are changed at once.
pub const MAX_BULK: usize = 100;
/// Longest text of a field, in characters.
const MAX_CHARS: usize = 2_000;

/// What changes in each of them; what is `None` or empty stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkEdit {
    /// How often the data changes.
    pub frequency: Option<Frequency>,
    /// A code of the vocabulary `licence`.
    pub licence: Option<String>,
    /// A code of the vocabulary `theme`.
    pub theme: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// What is demanded of users.
    pub usage_requirements: Option<String>,
    /// Keywords that are added.
    pub keywords: Vec<String>,
    /// What is new, in the publisher's words; goes with each version.
    pub note: String,
    /// Whether each revision is submitted to its review at once.
    pub submits: bool,
}

impl BulkEdit {
    fn is_empty(&self) -> bool {
        let Self { frequency, licence, theme, contact, usage_requirements, keywords, .. } = self;
        let texts = [licence, theme, contact, usage_requirements];
        frequency.is_none() && texts.iter().all(|it| it.is_none()) && keywords.is_empty()
    }

    fn apply(&self, document: &mut DraftDocument) {
        let fields = &mut document.fields;
        if let Some(frequency) = self.frequency {
            fields.frequency = frequency;
            document.chosen.insert(Choice::Frequency);
        }
        if let Some(licence) = &self.licence {
            fields.licence.clone_from(licence);
        }
        if let Some(theme) = &self.theme {
            fields.theme.clone_from(theme);
        }
        if self.contact.is_some() {
            fields.contact.clone_from(&self.contact);
        }
        if self.usage_requirements.is_some() {
            fields.usage_requirements.clone_from(&self.usage_requirements);
        }
        for keyword in &self.keywords {
            if !fields.keywords.contains(keyword) {
                fields.keywords.push(keyword.clone());
            }
        }
        document.version_note.clone_from(&self.note);
        document.change_basis = Some(ChangeBasis::Other);
        document.change_reference =
            self.note.trim().chars().take(basis_of_change::MAX_CHARS).collect();
    }
}

/// What became of one of them.
#[derive(Debug)]
pub struct BulkOutcome {
    /// Its code.
    pub code: DatasetCode,
    /// The case of its revision; why there is none, or why it is not submitted, where something stands
    /// against it.
    pub done: std::result::Result<i64, Error>,
}

impl Portal {
    /// Changes several datasets alike. What stands against one of them does not stop the others.
    ///
    /// # Errors
    ///
    /// `InvalidInput` where nothing is to change, nothing is chosen, or a value is none.
    pub async fn edit_many(
        &self,
        caller: &Caller,
        codes: &[DatasetCode],
        edit: &BulkEdit,
        lang: Lang,
    ) -> Result<Vec<BulkOutcome>> {
        self.check_bulk(codes, edit, lang)?;
        let mut outcomes = Vec::with_capacity(codes.len());
        for code in codes {
            let done = Box::pin(self.edit_one(caller, code, edit, lang)).await;
            outcomes.push(BulkOutcome { code: code.clone(), done });
        }
        Ok(outcomes)
    }

    fn check_bulk(&self, codes: &[DatasetCode], edit: &BulkEdit, lang: Lang) -> Result<()> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, zh: &str, en: &str| {
            faults.push(FieldError {
                field: field.to_owned(),
                message: lang.pick(zh, en).to_owned(),
            });
        };
        if codes.is_empty() || codes.len() > MAX_BULK {
            fault("code", "请选择 1 至 100 个数据集", "choose 1 to 100 datasets");
        }
        if edit.is_empty() {
            fault("frequency", "请填写要修改的内容", "say what is to change");
        }
        if edit.note.trim().is_empty() {
            fault("note", "请填写修改说明", "say what is new");
        }
        let directory = self.directory();
        let is_known = |vocabulary: &str, code: &Option<String>| {
            code.as_ref()
                .is_none_or(|code| directory.vocabulary(vocabulary).any(|term| term.code == *code))
        };
        if !is_known("licence", &edit.licence) {
            fault("licence", "没有这种授权协议", "there is no such licence");
        }
        if !is_known("theme", &edit.theme) {
            fault("theme", "没有这个数据领域", "there is no such theme");
        }
        let texts = [
            ("contact", edit.contact.as_deref()),
            ("usage_requirements", edit.usage_requirements.as_deref()),
            ("note", Some(edit.note.as_str())),
        ];
        for (field, text) in texts {
            if text.is_some_and(|text| text.chars().count() > MAX_CHARS) {
                fault(field, "不能超过 2000 个字", "has 2,000 characters at most");
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::InvalidInput(faults)) }
    }

    async fn edit_one(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        edit: &BulkEdit,
        lang: Lang,
    ) -> Result<i64> {
        // A revision that is open is somebody's work: `begin_revision` refuses, and leads to it.
        let case = self.begin_revision(caller, code, lang).await?;
        let draft = self.draft(caller, case, lang).await?;
        let mut document = draft.document;
        edit.apply(&mut document);
        self.save_draft(caller, case, draft.revision, document, lang).await?;
        if edit.submits {
            let version = self.case_view(caller, case, lang).await?.version;
            let done = OpeningAct { event: "submit".to_owned(), version, ..OpeningAct::default() };
            self.act_on_opening(caller, case, done, lang).await?;
        }
        Ok(case)
    }
}
