//! IT projects: what they plan to catalogue, what the authority says before approval, their acceptance and the report
//! on it (CAT-13).
//!
//! Planned entries, their places in the catalogue and the parts of the report are facts of the events of the case.

use std::collections::BTreeMap;

use kaishu_domain::cases::{Act, Guard};
use kaishu_domain::permission::Action;
use kaishu_domain::policy::{self, AcceptanceDemand, ProjectDemand, RuleValue};
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_store::{Transaction, datasets};
use kaishu_types::case::{CaseKind, CaseView};
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, Lang, RuleRef};

use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{DeskFilter, DeskPage, Wanted, moved_on};
use crate::{Error, Portal, Result};

/// Most entries that a project plans.
const MAX_PLANNED: usize = 200;
/// Longest text of several lines, in characters.
const MAX_TEXT: usize = 2_000;
/// Longest list of planned entries, in characters.
const MAX_LIST: usize = 20_000;

/// A project as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectForm<'a> {
    /// Code of the agency.
    pub organization: &'a str,
    /// Its number with whoever approves projects.
    pub code: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// Whether the government pays for it (aba 12).
    pub is_funded: bool,
    /// The entries it plans, one a line.
    pub planned: &'a str,
    /// The data-security construction plan: title, number, where it is (jiamusi 7).
    pub security_plan: &'a str,
}

/// Something that somebody wants to do to a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectAct {
    /// The event, as in `submit`.
    pub event: String,
    /// How many events the case had when it was read.
    pub version: u32,
    /// Why; of an approval or an acceptance, the document.
    pub reason: String,
    /// What else was typed, by the names of the fields.
    pub fields: BTreeMap<String, String>,
}

/// An entry that a project plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedEntry {
    /// Its place in the list, from 1.
    pub place: usize,
    /// Its title.
    pub title: String,
    /// The entry of the catalogue that it became, where somebody named it.
    pub dataset: Option<String>,
    /// Whether that entry is published.
    pub is_delivered: bool,
}

/// A part of the report on an acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPart {
    /// Which, as in `goals`.
    pub code: &'static str,
    /// What it is on.
    pub label: &'static str,
    /// What was written.
    pub text: String,
}

/// What the profile demands, in words, with its article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// What.
    pub text: String,
    /// The rule.
    pub rule: RuleRef,
}

/// A project as those who may see it read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectView {
    /// Its case: where it is, what happened, what the reader may do.
    pub case: CaseView,
    /// The agency.
    pub organization: Named,
    /// Whether the government pays for it.
    pub is_funded: bool,
    /// The entries it plans.
    pub planned: Vec<PlannedEntry>,
    /// The data-security construction plan.
    pub security_plan: String,
    /// Title and number of the report on the acceptance.
    pub report: String,
    /// Its parts, as the profile demands them.
    pub parts: Vec<ReportPart>,
    /// What the rules it was filed under demand before approval.
    pub before: Demand,
    /// What they demand at the acceptance.
    pub acceptance: Demand,
}

impl ProjectView {
    /// Lists the planned entries that are not in the catalogue yet.
    pub fn missing(&self) -> Vec<&PlannedEntry> {
        self.planned.iter().filter(|entry| !entry.is_delivered).collect()
    }
}

impl Portal {
    /// Registers a project with the entries it plans, and returns its case.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; refused for who keeps no projects of the agency.
    pub async fn register_project(
        &self,
        caller: &Caller,
        form: &ProjectForm<'_>,
        lang: Lang,
    ) -> Result<i64> {
        let directory = self.directory();
        let code = form.organization.trim();
        let organization = directory.organization(code).ok_or_else(|| {
            Error::field("organization", lang.pick("请选择单位", "choose an organization"))
        })?;
        let region = organization.region.code.clone();
        let subject = self.subject(Some(code), Some(&region), false);
        self.permitted(caller, Action::KeepProjects, &subject, lang)?;
        let mut faults = Faults::new(lang);
        let number = faults.name("code", form.code);
        let name = faults.name("name", form.name);
        let mut facts = read_plan(form.planned, form.security_plan, &mut faults);
        faults.into_result()?;
        facts.insert("funded".to_owned(), form.is_funded.to_string());
        let header = &self.policy().header;
        let about = CaseSubject {
            subject: number,
            title: name,
            organization: Some(code.to_owned()),
            region: Some(region),
            policy: header.code.clone(),
            policy_revision: header.revision,
        };
        let act = Act { event: "register".to_owned(), facts, ..Act::default() };
        let wanted = Wanted { caller, lang, act, holds: &|_| Ok(()), idempotency_key: None };
        let decided = self.decide(CaseKind::Project, &about, None, wanted)?;
        let transaction = self.inner.store.begin_catalogue().await?;
        if has_open_project(&transaction, &about).await? {
            let message = lang.pick(
                "本单位已经登记了这个编号的项目",
                "Your agency has a project with this number",
            );
            return Err(Error::field("code", message));
        }
        let key = &self.inner.log_key;
        let (case, _) =
            kaishu_store::cases::open(&transaction, key, &about, &decided.happening()).await?;
        transaction.commit().await?;
        Ok(case)
    }

    /// Lists the projects that somebody sees, open ones or those that have ended.
    ///
    /// # Errors
    ///
    /// Refused for who sees no register; `InvalidInput` for a place in the list that is none.
    pub async fn projects(
        &self,
        caller: &Caller,
        (filter, after): (DeskFilter, Option<&str>),
        lang: Lang,
    ) -> Result<DeskPage> {
        self.seen_registers(caller, lang)?;
        self.desk_page(caller, filter, &[CaseKind::Project], after, lang).await
    }

    /// Shows a project to somebody who may see it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn project(&self, caller: &Caller, id: i64, lang: Lang) -> Result<ProjectView> {
        let case = self.project_case(caller, id).await?;
        let planned = self.planned(&case).await?;
        let rules = &self.policy_of(&case).rules.project;
        let fact = |name: &str| case.file.facts.get(name).cloned().unwrap_or_default();
        let part = |demand: &AcceptanceDemand| ReportPart {
            code: demand.as_str(),
            label: demand.label(lang),
            text: fact(&format!("report.{}", demand.as_str())),
        };
        Ok(ProjectView {
            case: self.case_view(caller, id, lang).await?,
            organization: self
                .organization_named(case.about.organization.as_deref().unwrap_or_default()),
            is_funded: fact("funded") == "true",
            planned,
            security_plan: fact("security_plan"),
            report: fact("report"),
            parts: rules.acceptance.value.iter().filter(is_reported).map(part).collect(),
            before: Demand {
                text: rules.before.value.words(lang),
                rule: rules.before.reference("project.before", lang),
            },
            acceptance: Demand {
                text: rules.acceptance.value.words(lang),
                rule: rules.acceptance.reference("project.acceptance", lang),
            },
        })
    }

    async fn project_case(&self, caller: &Caller, id: i64) -> Result<Case> {
        let hidden = || Error::not_found("case", id.to_string());
        let case = self.visible_case(caller, id).await?;
        if case.file.kind == CaseKind::Project { Ok(case) } else { Err(hidden()) }
    }

    /// The planned entries, with what became of each.
    async fn planned(&self, case: &Case) -> Result<Vec<PlannedEntry>> {
        let facts = &case.file.facts;
        let titles = facts.get("planned").map(String::as_str).unwrap_or_default();
        let mut planned = Vec::new();
        for (place, title) in (1..).zip(titles.lines()) {
            let dataset = facts.get(&format!("link.{place}")).cloned();
            let is_delivered = match &dataset {
                Some(code) => self.is_catalogued(code, case).await?,
                None => false,
            };
            let title = title.to_owned();
            planned.push(PlannedEntry { place, title, dataset, is_delivered });
        }
        Ok(planned)
    }

    /// Whether an entry of the agency of a project is published.
    async fn is_catalogued(&self, code: &str, case: &Case) -> Result<bool> {
        let Ok(code) = code.parse::<DatasetCode>() else { return Ok(false) };
        let found = datasets::find(&self.inner.store, &code).await?;
        Ok(found.is_some_and(|dataset| {
            dataset.state == DatasetState::Published
                && Some(&dataset.organization.code) == case.about.organization.as_ref()
        }))
    }

    /// Takes a project on: by its agency what it plans, decided and built; by the authority what it says of it.
    ///
    /// # Errors
    ///
    /// As any act on a case: with the article where something that the profile demands is missing.
    pub async fn act_on_project(
        &self,
        caller: &Caller,
        id: i64,
        act: ProjectAct,
        lang: Lang,
    ) -> Result<()> {
        let case = self.project_case(caller, id).await?;
        if case.file.n_events != act.version {
            return Err(moved_on(lang));
        }
        let facts = self.project_facts(&case, &act, lang).await?;
        let planned = self.planned(&case).await?;
        let known = |name: &str| facts.get(name).or_else(|| case.file.facts.get(name)).cloned();
        let holds = |guard: Guard| self.holds_for_project(guard, (&case, &planned), &known, lang);
        let wanted = Wanted {
            caller,
            lang,
            act: Act {
                event: act.event,
                reason: act.reason,
                facts: facts.clone(),
                ..Act::default()
            },
            holds: &holds,
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Project, &case.about, Some(&case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await?;
        Ok(transaction.commit().await?)
    }

    /// Reads what comes with an act.
    async fn project_facts(
        &self,
        case: &Case,
        act: &ProjectAct,
        lang: Lang,
    ) -> Result<BTreeMap<String, String>> {
        let field = |name: &str| act.fields.get(name).map(String::as_str).unwrap_or_default();
        let mut faults = Faults::new(lang);
        let facts = match act.event.as_str() {
            "plan" => read_plan(field("planned"), field("security_plan"), &mut faults),
            "link" => {
                let n_planned = case.file.facts.get("planned").map_or(0, |it| it.lines().count());
                let place = field("entry").trim().parse::<usize>().unwrap_or_default();
                if !(1..=n_planned).contains(&place) {
                    faults.add("entry", "从预编目录里选一项", "Choose one of the planned entries");
                }
                let code = field("dataset").trim();
                if !self.is_catalogued(code, case).await? {
                    faults.add(
                        "dataset",
                        "写本单位已经发布的目录编码，例如 YX-JT-0001",
                        "Give the code of a published entry of your agency, as in YX-JT-0001",
                    );
                }
                BTreeMap::from([(format!("link.{place}"), code.to_owned())])
            }
            "report" => {
                let report = faults.text("report", field("report"), MAX_TEXT);
                let mut facts: BTreeMap<String, String> =
                    report.into_iter().map(|text| ("report".to_owned(), text)).collect();
                let demands = &self.policy_of(case).rules.project.acceptance.value;
                for demand in demands.iter().filter(is_reported) {
                    let name = format!("report.{}", demand.as_str());
                    let text = faults.text(&name, field(&name), MAX_TEXT);
                    facts.insert(name, text.unwrap_or_default());
                }
                facts
            }
            _ => BTreeMap::new(),
        };
        faults.into_result()?;
        Ok(facts)
    }

    fn holds_for_project(
        &self,
        guard: Guard,
        (case, planned): (&Case, &[PlannedEntry]),
        known: &dyn Fn(&str) -> Option<String>,
        lang: Lang,
    ) -> std::result::Result<(), String> {
        let rules = &self.policy_of(case).rules.project;
        let demands = &rules.acceptance.value;
        let missing = match guard {
            Guard::EntriesDelivered if demands.contains(&AcceptanceDemand::Entries) => {
                not_delivered(planned, lang)
            }
            Guard::ReportWhole => not_reported(demands, known, lang),
            _ => not_before(rules, guard, (&case.file.state, planned, lang), known),
        };
        missing.map_or(Ok(()), Err)
    }
}

/// What stands against the approval of a project, as far as the profile demands it.
fn not_before(
    rules: &policy::Project,
    guard: Guard,
    (state, planned, lang): (&str, &[PlannedEntry], Lang),
    known: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let demands = |demand| rules.before.value.contains(&demand);
    let is_funded = known("funded").as_deref() == Some("true");
    let has_plan = known("security_plan").is_some_and(|text| !text.trim().is_empty());
    let (is_missing, zh, en) = match guard {
        Guard::EntriesPlanned => (
            demands(ProjectDemand::Catalogue) && planned.is_empty(),
            "立项前须预编项目数据资源目录，请先写明计划编目的数据",
            "before approval a project names the entries it plans; write them down first",
        ),
        Guard::InitiallyReviewed => (
            demands(ProjectDemand::InitialReview) && is_funded && state != "reviewed",
            "政府投资项目在审批前须经数据主管部门初审通过，请先报送初审",
            "a project that the government pays for passes the authority’s review first",
        ),
        Guard::SecurityPlanned => (
            demands(ProjectDemand::SecurityPlan) && !has_plan && state != "advised",
            "立项前须提交数据安全建设方案；没有方案的，由数据主管部门出具书面建议",
            "a data-security construction plan comes before approval; without one the authority advises in writing",
        ),
        _ => return None,
    };
    is_missing.then(|| lang.pick(zh, en).to_owned())
}

/// Names the planned entries that are not in the catalogue.
fn not_delivered(planned: &[PlannedEntry], lang: Lang) -> Option<String> {
    let missing = planned.iter().filter(|entry| !entry.is_delivered);
    let missing: Vec<&str> = missing.map(|entry| entry.title.as_str()).collect();
    let (n, list) = (missing.len(), missing.join(lang.pick("、", ", ")));
    (n > 0).then(|| {
        lang.pick(
            format!("预编目录还有 {n} 项没有纳入平台目录，不能验收：{list}"),
            format!("planned entries that are not in the catalogue yet ({n}): {list}"),
        )
    })
}

/// Names what the report does not say.
fn not_reported(
    demands: &[AcceptanceDemand],
    known: &dyn Fn(&str) -> Option<String>,
    lang: Lang,
) -> Option<String> {
    let is_blank = |name: &str| known(name).is_none_or(|text| text.trim().is_empty());
    let title = lang.pick("报告名称和文号", "title and number of the report");
    let mut missing: Vec<&str> = is_blank("report").then_some(title).into_iter().collect();
    let parts = demands.iter().filter(is_reported);
    let parts = parts.filter(|it| is_blank(&format!("report.{}", it.as_str())));
    missing.extend(parts.map(|it| it.label(lang)));
    let list = missing.join(lang.pick("、", ", "));
    (!missing.is_empty()).then(|| {
        lang.pick(format!("验收报告还缺：{list}"), format!("the report still lacks: {list}"))
    })
}

/// Whether a demand is a part of the report.
fn is_reported(demand: &&AcceptanceDemand) -> bool {
    !matches!(demand, AcceptanceDemand::Entries | AcceptanceDemand::Voluntary)
}

/// Reads the planned entries, one a line and none twice, and the data-security plan.
fn read_plan(planned: &str, security_plan: &str, faults: &mut Faults) -> BTreeMap<String, String> {
    let planned = faults.text("planned", planned, MAX_LIST).unwrap_or_default();
    let titles: Vec<&str> = planned.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    let distinct: std::collections::BTreeSet<&&str> = titles.iter().collect();
    if titles.len() > MAX_PLANNED || distinct.len() < titles.len() {
        faults.add(
            "planned",
            format!("最多 {MAX_PLANNED} 项，每行一项，不能重复"),
            format!("{MAX_PLANNED} entries at most, one a line, none of them twice"),
        );
    }
    let plan = faults.text("security_plan", security_plan, MAX_TEXT).unwrap_or_default();
    BTreeMap::from([("planned".to_owned(), titles.join("\n")), ("security_plan".to_owned(), plan)])
}

/// The fields of a form that are none of the act itself.
pub fn as_facts(pairs: &[(String, String)]) -> BTreeMap<String, String> {
    let is_own = |name: &str| matches!(name, "event" | "version" | "reason");
    pairs.iter().filter(|(name, _)| !is_own(name)).cloned().collect()
}

/// Whether an agency has registered a project of the same number, and not given it up.
async fn has_open_project(transaction: &Transaction, about: &CaseSubject) -> Result<bool> {
    let kind = CaseKind::Project;
    let cases = kaishu_store::cases::of_subject(transaction, &about.subject, kind).await?;
    let is_same = |case: &Case| {
        case.file.state != "given_up" && case.about.organization == about.organization
    };
    Ok(cases.iter().any(is_same))
}
