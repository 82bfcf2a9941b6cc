//! Vocabularies that the authority edits (CAT-03).

use std::collections::BTreeMap;

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::{StoreError, vocabulary};
use kaishu_types::Lang;
use kaishu_types::vocabulary::Term;

use super::Faults;
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Vocabularies there are even where no term is in them yet.
const VOCABULARIES: [&str; 4] = ["theme", "licence", "priority", "agreement"];
/// Longest code of a term.
const MAX_CODE: usize = 40;

/// A term as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TermForm<'a> {
    /// The vocabulary.
    pub vocabulary: &'a str,
    /// The code.
    pub code: &'a str,
    /// The Chinese word.
    pub label_zh: &'a str,
    /// The English word.
    pub label_en: &'a str,
}

/// A term as those see it who keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTerm {
    /// The term.
    pub term: Term,
    /// Whether it is no longer offered.
    pub is_retired: bool,
}

impl Portal {
    /// Who keeps the vocabularies: they are of the whole portal, so of the authority of its region.
    pub(super) fn keeper_of_words(&self, caller: &Caller, lang: Lang) -> Result<Actor> {
        let site = self.site();
        let subject = self.subject(None, Some(&site.region), false);
        self.permitted(caller, Action::KeepVocabularies, &subject, lang)
    }

    /// Lists the vocabularies with all their terms, retired ones included.
    ///
    /// # Errors
    ///
    /// Refused for who does not keep them.
    pub fn vocabularies(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<(String, Vec<KeptTerm>)>> {
        self.keeper_of_words(caller, lang)?;
        let directory = self.directory();
        let mut names: Vec<&str> = VOCABULARIES.to_vec();
        for term in &directory.terms {
            if !names.contains(&term.vocabulary.as_str()) {
                names.push(&term.vocabulary);
            }
        }
        let terms = |name: &str| -> Vec<KeptTerm> {
            let terms = directory.vocabulary(name);
            terms
                .map(|term| KeptTerm { is_retired: directory.is_retired(term), term: term.clone() })
                .collect()
        };
        Ok(names.into_iter().map(|name| (name.to_owned(), terms(name))).collect())
    }

    /// Adds a term.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; refused for who does not keep the vocabularies.
    pub async fn add_term(&self, caller: &Caller, form: &TermForm<'_>, lang: Lang) -> Result<()> {
        let by = self.keeper_of_words(caller, lang)?;
        let term = self.read_term(form, lang)?;
        let transaction = self.inner.store.begin().await?;
        vocabulary::add(&transaction, &term).await.map_err(|error| match error {
            StoreError::Conflict { .. } => Error::field(
                "code",
                lang.pick("这个代码已经使用，不能重复", "The vocabulary has this code already"),
            ),
            other => other.into(),
        })?;
        let facts = words_of(&term);
        let subject = subject_of(&term.vocabulary, &term.code);
        let act = LogAct {
            kind: "vocabulary",
            subject: &subject,
            event: "added",
            by,
            facts,
            ..LogAct::default()
        };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        self.reload_directory().await
    }

    fn read_term(&self, form: &TermForm<'_>, lang: Lang) -> Result<Term> {
        let mut faults = Faults::new(lang);
        let name = form.vocabulary;
        let directory = self.directory();
        let is_known = VOCABULARIES.contains(&name) || directory.vocabulary(name).next().is_some();
        if !is_known {
            faults.add("vocabulary", "从列出的词表里选一个", "Choose one of the vocabularies");
        }
        let code = form.code.trim();
        let is_sign =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        let is_well_formed =
            !code.is_empty() && code.len() <= MAX_CODE && code.bytes().all(is_sign);
        if !is_well_formed {
            faults.add(
                "code",
                "代码由小写字母、数字和连字符组成，最多 40 个",
                "A code has up to 40 lower-case letters, digits and hyphens",
            );
        }
        let label_zh = faults.name("label_zh", form.label_zh);
        let label_en = faults.name("label_en", form.label_en);
        faults.into_result()?;
        let (vocabulary, code) = (name.to_owned(), code.to_owned());
        Ok(Term { vocabulary, code, label_zh, label_en, uri: None, position: 0 })
    }

    /// Changes the words of a term; its code stays for ever.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; `NotFound` where there is no such term; refused for others.
    pub async fn relabel_term(
        &self,
        caller: &Caller,
        form: &TermForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        let by = self.keeper_of_words(caller, lang)?;
        let hidden = || Error::not_found("term", subject_of(form.vocabulary, form.code));
        let directory = self.directory();
        let before = directory.term(form.vocabulary, form.code).cloned().ok_or_else(hidden)?;
        let mut faults = Faults::new(lang);
        let label_zh = faults.name("label_zh", form.label_zh);
        let label_en = faults.name("label_en", form.label_en);
        faults.into_result()?;
        let term = Term { label_zh, label_en, ..before.clone() };
        let changes = [
            ("label_zh", &before.label_zh, &term.label_zh),
            ("label_en", &before.label_en, &term.label_en),
        ];
        let facts: BTreeMap<String, String> = changes
            .into_iter()
            .filter(|(_, old, new)| old != new)
            .map(|(name, old, new)| (name.to_owned(), format!("{old} → {new}")))
            .collect();
        if facts.is_empty() {
            return Ok(());
        }
        let transaction = self.inner.store.begin().await?;
        if !vocabulary::relabel(&transaction, &term).await? {
            return Err(hidden());
        }
        let (kind, subject) = ("vocabulary", subject_of(&term.vocabulary, &term.code));
        let subject = subject.as_str();
        let act = LogAct { kind, subject, event: "relabelled", by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        self.reload_directory().await
    }

    /// Takes a term out of use or offers it again. What uses it keeps it; nothing is deleted.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such term; refused for who does not keep the vocabularies.
    pub async fn set_term_offered(
        &self,
        caller: &Caller,
        (name, code): (&str, &str),
        is_offered: bool,
        lang: Lang,
    ) -> Result<()> {
        let by = self.keeper_of_words(caller, lang)?;
        let subject = subject_of(name, code);
        if self.directory().term(name, code).is_none() {
            return Err(Error::not_found("term", subject));
        }
        let retired_at = (!is_offered).then(|| self.instant());
        let transaction = self.inner.store.begin().await?;
        vocabulary::retire(&transaction, name, code, retired_at).await?;
        let event = if is_offered { "offered" } else { "retired" };
        let subject = subject.as_str();
        let act = LogAct { kind: "vocabulary", subject, event, by, ..LogAct::default() };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        self.reload_directory().await
    }
}

fn subject_of(vocabulary: &str, code: &str) -> String {
    format!("{vocabulary}/{code}")
}

fn words_of(term: &Term) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("label_zh".to_owned(), term.label_zh.clone()),
        ("label_en".to_owned(), term.label_en.clone()),
    ])
}
