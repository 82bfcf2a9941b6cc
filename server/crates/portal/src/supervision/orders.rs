//! Orders to put something right: issued in the name of whom the rules name, answered by the agency, verified
//! (SUP-05; anshan 49, guangdong 29, 30, aba 41, yulin 35, jiamusi 24).

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::{Action, Subject};
use kaishu_domain::policy::Party;
use kaishu_store::cases::{self, Recipients};
use kaishu_store::orders::{self, Order};
use kaishu_store::{Transaction, datasets};
use kaishu_types::account::Role;
use kaishu_types::organization::Named;
use kaishu_types::{Lang, OrganizationCode};

use super::Urged;
use super::overdue::ROWS;
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{LogAct, moved_on, not_covered};
use crate::{Error, Portal, Result};

/// Longest text, in characters.
const MAX_TEXT: usize = 2_000;
/// Longest time to put something right, in days (*proposed*).
const MAX_DAYS: u64 = 366;
/// The kind of entries in the log.
const KIND: &str = "order";

/// An order as somebody writes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderForm<'a> {
    /// What was urged before, as in `case:12`; empty where it is issued by itself.
    pub about: &'a str,
    /// Code of the agency.
    pub organization: &'a str,
    /// In whose name it is: one of those whom the rules name.
    pub issuer: &'a str,
    /// What is wrong.
    pub facts: &'a str,
    /// The last day to answer.
    pub due: &'a str,
}

/// What an order begins with that comes from something overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDraft {
    /// Code of the agency that is late.
    pub organization: String,
    /// What is overdue, and how often it was urged.
    pub facts: String,
}

/// An order, as those see it whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    /// The order.
    pub order: Order,
    /// The agency.
    pub organization: Named,
    /// Whether it was not answered in time.
    pub is_overdue: bool,
    /// Whether the reader may answer it now.
    pub may_answer: bool,
    /// Whether the reader may verify its answer now.
    pub may_verify: bool,
}

/// The orders that somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBoard {
    /// Those that are open, the newest first.
    pub open: Vec<OrderView>,
    /// Those that are closed, the newest first.
    pub closed: Vec<OrderView>,
}

impl Portal {
    /// Lists the orders to one's agencies, or in the places that the caller supervises.
    ///
    /// # Errors
    ///
    /// Refused for who sees none.
    pub async fn orders(&self, caller: &Caller, lang: Lang) -> Result<OrderBoard> {
        if !caller.may_ever(Action::SeeOrders) {
            return Err(not_covered(caller, Action::SeeOrders, lang));
        }
        let (organizations, regions) = self.reach(caller, Action::SeeOrders);
        let (store, places) = (&self.inner.store, (&*organizations, &*regions));
        let open = orders::list(store, places, false, ROWS).await?;
        let closed = orders::list(store, places, true, ROWS).await?;
        let viewed = |found: Vec<Order>| {
            found.into_iter().map(|order| self.order_view(caller, order)).collect::<Vec<_>>()
        };
        Ok(OrderBoard { open: viewed(open), closed: viewed(closed) })
    }

    /// Shows an order to somebody who sees it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller sees.
    pub async fn order(&self, caller: &Caller, id: i64) -> Result<OrderView> {
        let order = self.seen_order(caller, id).await?;
        Ok(self.order_view(caller, order))
    }

    fn order_view(&self, caller: &Caller, order: Order) -> OrderView {
        let subject = self.subject_of_order(&order);
        let may = |action| order.verified.is_none() && caller.role_for(action, &subject).is_some();
        let is_answered = order.answer.is_some();
        OrderView {
            organization: self.organization_named(order.organization.as_str()),
            is_overdue: order.verified.is_none() && !is_answered && order.due < self.today(),
            may_answer: !is_answered && may(Action::AnswerOrders),
            may_verify: is_answered && may(Action::IssueOrders),
            order,
        }
    }

    fn subject_of_order(&self, order: &Order) -> Subject {
        self.subject(Some(order.organization.as_str()), Some(&order.region), false)
    }

    async fn seen_order(&self, caller: &Caller, id: i64) -> Result<Order> {
        let hidden = || Error::not_found(KIND, id.to_string());
        let order = orders::find(&self.inner.store, id).await?.ok_or_else(hidden)?;
        match caller.role_for(Action::SeeOrders, &self.subject_of_order(&order)) {
            Some(_) => Ok(order),
            None => Err(hidden()),
        }
    }

    /// The organizations to which somebody may issue orders, with their names.
    ///
    /// # Errors
    ///
    /// Refused for who may issue none.
    pub fn may_order(&self, caller: &Caller, lang: Lang) -> Result<Vec<Named>> {
        if !caller.may_ever(Action::IssueOrders) {
            return Err(not_covered(caller, Action::IssueOrders, lang));
        }
        let directory = self.directory();
        let mut named = Vec::new();
        for it in &directory.organizations {
            let subject = self.subject(Some(&it.named.code), Some(&it.region.code), false);
            if caller.role_for(Action::IssueOrders, &subject).is_some() {
                named.push(it.named.clone());
            }
        }
        Ok(named)
    }

    /// What an order about something begins with that is overdue and was urged before (SUP-02).
    ///
    /// # Errors
    ///
    /// Refused for who supervises nothing; `InvalidInput` where there is nothing such that the caller supervises.
    pub async fn order_draft(
        &self,
        caller: &Caller,
        about: &str,
        lang: Lang,
    ) -> Result<OrderDraft> {
        let board = Box::pin(self.overdue_board(caller, lang)).await?;
        let none = || {
            let message = lang.pick(
                "没有这样的事项：逾期、而且已经催办过的，才能据以责令改正。到“督办”页先催办",
                "nothing such: an order follows what is overdue and was urged; urge it first under Supervision",
            );
            Error::field("about", message)
        };
        let (kind, number) = about.split_once(':').ok_or_else(none)?;
        let (subject, code, found) = match kind {
            "case" => {
                let found = board.cases.into_iter().find(|it| it.card.id.to_string() == number);
                let found = found.ok_or_else(none)?;
                let case = cases::find(&self.inner.store, found.card.id).await?;
                let code = case.and_then(|it| it.about.organization);
                (number.to_owned(), code, (found.card.title, found.card.due, found.urged))
            }
            "dataset" => {
                let found = board.datasets.into_iter().find(|it| it.row.code.as_str() == number);
                let found = found.ok_or_else(none)?;
                let dataset = datasets::find(&self.inner.store, &found.row.code).await?;
                let code = dataset.map(|it| it.organization.code);
                (number.to_owned(), code, (found.row.title, found.row.next_due, found.urged))
            }
            "inspection" => {
                let mut all = board.inspections.into_iter();
                let found = all.find(|it| it.found.id.to_string() == number).ok_or_else(none)?;
                let code = Some(found.found.owner.to_string());
                let title = format!("{}：{}", found.title, found.found.finding);
                (found.found.dataset.to_string(), code, (title, Some(found.found.due), found.urged))
            }
            _ => return Err(none()),
        };
        let (title, due, urged) = found;
        let (organization, urged) = code.zip(urged).ok_or_else(none)?;
        Ok(OrderDraft { organization, facts: facts_text((&title, &subject), due, &urged, lang) })
    }

    /// Issues an order and tells the agency and the authorities above. Returns its number.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field: an issuer that the rules do not name, no facts, a last day that is not within
    /// the next 366 days, something that is not overdue or was never urged; refused for who issues none there.
    pub async fn issue_order(
        &self,
        caller: &Caller,
        form: &OrderForm<'_>,
        lang: Lang,
    ) -> Result<i64> {
        if !caller.may_ever(Action::IssueOrders) {
            return Err(not_covered(caller, Action::IssueOrders, lang));
        }
        let known = self.place_of(form.organization.trim());
        let (organization, region) = known.ok_or_else(|| {
            Error::field("organization", lang.pick("请选择单位", "choose an organization"))
        })?;
        let subject = self.subject(Some(&organization), Some(&region), false);
        let by = self.permitted(caller, Action::IssueOrders, &subject, lang)?;
        let about = form.about.trim();
        if !about.is_empty() {
            self.order_draft(caller, about, lang).await?;
        }
        let mut faults = Faults::new(lang);
        let issuer = self.issuer_named(form.issuer);
        if issuer.is_none() {
            faults.add(
                "issuer",
                "从现行办法规定的里面选一个",
                "Choose one of those the rules name",
            );
        }
        let facts = required(&mut faults, "facts", form.facts);
        let due = self.order_due(&mut faults, form.due);
        faults.into_result()?;
        let (Some(issuer), Some(due)) = (issuer, due) else {
            return Err(Error::Internal("an order without an issuer or a day".to_owned()));
        };
        let code = organization.parse::<OrganizationCode>();
        let new = Order {
            id: 0,
            organization: code.map_err(|_| Error::not_found("organization", organization))?,
            region,
            issuer,
            article: self.inner.policy.rules.rectify.issuer.ground.words(Lang::Zh),
            about: about.to_owned(),
            facts,
            issued_on: self.today(),
            issued_by: by.name.clone(),
            due,
            answer: None,
            n_returned: 0,
            returned: String::new(),
            verified: None,
            escalated: None,
        };
        let transaction = self.inner.store.begin().await?;
        let id = orders::add(&transaction, &new).await?;
        let new = Order { id, ..new };
        let mut tells = vec![agency_of(&new)];
        tells.extend(self.authorities(&new, 1));
        self.log_order(&transaction, &new, ("issued", by, &new.facts), &tells).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Keeps what an agency answers to an order as it was read: sent back so often; tells the authority.
    ///
    /// # Errors
    ///
    /// `NotFound` for an order that the caller does not see; refused for who does not answer for the agency;
    /// `InvalidInput` without a text; `Conflict` where it was answered, sent back or closed since.
    pub async fn answer_order(
        &self,
        caller: &Caller,
        id: i64,
        (n_returned, answer): (u32, &str),
        lang: Lang,
    ) -> Result<()> {
        let order = self.seen_order(caller, id).await?;
        let subject = self.subject_of_order(&order);
        let by = self.permitted(caller, Action::AnswerOrders, &subject, lang)?;
        let is_open = order.verified.is_none() && order.answer.is_none();
        if !is_open || order.n_returned != n_returned {
            return Err(moved_on(lang));
        }
        let mut faults = Faults::new(lang);
        let answer = required(&mut faults, "answer", answer);
        faults.into_result()?;
        let transaction = self.inner.store.begin().await?;
        orders::answer(&transaction, &order, (&answer, self.today())).await?;
        let tells: Vec<_> = self.authorities(&order, 0).into_iter().collect();
        self.log_order(&transaction, &order, ("answered", by, &answer), &tells).await?;
        Ok(transaction.commit().await?)
    }

    /// Accepts the answer to an order, or sends it back with a reason and a new last day.
    ///
    /// # Errors
    ///
    /// `NotFound` for an order that the caller does not see; refused for who issues none there; `InvalidInput` for
    /// another verdict, and without a reason or a day where it is sent back; `Conflict` where there is no answer to the
    /// order as it was read.
    pub async fn verify_order(
        &self,
        caller: &Caller,
        id: i64,
        (n_returned, verdict): (u32, &str),
        (reason, due): (&str, &str),
        lang: Lang,
    ) -> Result<()> {
        let order = self.seen_order(caller, id).await?;
        let subject = self.subject_of_order(&order);
        let by = self.permitted(caller, Action::IssueOrders, &subject, lang)?;
        let is_answered = order.verified.is_none() && order.answer.is_some();
        if !is_answered || order.n_returned != n_returned {
            return Err(moved_on(lang));
        }
        let mut faults = Faults::new(lang);
        let (event, reason, due) = match verdict {
            "accept" => {
                let reason = faults.text("reason", reason, MAX_TEXT).unwrap_or_default();
                ("accepted", reason, None)
            }
            "return" => {
                let reason = required(&mut faults, "reason", reason);
                ("returned", reason, self.order_due(&mut faults, due))
            }
            _ => {
                faults.add(
                    "verdict",
                    "写明通过还是退回",
                    "Say whether it is accepted or sent back",
                );
                ("", String::new(), None)
            }
        };
        faults.into_result()?;
        let transaction = self.inner.store.begin().await?;
        let tells = [agency_of(&order)];
        let order = match due {
            Some(due) => {
                orders::send_back(&transaction, &order, (&reason, due)).await?;
                Order { due, ..order }
            }
            None => {
                orders::close(&transaction, &order, (&by.name, self.today())).await?;
                order
            }
        };
        self.log_order(&transaction, &order, (event, by, &reason), &tells).await?;
        Ok(transaction.commit().await?)
    }

    /// Code of an organization and of its region.
    fn place_of(&self, code: &str) -> Option<(String, String)> {
        let directory = self.directory();
        let found = directory.organization(code)?;
        Some((found.named.code.clone(), found.region.code.clone()))
    }

    fn issuer_named(&self, code: &str) -> Option<Party> {
        let named = &self.inner.policy.rules.rectify.issuer.value;
        named.iter().copied().find(|it| it.as_str() == code.trim())
    }

    /// Reads a last day that must be there.
    fn order_due(&self, faults: &mut Faults, text: &str) -> Option<NaiveDate> {
        let today = self.today();
        let last = today.checked_add_days(Days::new(MAX_DAYS)).unwrap_or(today);
        let due = text.trim().parse::<NaiveDate>().ok().filter(|due| *due > today && *due <= last);
        if due.is_none() {
            let (zh, en) = (
                format!("写成 2026-11-21 这样的日期：在今天以后，不晚于 {last}"),
                format!("Write a day as 2026-11-21: after today, and not after {last}"),
            );
            faults.add("due", zh, en);
        }
        due
    }

    /// The authorities over the region of an order, but for the lowest ones; none where there are no others.
    pub(super) fn authorities(&self, order: &Order, n_below: usize) -> Option<Recipients> {
        let directory = self.directory();
        let regions = directory.region_and_above(&order.region);
        let regions: Vec<String> =
            regions.iter().skip(n_below).map(|region| region.named.code.clone()).collect();
        let roles = vec![Role::Authority, Role::CountyAuthority];
        (!regions.is_empty()).then_some(Recipients::OfRegions(roles, regions))
    }

    /// Writes what happened to an order into the log, and tells of it.
    pub(super) async fn log_order(
        &self,
        transaction: &Transaction,
        order: &Order,
        (event, by, reason): (&str, Actor, &str),
        tells: &[Recipients],
    ) -> Result<()> {
        let (subject, facts) = (order.organization.as_str(), facts_of(order));
        let act = LogAct { kind: KIND, subject, event, by, reason, facts };
        let (seq, event) = self.log_event(transaction, act).await?;
        cases::tell(transaction, seq, None, &event, tells).await?;
        Ok(())
    }
}

/// Reads a text that must be there.
fn required(faults: &mut Faults, field: &str, text: &str) -> String {
    let text = faults.text(field, text, MAX_TEXT).unwrap_or_default();
    if text.is_empty() && !faults.has(field) {
        faults.add(field, "请填写", "Fill this in");
    }
    text
}

pub(super) fn agency_of(order: &Order) -> Recipients {
    Recipients::OfOrganization(vec![Role::Officer, Role::Head], order.organization.to_string())
}

fn facts_text(
    (title, code): (&str, &str),
    due: Option<NaiveDate>,
    urged: &Urged,
    lang: Lang,
) -> String {
    let day = due.map(|day| day.to_string()).unwrap_or_default();
    let Urged { n, notice, .. } = urged;
    lang.pick(
        format!("“{title}”（{code}）应当在 {day} 以前办理，逾期未办；已经催办 {n} 次，最近一次：{notice}"),
        format!("“{title}” ({code}) was due on {day} and is not done; urged {n} times, last: {notice}"),
    )
}

fn facts_of(order: &Order) -> BTreeMap<String, String> {
    let facts = [
        ("title", Some(format!("责令改正通知第 {} 号", order.id))),
        ("order", Some(order.id.to_string())),
        ("issuer", Some(order.issuer.as_str().to_owned())),
        ("article", Some(order.article.clone())),
        ("due", Some(order.due.to_string())),
        ("about", (!order.about.is_empty()).then(|| order.about.clone())),
        ("escalated_to", order.escalated.map(|(to, _)| to.as_str().to_owned())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
