//! What a dispute is about, as its file shows it.

use kaishu_domain::policy::DisputeStep;
use kaishu_types::oversight::DisputedClass;
use kaishu_types::vocabulary::{OpenClass, ShareClass};
use kaishu_types::{Lang, RuleRef};

use super::word_of;
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// What a dispute is about, as its file shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeView {
    /// Which class.
    pub class: DisputedClass,
    /// The name of what it is, and of what it should be.
    pub from: String,
    /// See above.
    pub wanted: String,
    /// What was decided on, and the document of it.
    pub decided: Option<String>,
    /// See above.
    pub document: Option<String>,
    /// Who disputes it; none for the authority.
    pub claimant: Option<String>,
    /// The steps of the chain in words.
    pub chain: Vec<String>,
    /// The rule of the chain.
    pub rule: RuleRef,
    /// The classes that can be decided on: code and words.
    pub choices: Vec<(String, String)>,
    /// Whether the decision of somebody above is recorded now, with its document.
    pub needs_document: bool,
    /// Whether a class is decided on now.
    pub needs_class: bool,
}

impl Portal {
    /// Says what a dispute is about, to somebody who may see it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn dispute_view(&self, caller: &Caller, id: i64, lang: Lang) -> Result<DisputeView> {
        let case = self.visible_case(caller, id).await?;
        let facts = &case.file.facts;
        let known = |name: &str| facts.get(name).map(String::as_str).unwrap_or_default();
        let class: DisputedClass =
            known("class").parse().map_err(|_| Error::not_found("case", id.to_string()))?;
        let word = |code: &str| word_of(class, code, lang).unwrap_or_default().to_owned();
        let directory = self.directory();
        let chain = known("chain").split(' ').filter_map(|code| {
            let step = DisputeStep::ALL.iter().find(|step| step.as_str() == code)?;
            Some(step.label(lang).to_owned())
        });
        let codes: Vec<&str> = match class {
            DisputedClass::Share => ShareClass::ALL.iter().map(|it| it.as_str()).collect(),
            DisputedClass::Open => OpenClass::ALL.iter().map(|it| it.as_str()).collect(),
        };
        let others = codes.into_iter().filter(|code| *code != known("from"));
        let state = case.file.state.as_str();
        let document = facts.get("document").map(|document| match facts.get("decided_on") {
            Some(day) => lang.pick(format!("{document}（{day}）"), format!("{document} ({day})")),
            None => document.clone(),
        });
        Ok(DisputeView {
            class,
            from: word(known("from")),
            wanted: word(known("wanted")),
            decided: facts.get("decided").map(|code| word(code)),
            document,
            claimant: facts.get("party").map(|code| {
                let named = directory.organization(code);
                named.map_or(code.as_str(), |it| it.named.label(lang)).to_owned()
            }),
            chain: chain.collect(),
            rule: self.dispute_rule(Some(&case), lang),
            choices: others.map(|code| (code.to_owned(), word(code))).collect(),
            needs_document: matches!(state, "at_government" | "at_leading_group"),
            needs_class: matches!(state, "at_authority" | "at_government" | "at_leading_group"),
        })
    }
}
