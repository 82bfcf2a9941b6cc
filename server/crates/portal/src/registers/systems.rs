//! The register of agencies' information systems: how each is joined to the platform (PUB-09), and whose system
//! a lower unit uses (PUB-10).

use std::collections::BTreeMap;

use kaishu_domain::aggregation::is_upper_unit;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::RuleValue;
use kaishu_store::systems::{self, System};
use kaishu_store::{Transaction, deliveries};
use kaishu_types::Lang;
use kaishu_types::organization::OrganizationView;
use kaishu_types::register::{Connection, SystemView, UsedSystem};

use super::deliveries::stands_for_an_upper;
use super::{CHUNK, Places, ROWS};
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{LogAct, moved_on};
use crate::{Error, Portal, Result};

/// Longest text of several lines, in characters.
const MAX_TEXT: usize = 2_000;

/// A system as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemForm<'a> {
    /// Code of the agency; of a system that is there already it stays.
    pub organization: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// What it does.
    pub purpose: &'a str,
    /// How it is joined to the platform.
    pub connection: &'a str,
    /// Why it cannot be connected.
    pub reason: &'a str,
    /// How it is going to be connected.
    pub plan: &'a str,
    /// The day by which it is.
    pub planned_on: &'a str,
    /// Number of the system of an upper unit that is used in its place; empty where there is none.
    pub uses: &'a str,
    /// The day since which it is not in use; empty while it is.
    pub ended_on: &'a str,
    /// The revision that was read; 0 for a new one.
    pub revision: i32,
}

/// A page of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemPage {
    /// The systems, the oldest record first.
    pub rows: Vec<SystemView>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

impl Portal {
    /// Lists the systems of the agencies that the caller sees.
    ///
    /// # Errors
    ///
    /// Refused for who sees no register.
    pub async fn systems(
        &self,
        caller: &Caller,
        after: Option<i64>,
        lang: Lang,
    ) -> Result<SystemPage> {
        let places = self.seen_registers(caller, lang)?;
        let after = after.unwrap_or_default();
        let mut rows = self.systems_of(&places, after, ROWS + 1).await?;
        let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.id);
        Ok(SystemPage { rows: self.system_views(rows).await?, next })
    }

    pub(super) async fn systems_of(
        &self,
        places: &Places,
        after: i64,
        limit: u64,
    ) -> Result<Vec<System>> {
        let (organizations, regions) = (places.0.as_slice(), places.1.as_slice());
        let found =
            systems::list(&self.inner.store, (organizations, regions), (after, limit)).await?;
        Ok(found)
    }

    /// Shows a system to somebody who sees the register of its agency.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller sees.
    pub async fn system(&self, caller: &Caller, id: i64) -> Result<SystemView> {
        let kept = self.seen_system(caller, id).await?;
        let views = self.system_views(vec![kept]).await?;
        views.into_iter().next().ok_or_else(|| Error::not_found("system", id.to_string()))
    }

    pub(super) async fn seen_system(&self, caller: &Caller, id: i64) -> Result<System> {
        let hidden = || Error::not_found("system", id.to_string());
        let kept = systems::find(&self.inner.store, id).await?.ok_or_else(hidden)?;
        let place = (kept.organization.as_str(), kept.region.as_str());
        match self.may_on_records(caller, Action::SeeRegisters, place) {
            true => Ok(kept),
            false => Err(hidden()),
        }
    }

    pub(super) async fn system_views(&self, rows: Vec<System>) -> Result<Vec<SystemView>> {
        let store = &self.inner.store;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let used: Vec<i64> = rows.iter().filter_map(|row| row.uses).collect();
        let n_exempt = systems::n_exempt(store, &ids).await?;
        let used = systems::by_numbers(store, &used).await?;
        let admitted = &self.policy().rules.aggregation.connection.value;
        let exempts = self.policy().rules.aggregation.upper_system.value;
        let today = self.today();
        let view = |row: System| SystemView {
            organization: self.organization_named(&row.organization),
            region: self.region_named(&row.region),
            is_admitted: admitted.contains(&row.connection),
            is_plan_late: row.connection == Connection::NotConnected
                && row.ended_on.is_none()
                && row.planned_on.is_some_and(|day| day < today),
            uses: row.uses.and_then(|id| used.get(&id)).map(|it| UsedSystem {
                id: it.id,
                name: it.name.clone(),
                organization: self.organization_named(&it.organization),
            }),
            n_exempt: match exempts && stands_for_an_upper(&row, &used) {
                true => n_exempt.get(&row.id).copied().unwrap_or_default(),
                false => 0,
            },
            id: row.id,
            name: row.name,
            purpose: row.purpose,
            connection: row.connection,
            reason: row.reason,
            plan: row.plan,
            planned_on: row.planned_on,
            ended_on: row.ended_on,
            revision: row.revision,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Records a system, or saves it over the revision that was read. Returns its number.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field, with the article where a rule stands behind it; refused for who does not
    /// keep the records of the agency; `NotFound` for a system that the caller does not see; `Conflict` where
    /// somebody saved it since.
    pub async fn save_system(
        &self,
        caller: &Caller,
        id: Option<i64>,
        form: &SystemForm<'_>,
        lang: Lang,
    ) -> Result<i64> {
        let known = match id {
            Some(id) => Some(self.seen_system(caller, id).await?),
            None => None,
        };
        let code = known.as_ref().map_or(form.organization.trim(), |it| it.organization.as_str());
        let directory = self.directory();
        let organization = directory.organization(code).ok_or_else(|| {
            Error::field("organization", lang.pick("请选择单位", "choose an organization"))
        })?;
        let region = known.as_ref().map_or(organization.region.code.as_str(), |it| &it.region);
        let subject = self.subject(Some(code), Some(region), false);
        let by = self.permitted(caller, Action::KeepSystems, &subject, lang)?;
        if known.as_ref().is_some_and(|known| known.revision != form.revision) {
            return Err(moved_on(lang));
        }
        let read = self.read_system(form, (organization, known.as_ref()), lang).await?;
        let transaction = self.inner.store.begin().await?;
        let (id, event) = match &known {
            None => (systems::add(&transaction, &read, self.instant()).await?, "added"),
            Some(known) => {
                systems::save(&transaction, &read, self.instant()).await?;
                if known.uses.is_some() && (read.uses != known.uses || read.ended_on.is_some()) {
                    self.end_exemptions(&transaction, &read, &by).await?;
                }
                (known.id, "changed")
            }
        };
        let facts = facts_of(id, &read);
        let reason = read.reason.as_str();
        let act = LogAct { kind: "system", subject: code, event, by, reason, facts };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// What a system exempted is to be delivered again once it is not used any more.
    async fn end_exemptions(
        &self,
        transaction: &Transaction,
        system: &System,
        by: &kaishu_domain::cases::Actor,
    ) -> Result<()> {
        let ended = deliveries::end_exemptions(transaction, system.id, self.instant()).await?;
        for code in ended {
            let facts = BTreeMap::from([("system".to_owned(), system.id.to_string())]);
            let act = LogAct {
                kind: "dataset",
                subject: &code,
                event: "delivery_due",
                by: by.clone(),
                reason: "不再使用上级统建系统",
                facts,
            };
            self.log(transaction, act).await?;
        }
        Ok(())
    }

    async fn read_system(
        &self,
        form: &SystemForm<'_>,
        (organization, known): (&OrganizationView, Option<&System>),
        lang: Lang,
    ) -> Result<System> {
        let mut faults = Faults::new(lang);
        let name = faults.name("name", form.name);
        let purpose = faults.text("purpose", form.purpose, MAX_TEXT).unwrap_or_default();
        if purpose.is_empty() && !faults.has("purpose") {
            faults.add("purpose", "写明系统做什么", "Say what it does");
        }
        let connection = faults.choice::<Connection>("connection", form.connection);
        let reason = faults.text("reason", form.reason, MAX_TEXT).unwrap_or_default();
        let plan = faults.text("plan", form.plan, MAX_TEXT).unwrap_or_default();
        let planned_on = faults.day("planned_on", form.planned_on);
        let ended_on = faults.day("ended_on", form.ended_on);
        if ended_on.is_some_and(|day| day > self.today()) {
            faults.add("ended_on", "不能晚于今天", "Is after today");
        }
        let uses = self.read_used(form.uses, organization, &mut faults).await?;
        let joined = Joined {
            reason: &reason,
            plan: &plan,
            is_planned: planned_on.is_some(),
            is_past: planned_on.is_some_and(|day| day < self.today())
                && known.and_then(|known| known.planned_on) != planned_on,
        };
        // Whoever uses the system of an upper unit connects nothing of its own.
        if let Some(connection) = connection.filter(|_| uses.is_none()) {
            self.check_connection(connection, &joined, &mut faults);
        }
        faults.into_result()?;
        let connection = connection
            .ok_or_else(|| Error::Internal("a system without a fault is not whole".to_owned()))?;
        Ok(System {
            id: known.map_or(0, |known| known.id),
            name,
            organization: organization.named.code.clone(),
            // An agency that moved takes its records along.
            region: organization.region.code.clone(),
            purpose,
            connection,
            reason,
            plan,
            planned_on,
            uses,
            ended_on,
            revision: known.map_or(0, |known| known.revision),
        })
    }

    /// Which ways of joining the profile knows, and what each must say (anshan 13, aba 11, jiamusi 7).
    fn check_connection(&self, connection: Connection, joined: &Joined<'_>, faults: &mut Faults) {
        let rule = &self.policy().rules.aggregation.connection;
        let article = |lang| rule.reference("aggregation.connection", lang).article;
        let (zh, en) = (article(Lang::Zh), article(Lang::En));
        match connection {
            Connection::Connected => {}
            Connection::Distributed if !rule.value.contains(&connection) => {
                let known = |lang: Lang| rule.value.words(lang);
                faults.add(
                    "connection",
                    format!(
                        "现行规则的接入方式为：{}（{zh}）。还没有对接的，选“未对接”，写明计划和日期",
                        known(Lang::Zh)
                    ),
                    format!(
                        "The rules in force know: {} ({en}). What is not joined yet is `not connected`, with plan and date",
                        known(Lang::En)
                    ),
                );
            }
            Connection::Distributed if joined.reason.is_empty() => faults.add(
                "reason",
                format!("写明为什么不具备对接条件（{zh}）"),
                format!("Say why it cannot be connected ({en})"),
            ),
            Connection::Distributed => {}
            Connection::NotConnected => {
                if joined.plan.is_empty() {
                    faults.add(
                        "plan",
                        format!("未对接的，写明接入计划（{zh}）"),
                        format!("Say how it is going to be connected ({en})"),
                    );
                }
                if !joined.is_planned && !faults.has("planned_on") {
                    faults.add(
                        "planned_on",
                        format!("未对接的，写明完成日期（{zh}）"),
                        format!("Say by which day it is connected ({en})"),
                    );
                }
                if joined.is_past {
                    faults.add("planned_on", "计划日期不能早于今天", "The day is over already");
                }
            }
        }
    }

    /// Reads the system of an upper unit that is used; no other counts.
    async fn read_used(
        &self,
        text: &str,
        organization: &OrganizationView,
        faults: &mut Faults,
    ) -> Result<Option<i64>> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let known = match text.trim().parse() {
            Ok(id) => systems::find(&self.inner.store, id).await?,
            Err(_) => None,
        };
        let is_upper =
            |system: &System| self.is_above((&system.organization, &system.region), organization);
        let used = known.filter(|it| it.ended_on.is_none() && it.uses.is_none());
        match used.filter(is_upper) {
            Some(system) => Ok(Some(system.id)),
            None => {
                faults.add(
                    "uses",
                    "选择上级单位建设、正在使用的系统",
                    "Choose a system in use that an upper unit built",
                );
                Ok(None)
            }
        }
    }

    /// Whether a unit of a region is above an agency.
    pub(super) fn is_above(&self, upper: (&str, &str), organization: &OrganizationView) -> bool {
        let directory = self.directory();
        let mut above: Vec<String> = Vec::new();
        let mut next = organization.parent.as_ref();
        while let Some(parent) = next {
            if above.contains(&parent.code) {
                break;
            }
            above.push(parent.code.clone());
            next = directory.organization(&parent.code).and_then(|it| it.parent.as_ref());
        }
        let regions = directory.region_and_above(&organization.region.code);
        let regions: Vec<String> = regions.iter().map(|it| it.named.code.clone()).collect();
        is_upper_unit(upper, &above, &regions)
    }

    /// Lists the systems of upper units that an agency may say to use: number and name, 500 at most.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn usable_systems(&self, organization: &str) -> Result<Vec<UsedSystem>> {
        let directory = self.directory();
        let Some(own) = directory.organization(organization) else { return Ok(Vec::new()) };
        let regions = directory.region_and_above(&own.region.code);
        let regions: Vec<String> = regions.iter().map(|it| it.named.code.clone()).collect();
        let all = self.systems_of(&(Vec::new(), regions), 0, CHUNK).await?;
        let is_usable = |it: &System| {
            let upper = (it.organization.as_str(), it.region.as_str());
            it.ended_on.is_none() && it.uses.is_none() && self.is_above(upper, own)
        };
        let usable = all.into_iter().filter(is_usable);
        Ok(usable
            .map(|it| UsedSystem {
                id: it.id,
                organization: self.organization_named(&it.organization),
                name: it.name,
            })
            .collect())
    }
}

/// What is said of how a system is joined.
struct Joined<'a> {
    reason: &'a str,
    plan: &'a str,
    is_planned: bool,
    is_past: bool,
}

fn facts_of(id: i64, system: &System) -> BTreeMap<String, String> {
    let System { name, connection, plan, planned_on, uses, ended_on, .. } = system;
    let facts = [
        ("system", Some(id.to_string())),
        ("name", Some(name.clone())),
        ("connection", Some(connection.to_string())),
        ("plan", (!plan.is_empty()).then(|| plan.clone())),
        ("planned_on", planned_on.map(|day| day.to_string())),
        ("uses", uses.map(|id| id.to_string())),
        ("ended_on", ended_on.map(|day| day.to_string())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
