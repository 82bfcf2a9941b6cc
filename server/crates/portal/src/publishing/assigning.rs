//! Which experts are asked about an entry: the authority assigns them, three or more and an odd number, none with a
//! conflict of interest (REV-07, ORG-10).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kaishu_domain::cases::{CaseFile, EXPERTS};
use kaishu_domain::permission::Action;
use kaishu_store::accounts::{self, Account};
use kaishu_store::cases::Case;
use kaishu_store::experts;
use kaishu_types::account::Role;
use kaishu_types::case::CaseKind;
use kaishu_types::{Lang, OrganizationCode};

use super::review::{self, MIN_OPINIONS};
use crate::accounts::Caller;
use crate::{Portal, Result};

/// Most experts of one review (*proposed*).
const MAX_EXPERTS: usize = 15;
/// The fact that names them for people.
const NAMED: &str = "experts_named";

/// An expert of the committee, as the authority chooses among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignable {
    /// The account.
    pub login: String,
    /// The name people read.
    pub name: String,
    /// Where the expert comes from.
    pub affiliation: String,
    /// What the expert knows.
    pub field: String,
    /// Whether the case is assigned to the expert now.
    pub is_assigned: bool,
    /// Why the expert cannot be; none where nothing stands against it.
    pub barred: Option<String>,
    pub(crate) account: i64,
}

/// Experts as they were chosen.
pub(super) struct Chosen(Vec<(i64, String)>);

impl Chosen {
    pub(super) fn accounts(&self) -> Vec<i64> {
        self.0.iter().map(|(account, _)| *account).collect()
    }

    /// The facts that name them.
    pub(super) fn facts(&self) -> BTreeMap<String, String> {
        let accounts: Vec<String> = self.0.iter().map(|(account, _)| account.to_string()).collect();
        let names: Vec<&str> = self.0.iter().map(|(_, name)| name.as_str()).collect();
        let facts = [(EXPERTS, accounts.join(",")), (NAMED, names.join("、"))];
        facts.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

impl Portal {
    /// Lists whom the caller may assign to a review; none where no step of experts is ahead, or it is not the
    /// caller's to assign them.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such case that the caller may see.
    pub async fn assignable_experts(
        &self,
        caller: &Caller,
        case: i64,
        lang: Lang,
    ) -> Result<Option<Vec<Assignable>>> {
        let case = self.visible_case(caller, case).await?;
        let subject = self.subject_of_case(caller, &case);
        let may_assign = caller.role_for(Action::AssignExperts, &subject).is_some();
        if !may_assign || !asks_experts(&case) {
            return Ok(None);
        }
        Ok(Some(self.committee(&case, lang).await?))
    }

    /// Finds those that were chosen by their logins; says what stands against them.
    pub(super) async fn chosen_experts(
        &self,
        case: &Case,
        logins: &str,
        lang: Lang,
    ) -> Result<std::result::Result<Chosen, String>> {
        if !asks_experts(case) {
            let message = lang.pick(
                "这次审查没有尚未办理的专家审查环节",
                "no step of this review is left in which experts are asked",
            );
            return Ok(Err(message.to_owned()));
        }
        let committee = self.committee(case, lang).await?;
        let logins: BTreeSet<&str> =
            logins.split([' ', ',']).map(str::trim).filter(|it| !it.is_empty()).collect();
        let mut chosen = Vec::new();
        for login in &logins {
            let Some(expert) = committee.iter().find(|it| it.login == *login) else {
                return Ok(Err(lang.pick(
                    format!("{login} 没有聘任为本地区的专家委员"),
                    format!("`{login}` is no expert of this region"),
                )));
            };
            if let Some(why) = &expert.barred {
                let name = &expert.name;
                return Ok(Err(lang.pick(format!("{name}：{why}"), format!("{name}: {why}"))));
            }
            chosen.push((expert.account, expert.name.clone()));
        }
        // Whose opinion does not suit is not replaced by another one. Who may take no part any more leaves.
        let is_heard = |it: &&Assignable| it.barred.is_none() && has_opined(&case.file, it.account);
        let mut heard = committee.iter().filter(is_heard);
        if let Some(left) = heard.find(|it| !logins.contains(it.login.as_str())) {
            let name = &left.name;
            return Ok(Err(lang.pick(
                format!("{name}已经在这一环节出具意见，不能换下"),
                format!("{name} gave an opinion in this step and stays"),
            )));
        }
        let n = chosen.len();
        if !(MIN_OPINIONS..=MAX_EXPERTS).contains(&n) || n.is_multiple_of(2) {
            return Ok(Err(lang.pick(
                format!("选了 {n} 位专家；要 {MIN_OPINIONS} 至 {MAX_EXPERTS} 位，并且为单数"),
                format!("{n} experts; {MIN_OPINIONS} to {MAX_EXPERTS} are assigned, an odd number"),
            )));
        }
        Ok(Ok(Chosen(chosen)))
    }

    /// The members of the committee who are experts where a case is, by name.
    pub(crate) async fn committee(&self, case: &Case, lang: Lang) -> Result<Vec<Assignable>> {
        let store = &self.inner.store;
        let accounts: HashMap<i64, Account> =
            accounts::list(store).await?.into_iter().map(|it| (it.id, it)).collect();
        let regions = self.subject_of(&case.about, false).regions;
        let is_here = |account: &Account| {
            let held = account.roles.iter().filter(|held| held.role == Role::Expert);
            held.filter_map(|held| held.region.as_ref()).any(|region| regions.contains(region))
        };
        let provider = case.about.organization.as_deref();
        let provider = provider.and_then(|code| code.parse::<OrganizationCode>().ok());
        let mut found = Vec::new();
        for kept in experts::list(store).await?.into_iter().filter(|it| it.ended_at.is_none()) {
            let account = accounts.get(&kept.account).filter(|account| is_here(account));
            let Some(account) = account else { continue };
            let barred = match &provider {
                Some(provider) => self.may_be_assigned(kept.account, provider, lang).await.err(),
                None => None,
            };
            found.push(Assignable {
                login: account.login.to_string(),
                name: account.name.clone(),
                affiliation: kept.affiliation,
                field: kept.field,
                is_assigned: case.file.experts().any(|it| it == kept.account),
                barred: barred.map(|error| error.message(lang)),
                account: kept.account,
            });
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }
}

/// Whether an expert who is assigned gave an opinion in the step that is on.
fn has_opined(file: &CaseFile, account: i64) -> bool {
    let Some((step, _)) = file.current_step() else { return false };
    let opinion = file.facts.get(&review::opinion_fact(step, account));
    file.experts().any(|it| it == account) && opinion.is_some_and(|opinion| !opinion.is_empty())
}

/// Whether a step is left in which experts are asked.
fn asks_experts(case: &Case) -> bool {
    let is_open = case.file.kind == CaseKind::Opening && case.file.state == "in_review";
    is_open && case.file.steps.iter().any(|step| step.result.is_none() && review::is_expert(step))
}
