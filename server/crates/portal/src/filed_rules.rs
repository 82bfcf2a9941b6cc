//! Under which rules a case was filed, and where those in force now differ (ORG-12).
//!
//! The rules of each revision are kept when a portal is opened under it, and a case goes by those it was filed under to
//! its end: steps, also those that are added or come with another submission, the days of clocks, what it must say and
//! what is demanded before data leaves. What is filed later goes by the rules in force; the difference is told to whoever
//! decides.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_domain::PolicyProfile;
use kaishu_domain::cases::CaseFile;
use kaishu_store::Store;
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_store::policies::KeptRules;
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;
use kaishu_types::rules::{PolicyView, RuleView};

use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// The fact that names the rules in force when something was submitted first, and the day, where it was begun under
/// others: code, revision and day.
const FILED_UNDER: &str = "filed_under";

/// The rules of all revisions that were kept, by code and revision.
pub(crate) type KeptProfiles = BTreeMap<(String, u32), PolicyProfile>;

/// The rules that a case was filed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledRules {
    /// Code of the profile, as in `aba`.
    pub code: String,
    /// Its revision.
    pub revision: u32,
    /// Its name in Chinese; its code where its rules were not kept.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// The day on which the case was filed.
    pub filed_on: NaiveDate,
    /// How they stand to those in force.
    pub present: PresentRules,
}

/// How the rules of a case stand to those in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresentRules {
    /// They are in force.
    Same,
    /// Others are in force, which differ in these.
    Differ(Vec<ChangedRule>),
    /// Others are in force; what those of the case were was not kept yet when it was filed.
    NotKept,
}

/// A rule that is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRule {
    /// The rule as it was; none where there was none.
    pub before: Option<RuleView>,
    /// The rule as it is; none where there is none any more.
    pub now: Option<RuleView>,
}

impl Portal {
    /// Says under which rules a case was filed.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such case, or none that the caller may see.
    pub async fn filed_rules(&self, caller: &Caller, case: i64) -> Result<FiledRules> {
        let case = self.visible_case(caller, case).await?;
        let header = &self.policy().header;
        let filed = match is_being_written(&case.file) {
            true => FiledUnder {
                code: header.code.clone(),
                revision: header.revision,
                day: self.today(),
            },
            false => FiledUnder::of(&case.about, &case.file),
        };
        let (code, revision) = (&filed.code, filed.revision);
        let is_present = header.code == *code && header.revision == revision;
        let present = self.policy_view();
        let kept = match is_present {
            true => Some(present.clone()),
            false => self.kept_rules(code, revision).await?,
        };
        let name = |name: Option<&String>| name.unwrap_or(code).clone();
        Ok(FiledRules {
            code: code.clone(),
            revision,
            name: name(kept.as_ref().map(|it| &it.name)),
            name_en: name(kept.as_ref().map(|it| &it.name_en)),
            filed_on: filed.day,
            present: match (is_present, &kept) {
                (true, _) => PresentRules::Same,
                (false, Some(kept)) => PresentRules::Differ(changed(kept, &present)),
                (false, None) => PresentRules::NotKept,
            },
        })
    }

    async fn kept_rules(&self, code: &str, revision: u32) -> Result<Option<PolicyView>> {
        let kept = kaishu_store::policies::find(&self.inner.store, code, revision).await?;
        let read = |kept: KeptRules| {
            serde_json::from_str(&kept.view).map_err(|error| {
                Error::Internal(format!("the rules of `{code}`, revision {revision}: {error}"))
            })
        };
        kept.map(read).transpose()
    }

    /// Returns the rules that a case goes by: those it was filed under, whatever is in force meanwhile; of what is still
    /// being written, those in force. Where they were not kept, those in force are all there is.
    pub(crate) fn policy_of(&self, case: &Case) -> &PolicyProfile {
        self.policy_filed(&case.about, &case.file)
    }

    /// The same, of a case that may change hands with what is done to it.
    pub(crate) fn policy_filed(&self, about: &CaseSubject, file: &CaseFile) -> &PolicyProfile {
        if is_being_written(file) {
            return self.policy();
        }
        let filed = FiledUnder::of(about, file);
        self.policy_named(filed.code, filed.revision)
    }

    /// Returns the rules that a case begins under: those that what it is about names. They are others than those in
    /// force where it comes of a case that was filed before.
    pub(crate) fn policy_begun(&self, about: &CaseSubject) -> &PolicyProfile {
        self.policy_named(about.policy.clone(), about.policy_revision)
    }

    fn policy_named(&self, code: String, revision: u32) -> &PolicyProfile {
        let present = self.policy();
        if present.header.code == code && present.header.revision == revision {
            return present;
        }
        self.inner.kept_rules.get(&(code, revision)).unwrap_or(present)
    }

    /// The fact that a case was filed under the rules in force, where it was begun under others.
    pub(crate) fn filing_under(&self, case: &Case) -> Option<(String, String)> {
        let header = &self.policy().header;
        let about = &case.about;
        let is_same = about.policy == header.code && about.policy_revision == header.revision;
        let is_due = is_being_written(&case.file) && !is_same;
        let under = || format!("{} {} {}", header.code, header.revision, self.today());
        is_due.then(|| (FILED_UNDER.to_owned(), under()))
    }
}

/// The rules that were in force when something was filed.
struct FiledUnder {
    code: String,
    revision: u32,
    day: NaiveDate,
}

impl FiledUnder {
    /// Those under which a case was begun, or those of the day on which it was submitted first.
    fn of(about: &CaseSubject, file: &CaseFile) -> Self {
        let submitted = file.facts.get(FILED_UNDER).and_then(|fact| {
            let mut parts = fact.split(' ');
            let (code, revision, day) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Self {
                code: code.to_owned(),
                revision: revision.parse().ok()?,
                day: day.parse().ok()?,
            })
        });
        submitted.unwrap_or_else(|| Self {
            code: about.policy.clone(),
            revision: about.policy_revision,
            day: day_in_china(file.opened_at),
        })
    }
}

/// Whether a case is being written: nobody has submitted it yet.
fn is_being_written(file: &CaseFile) -> bool {
    matches!(file.kind, CaseKind::Opening | CaseKind::Application) && file.steps.is_empty()
}

/// Keeps the rules in force under their revision, and reads those of the others. Rules that are others than those kept
/// say so: cases name them by the revision alone.
///
/// # Errors
///
/// Fails where the store does.
pub(crate) async fn keep(
    store: &Store,
    policy: &PolicyProfile,
    (profile, prevailing): (Option<&str>, Option<String>),
    now: DateTime<Utc>,
) -> Result<KeptProfiles> {
    let (header, view) = (&policy.header, policy.view());
    let text = serde_json::to_string(&view)
        .map_err(|error| Error::Internal(format!("the rules cannot be written: {error}")))?;
    let new = KeptRules {
        code: header.code.clone(),
        revision: header.revision,
        view: text,
        profile: profile.map(str::to_owned),
        prevailing,
    };
    let kept = kaishu_store::policies::keep(store, &new, now).await?;
    let known: Option<PolicyView> = serde_json::from_str(&kept.view).ok();
    if known.is_none_or(|known| !changed(&known, &view).is_empty()) {
        tracing::warn!(
            policy = %header.code,
            revision = header.revision,
            "the rules in force are not those kept under this revision; raise `revision` with each change, so that cases name theirs"
        );
    } else if kept.profile.is_none() {
        kaishu_store::policies::complete(store, &new).await?;
    }
    let all = kaishu_store::policies::list(store).await?;
    Ok(all.into_iter().filter_map(|kept| read_kept(policy, kept)).collect())
}

/// Reads rules that were kept; those that cannot be read are told of by the log of the program.
fn read_kept(present: &PolicyProfile, kept: KeptRules) -> Option<((String, u32), PolicyProfile)> {
    let KeptRules { code, revision, profile, prevailing, .. } = kept;
    let file = format!("the kept rules of `{code}`, revision {revision}");
    let read = PolicyProfile::parse_kept(present, (&file, &profile?), prevailing.as_deref());
    match read {
        Ok(profile) => Some(((code, revision), profile)),
        Err(error) => {
            tracing::warn!(%error, "cases that were filed under these rules go by those in force");
            None
        }
    }
}

/// Lists the rules that differ, in the order of those in force, and then those that are gone.
fn changed(before: &PolicyView, now: &PolicyView) -> Vec<ChangedRule> {
    let find = |view: &PolicyView, key: &str| {
        let mut rules = view.groups.iter().flat_map(|group| &group.rules);
        rules.find(|rule| rule.key == key).cloned()
    };
    let all = |view: &PolicyView| -> Vec<RuleView> {
        view.groups.iter().flat_map(|group| group.rules.clone()).collect()
    };
    let others = all(now).into_iter().filter_map(|rule| {
        let before = find(before, &rule.key);
        let is_same = before.as_ref().is_some_and(|it| it.raw == rule.raw);
        (!is_same).then_some(ChangedRule { before, now: Some(rule) })
    });
    let gone = all(before).into_iter().filter(|rule| find(now, &rule.key).is_none());
    let gone = gone.map(|rule| ChangedRule { before: Some(rule), now: None });
    others.chain(gone).collect()
}
