//! Events: what happened to a case, as it stays for ever.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kaishu_types::account::Role;
use kaishu_types::{Lang, OrganizationCode, RegionCode};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use crate::permission::Action;
use crate::policy::{Party, ReviewStepKind};

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its code, as in `submit`.
    pub name: String,
    /// Who did it, as what, for whom.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// What came with it and what it led to.
    pub body: Body,
}

/// Who did something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account; none for the system and for commands on the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<i64>,
    /// What the account is called; `system` and `command` for those.
    pub login: String,
    /// The name of the person.
    pub name: String,
    /// The role acted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The organization acted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<OrganizationCode>,
    /// The region acted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// Who delegated the function (ORG-05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_by: Option<OrganizationCode>,
}

impl Actor {
    /// The system itself: clocks and the like.
    pub fn system() -> Self {
        Self { login: "system".to_owned(), name: "系统".to_owned(), ..Self::default() }
    }
}

/// What came with an event and what it led to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The state afterwards.
    pub to: String,
    /// Why, or what is thought of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The steps to take from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step>>,
    /// Steps that came on top, after the one that was on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added_steps: Vec<Step>,
    /// The step that was taken, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// What was decided in that step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The clocks that changed, as they are now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Clock>,
    /// Facts that stay with the case: hashes, numbers, answers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

/// A step of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    #[serde(with = "step_kind")]
    pub kind: ReviewStepKind,
    /// Who does it.
    #[serde(with = "party")]
    pub by: Party,
    /// Whether it is on together with the one before, so that either may be taken first (APP-04).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_beside: bool,
    /// What came of it; none while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<StepResult>,
}

/// What came of a step; nobody edits it afterwards (REV-02).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepResult {
    /// What was decided.
    pub verdict: Verdict,
    /// What is thought of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub opinion: String,
    /// Who decided.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was decided in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may go on.
    Passed,
    /// It goes back with reasons.
    Returned,
}

impl Step {
    /// Makes a step that waits.
    pub fn new(kind: ReviewStepKind, by: Party) -> Self {
        Self { kind, by, is_beside: false, result: None }
    }

    /// What somebody must be allowed to do to take it.
    pub fn action(&self) -> Action {
        match self.by {
            Party::Provider if self.kind == ReviewStepKind::Application => {
                Action::DecideForProvider
            }
            _ if self.kind == ReviewStepKind::Application => Action::DecideForAuthority,
            Party::Provider | Party::Collector => Action::ReviewForProvider,
            Party::CyberspaceOffice => Action::ReviewForCyberspace,
            Party::PublicSecurity => Action::ReviewForPublicSecurity,
            Party::SecrecyDepartment => Action::ReviewForSecrecy,
            Party::ExpertCommittee => Action::GiveOpinion,
            Party::SuperiorAuthority => Action::ConsentToCounty,
            Party::InformationCentre | Party::CountyAuthority => Action::CheckCatalogue,
            _ => Action::ReviewForAuthority,
        }
    }

    /// Returns what it is called, with who does it.
    pub fn label(&self, lang: Lang) -> String {
        let (kind, by) = (self.kind.label(lang), self.by.label(lang));
        lang.pick(format!("{kind}（{by}）"), format!("{kind} ({by})"))
    }
}

/// Writes a closed choice by its code.
macro_rules! by_code {
    ($module:ident, $kind:ty) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de::Error};

            pub(super) fn serialize<S: Serializer>(
                value: &$kind,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(value.as_str())
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$kind, D::Error> {
                let code = String::deserialize(deserializer)?;
                let known = <$kind>::ALL.iter().find(|value| value.as_str() == code);
                known.copied().ok_or_else(|| Error::custom(format!("`{code}` is not known")))
            }
        }
    };
}

by_code!(step_kind, crate::policy::ReviewStepKind);
by_code!(party, crate::policy::Party);
