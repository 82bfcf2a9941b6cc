//! Cases as people read them.

use kaishu_domain::cases::{Actor, Clock, Input, Standing, Step, Verdict, machine};
use kaishu_domain::permission::{Action, Reach};
use kaishu_domain::policy::Rules;
use kaishu_store::cases::{Case, Desk, Drawer};
use kaishu_store::log::Logged;
use kaishu_types::account::Role;
use kaishu_types::case::{
    ActionView, AnswerView, CaseCard, CaseKind, CaseView, ClockView, EventView, StepView, Worded,
};
use kaishu_types::{Lang, RuleRef};

use super::{n_urged, shown_by};
use crate::accounts::Caller;
use crate::publishing::{Answered, answers_of, place};
use crate::{Portal, Result};

/// Most cases on a page of a desk.
const DESK_ROWS: u64 = 50;

/// Which cases a desk shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskFilter {
    /// What waits for the caller.
    Mine,
    /// Everything open that the caller may see.
    Open,
    /// What has ended.
    Closed,
}

/// A page of a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskPage {
    /// Its cases.
    pub cards: Vec<CaseCard>,
    /// Where the next page begins.
    pub next: Option<String>,
}

impl Portal {
    /// Shows a case to somebody who may see it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn case_view(&self, caller: &Caller, id: i64, lang: Lang) -> Result<CaseView> {
        let case = self.visible_case(caller, id).await?;
        let events = kaishu_store::log::of_case(&self.inner.store, id).await?;
        let machine = machine(case.file.kind);
        let answered = answered(&case, &events, lang);
        let current = case.file.waits_for().and(case.file.current_step()).map(|(place, _)| place);
        let is_reviewed = case.file.state == "in_review";
        let steps = case.file.steps.iter().enumerate().map(|(place, step)| {
            let view = step_view(step, is_reviewed && Some(place) == current, lang);
            StepView { answers: in_step(&answered, place), ..view }
        });
        let actions = self.possible(caller, &case).into_iter().map(|transition| ActionView {
            event: Worded {
                code: transition.event.to_owned(),
                label: lang.pick(transition.zh, transition.en).to_owned(),
            },
            needs_reason: transition.needs.contains(&Input::Reason),
        });
        let clocks = case.file.clocks.iter().map(|clock| self.clock_view(&case, clock, lang));
        let extension = self.extension_view(caller, &case, &events, lang);
        let event = |logged: Logged| {
            let label = machine.label(&logged.event.name, lang).unwrap_or(&logged.event.name);
            EventView {
                seq: logged.seq,
                event: Worded { code: logged.event.name.clone(), label: label.to_owned() },
                by: logged.event.by.name.clone(),
                acting: self.acting(&logged.event.by, lang),
                at: logged.event.at,
                answers: match case.file.kind {
                    CaseKind::Opening => all(answers_of(id, &logged.event, lang)),
                    _ => Vec::new(),
                },
                reason: logged.event.body.reason,
                hash: logged.hash,
            }
        };
        Ok(CaseView {
            id,
            kind: case.file.kind,
            subject: case.about.subject.clone(),
            title: case.about.title.clone(),
            organization: case.about.organization.clone(),
            state: state(&case, lang),
            is_open: case.file.closed_at.is_none(),
            version: case.file.n_events,
            steps: steps.collect(),
            clocks: clocks.collect(),
            events: events.into_iter().map(event).collect(),
            actions: actions.collect(),
            extension,
            n_urged: n_urged(&case.file),
            facts: case.file.facts.clone(),
        })
    }

    /// Lists the first cases of a desk, what is due first before the others: 50 at most.
    pub async fn desk(
        &self,
        caller: &Caller,
        filter: DeskFilter,
        kinds: &[CaseKind],
        lang: Lang,
    ) -> Result<Vec<CaseCard>> {
        Ok(self.desk_page(caller, filter, kinds, None, lang).await?.cards)
    }

    /// Lists a page of a desk: what is due first comes before the others, of ended cases the newest.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a place in the list that is none.
    pub async fn desk_page(
        &self,
        caller: &Caller,
        filter: DeskFilter,
        kinds: &[CaseKind],
        after: Option<&str>,
        lang: Lang,
    ) -> Result<DeskPage> {
        let drawers = match filter {
            DeskFilter::Mine => self.due_from(caller, kinds),
            _ => self.seen(caller, kinds),
        };
        let is_closed = filter == DeskFilter::Closed;
        let after = after.map(|after| place(after, lang)).transpose()?;
        let desk = Desk { drawers, is_closed, after };
        let mut cases = kaishu_store::cases::desk(&self.inner.store, &desk, DESK_ROWS + 1).await?;
        let n_rows = usize::try_from(DESK_ROWS).unwrap_or(usize::MAX);
        let has_more = cases.len() > n_rows;
        cases.truncate(n_rows);
        let last = cases.last().filter(|_| has_more);
        let next = last.map(|case| {
            let due = case.due.map(|day| day.to_string()).unwrap_or_default();
            format!("{}_{due}", case.id)
        });
        Ok(DeskPage { cards: cases.iter().map(|case| self.card(case, lang)).collect(), next })
    }

    /// What waits for somebody: each action in the places where they may do it.
    fn due_from(&self, caller: &Caller, kinds: &[CaseKind]) -> Vec<Drawer> {
        let drawer = |action: &Action| {
            let (mut organizations, regions) = self.reach(caller, *action);
            let waits_for = vec![action.as_str().to_owned()];
            let parties = match action {
                Action::ConsultAgencies | Action::DisputeClasses | Action::RequestShares => {
                    own_organizations(caller, *action)
                }
                _ => Vec::new(),
            };
            if *action == Action::RequestShares {
                // What waits for the agency that asks is not the provider's.
                organizations.clear();
            }
            let kinds = kinds.to_vec();
            Drawer { kinds, waits_for, organizations, regions, parties, assigned_to: None }
        };
        let drawers = Action::ALL.iter().map(drawer).filter(|it| !it.is_empty());
        drawers.chain(self.assigned(caller, kinds)).collect()
    }

    /// What somebody sees: each kind of case in the places where they may do what shows it.
    fn seen(&self, caller: &Caller, kinds: &[CaseKind]) -> Vec<Drawer> {
        let mut drawers = Vec::new();
        let is_asked = |kind: &&CaseKind| kinds.is_empty() || kinds.contains(kind);
        for kind in CaseKind::ALL.iter().filter(is_asked) {
            for action in shown_by(*kind) {
                let (organizations, regions) = self.reach(caller, *action);
                let kinds = vec![*kind];
                let parties = match kind {
                    CaseKind::Dispute | CaseKind::ShareRequest | CaseKind::OutsideRequest => {
                        own_organizations(caller, *action)
                    }
                    _ => Vec::new(),
                };
                let waits_for = Vec::new();
                drawers.push(Drawer {
                    kinds,
                    waits_for,
                    organizations,
                    regions,
                    parties,
                    assigned_to: None,
                });
            }
        }
        drawers.retain(|it| !it.is_empty());
        drawers.extend(self.assigned(caller, kinds));
        drawers
    }

    /// What was assigned to somebody as an expert, where they are one (ORG-10).
    fn assigned(&self, caller: &Caller, kinds: &[CaseKind]) -> Option<Drawer> {
        let account = caller.account()?;
        let held = caller.held_for(Action::GiveOpinion).filter_map(|held| held.region.as_ref());
        let regions: Vec<String> =
            held.flat_map(|region| self.region_and_below(region.as_str())).collect();
        (!regions.is_empty()).then(|| Drawer {
            kinds: kinds.to_vec(),
            regions,
            assigned_to: Some(account),
            ..Drawer::default()
        })
    }

    /// The organizations and regions, with those below, that somebody may do something to: in their own
    /// roles, and in the place of an authority whose function they took over (ORG-05).
    pub(crate) fn reach(&self, caller: &Caller, action: Action) -> (Vec<String>, Vec<String>) {
        let (mut organizations, mut regions) = (Vec::new(), Vec::new());
        for held in caller.held_for(action) {
            let reach = action.roles().iter().find(|(role, _)| *role == held.role);
            match (reach.map(|(_, reach)| reach), &held.organization, &held.region) {
                (Some(Reach::Organization), Some(organization), _) => {
                    organizations.push(organization.to_string());
                }
                (Some(Reach::Sector), Some(organization), _) => {
                    organizations.push(organization.to_string());
                    organizations.extend(self.directory().led_by(organization.as_str()));
                }
                (Some(Reach::Region), _, Some(region)) => {
                    regions.extend(self.region_and_below(region.as_str()));
                }
                _ => {}
            }
        }
        (organizations, regions)
    }

    /// Lists a region and all below it.
    pub(crate) fn region_and_below(&self, code: &str) -> Vec<String> {
        let directory = self.directory();
        let is_below = |region: &&kaishu_types::organization::RegionView| {
            let above = directory.region_and_above(&region.named.code);
            above.iter().any(|it| it.named.code == code)
        };
        directory.regions.iter().filter(is_below).map(|it| it.named.code.clone()).collect()
    }

    pub(crate) fn card(&self, case: &Case, lang: Lang) -> CaseCard {
        let directory = self.directory();
        let organization = case.about.organization.as_deref();
        let organization = organization.and_then(|code| directory.organization(code));
        let clock = case.file.open_clocks().filter(|it| it.paused_on.is_none());
        let clock =
            clock.min_by_key(|clock| clock.last_day).map(|it| self.clock_view(case, it, lang));
        let step = case.file.current_step().filter(|_| case.file.state == "in_review");
        let waits_for = match step {
            Some((_, step)) => Some(step.label(lang)),
            None => case.file.waits_for().map(|action| action.label(lang).to_owned()),
        };
        CaseCard {
            id: case.id,
            kind: case.file.kind,
            subject: case.about.subject.clone(),
            title: case.about.title.clone(),
            organization: organization.map(|it| it.named.label(lang).to_owned()),
            state: state(case, lang),
            waits_for,
            due: case.due,
            standing: clock.as_ref().map(|clock| clock.standing.clone()),
            is_overdue: clock.is_some_and(|clock| clock.is_overdue),
            n_urged: n_urged(&case.file),
            updated_at: case.updated_at,
        }
    }

    fn clock_view(&self, case: &Case, clock: &Clock, lang: Lang) -> ClockView {
        let standing = clock.standing(self.today(), &self.inner.calendar);
        ClockView {
            rule: Self::clock_rule(&self.policy_of(case).rules, &clock.rule, lang),
            working_days: clock.working_days,
            extended_from: clock.extended_from,
            last_day: clock.last_day,
            is_provisional: clock.is_provisional,
            standing: standing_words(standing, lang),
            is_overdue: matches!(standing, Standing::Overdue { .. }),
            is_open: clock.is_open(),
        }
    }

    fn clock_rule(rules: &Rules, key: &str, lang: Lang) -> RuleRef {
        match key {
            "review.reply_wd" => rules.review.reply_wd.reference(key, lang),
            "catalogue.update_wd" => rules.catalogue.update_wd.reference(key, lang),
            "catalogue.report_wd" => rules.catalogue.report_wd.reference(key, lang),
            "class.dispute_wd" => rules.class.dispute_wd.reference(key, lang),
            "catalogue.missing_wd" => rules.catalogue.missing_wd.reference(key, lang),
            "class.reassess_wd" => rules.class.reassess_wd.reference(key, lang),
            "account.reply_wd" => rules.account.reply_wd.reference(key, lang),
            "open_app.reply_wd" => rules.open_app.reply_wd.reference(key, lang),
            "open_app.complete_wd" => rules.open_app.complete_wd.reference(key, lang),
            "share_app.reply_wd" => rules.share_app.reply_wd.reference(key, lang),
            "appeal.filing_wd" => rules.appeal.filing_wd.reference(key, lang),
            "appeal.reply_wd" => rules.appeal.reply_wd.reference(key, lang),
            "agreement.offer_wd" => rules.agreement.offer_wd.reference(key, lang),
            "agreement.countersign_wd" => rules.agreement.countersign_wd.reference(key, lang),
            "usage_report.reply_wd" => rules.usage_report.reply_wd.reference(key, lang),
            "violation.statement_wd" => rules.violation.statement_wd.reference(key, lang),
            "violation.correct_wd" => rules.violation.correct_wd.reference(key, lang),
            _ => RuleRef { id: key.to_owned(), article: String::new() },
        }
    }

    /// As what somebody acted, for whom, and in whose place.
    pub(crate) fn acting(&self, actor: &Actor, lang: Lang) -> Option<String> {
        let role = actor.role.map(|role: Role| role.label(lang))?;
        let directory = self.directory();
        let organization = actor.organization.as_ref();
        let organization = organization.and_then(|code| directory.organization(code.as_str()));
        let region = actor.region.as_ref().and_then(|code| directory.region(code.as_str()));
        let place = organization.map(|it| &it.named).or_else(|| region.map(|it| &it.named));
        let acting = match place {
            Some(place) => format!("{role} · {}", place.label(lang)),
            None => role.to_owned(),
        };
        let delegated_by = actor.delegated_by.as_ref().map(|code| {
            let known = directory.organization(code.as_str());
            known.map_or(code.as_str(), |it| it.named.label(lang)).to_owned()
        });
        Some(match delegated_by {
            None => acting,
            Some(by) => lang
                .pick(format!("{acting}（受{by}委托）"), format!("{acting} (delegated by {by})")),
        })
    }
}

/// The organizations for which somebody may do something in a role held there.
fn own_organizations(caller: &Caller, action: Action) -> Vec<String> {
    let is_there = |role: Role| action.roles().contains(&(role, Reach::Organization));
    let held = caller.held_for(action).filter(|held| is_there(held.role));
    held.filter_map(|held| Some(held.organization.as_ref()?.to_string())).collect()
}

fn state(case: &Case, lang: Lang) -> Worded {
    let state = machine(case.file.kind).state(&case.file.state);
    let label = state.map_or(case.file.state.as_str(), |state| state.label(lang));
    Worded { code: case.file.state.clone(), label: label.to_owned() }
}

fn step_view(step: &Step, is_current: bool, lang: Lang) -> StepView {
    let result = step.result.as_ref();
    let verdict = result.map(|it| match it.verdict {
        Verdict::Passed => "passed",
        Verdict::Returned => "returned",
    });
    StepView {
        label: step.label(lang),
        is_current,
        verdict: verdict.map(str::to_owned),
        opinion: result.map(|it| it.opinion.clone()).unwrap_or_default(),
        answers: Vec::new(),
        by: result.map(|it| it.by.name.clone()),
        at: result.map(|it| it.at),
    }
}

/// What was answered in a review since it was submitted last, opinions with the name of whoever gave them.
fn answered(case: &Case, events: &[Logged], lang: Lang) -> Vec<Answered> {
    if case.file.kind != CaseKind::Opening {
        return Vec::new();
    }
    let submitted = events.iter().rposition(|it| it.event.name == "submit").unwrap_or_default();
    let since = events.iter().skip(submitted);
    let named = since.flat_map(|logged| {
        let by = logged.event.by.name.clone();
        let is_opinion = logged.event.name == "opine";
        answers_of(case.id, &logged.event, lang).into_iter().map(move |(step, mut answer)| {
            if is_opinion {
                answer.question = format!("{} · {by}", answer.question);
            }
            (step, answer)
        })
    });
    named.collect()
}

/// The answers of a step; of one question the last.
fn in_step(answered: &[Answered], place: usize) -> Vec<AnswerView> {
    let mut found: Vec<AnswerView> = Vec::new();
    for (_, answer) in answered.iter().filter(|(step, _)| *step == Some(place)) {
        // Several files come with a step; of one question the last answer counts.
        let same = |it: &AnswerView| it.question == answer.question && it.link == answer.link;
        found.retain(|it| !same(it));
        found.push(answer.clone());
    }
    found
}

fn all(answered: Vec<Answered>) -> Vec<AnswerView> {
    answered.into_iter().map(|(_, answer)| answer).collect()
}

fn standing_words(standing: Standing, lang: Lang) -> String {
    match standing {
        Standing::Running { days_left: 0 } => lang.pick("今天到期", "due today").to_owned(),
        Standing::Running { days_left } => lang.pick(
            format!("还有 {days_left} 个工作日"),
            match days_left {
                1 => "1 working day left".to_owned(),
                _ => format!("{days_left} working days left"),
            },
        ),
        Standing::Paused => lang.pick("暂停计时", "paused").to_owned(),
        Standing::Overdue { days_over } => lang.pick(
            format!("已超期 {days_over} 个工作日"),
            format!("overdue for {days_over} working days"),
        ),
        Standing::KeptInTime => lang.pick("按期办结", "done in time").to_owned(),
        Standing::KeptLate => lang.pick("超期办结", "done late").to_owned(),
    }
}
